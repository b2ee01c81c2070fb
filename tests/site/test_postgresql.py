"""What a page loads of PGlite is packed once, and nothing more than it needs."""

import gzip

import pytest

from course.site import postgresql, runtime

FILES = {
    "index.js": 'import{a}from"./chunk-A.js";import"./chunk-B.js";await import("./fs/n.js");',
    "chunk-A.js": 'export{x}from"./chunk-C.js";',
    "chunk-B.js": "",
    "chunk-C.js": 'import"./index.js";',
    "chunk-D.js": "",
    "pglite.wasm": "wasm",
    "pglite.data": "data",
    "initdb.wasm": "",
    "hstore.tar.gz": "",
}
MODULES = {"index.js", "chunk-A.js", "chunk-B.js", "chunk-C.js"}
PACKED = {
    "pglite.wasm.packed": b"wasm",
    "pglite.data.packed": b"data",
    "cluster.tar.packed": b"tar",
}


@pytest.fixture
def modules(tmp_path):
    folder = tmp_path / "node_modules"
    dist = folder / "@electric-sql" / "pglite" / "dist"
    dist.mkdir(parents=True)
    for name, text in FILES.items():
        (dist / name).write_text(text, encoding="utf-8")
    (folder / "locked.json").write_bytes((runtime.LOCK / "package-lock.json").read_bytes())
    return folder


@pytest.fixture
def baked(monkeypatch):
    made = []

    def bake(module, target):
        made.append(module.name)
        target.write_bytes(b"tar")

    monkeypatch.setattr(postgresql, "_bake", bake)
    return made


def test_a_page_gets_the_modules_that_are_imported_and_the_rest_packed(modules, baked, tmp_path):
    postgresql.write(modules, tmp_path / "cache", tmp_path / "site")
    written = {path.name: path for path in (tmp_path / "site").iterdir()}
    assert written.keys() == MODULES | PACKED.keys()
    for name, content in PACKED.items():
        assert gzip.decompress(written[name].read_bytes()) == content


def test_it_is_made_once_for_a_lock(modules, baked, tmp_path):
    for number in range(2):
        postgresql.write(modules, tmp_path / "cache", tmp_path / str(number))
    assert baked == ["index.js"]
    (modules / "locked.json").write_text("{}", encoding="utf-8")
    postgresql.write(modules, tmp_path / "cache", tmp_path / "third")
    assert baked == ["index.js"] * 2


def test_without_node_it_says_so(modules, tmp_path, monkeypatch):
    monkeypatch.setattr(postgresql.shutil, "which", lambda _: None)
    with pytest.raises(runtime.NoRuntimeError, match="npm"):
        postgresql.write(modules, tmp_path / "cache", tmp_path / "site")
    assert not (tmp_path / "site").exists()
