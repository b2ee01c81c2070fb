"""Bytecode in the place of sources: which, and how a traceback finds its lines all the same."""

import io
import json
import linecache
import marshal
import zipfile

import pytest

from course.contents import load_course
from course.site import bytecode, compiling
from course.site.kernel import sources
from course.site.runtime import NoRuntimeError, NotBuiltError
from course.site.wheels import archive, of_wheel

PACKAGES = "/lib/python3.14/site-packages"
LIBRARY = "/lib/python314.zip"
SOURCE = '''"""What it is."""


def f():
    """What it does."""


class C:
    """What it is."""

    x = 1
'''


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A kernel's folder and Pyodide's, and Node that compiles two modules."""
    (tmp_path / "pyodide").mkdir()
    archive(tmp_path / "pyodide" / bytecode.STDLIB, {"a.py": b"a", "b.py": b"b"})
    archive(tmp_path / "first.zip", {"p/__init__.py": b"p", "p/c.py": b"c", "alembic/e.py": b"e"})
    entry = {"file_name": "first.zip", "sha256": "old"}
    lock = {"packages": {"first": entry, "other": {"file_name": "o.whl", "sha256": "o"}}}
    (tmp_path / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    made = {f"{LIBRARY}/a.py": b"A", f"{PACKAGES}/p/c.py": b"C", f"{PACKAGES}/alembic/e.py": b"E"}
    monkeypatch.setattr(bytecode, "_compiled", lambda *_: made)
    return tmp_path


def test_bytecode_takes_the_place_of_what_was_imported_alone(folder):
    bytecode.compile_first(load_course(), folder / "pyodide", folder, "first.zip", "3.14")
    assert of_wheel(folder / bytecode.STDLIB) == {"a.pyc": b"A", "b.py": b"b"}
    files = of_wheel(folder / "first.zip")
    beside = {"alembic/e.py": b"e", "alembic/__pycache__/e.cpython-314.pyc": b"E"}
    assert files == {"p/__init__.py": b"p", "p/c.pyc": b"C", **beside}
    kept = of_wheel(folder / sources.SOURCES)
    assert kept == {f"{LIBRARY}/a.py"[1:]: b"a", f"{PACKAGES}/p/c.py"[1:]: b"c"}
    packages = json.loads((folder / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]
    assert len(packages["first"]["sha256"]) == 64 and packages["other"]["sha256"] == "o"


def test_without_node_it_says_so(folder, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(bytecode.shutil, "which", lambda _: None)
    with pytest.raises(NoRuntimeError, match="npm"):
        bytecode.compile_first(load_course(), folder / "pyodide", folder, "first.zip", "3.14")


def test_a_lesson_that_does_not_run_there_stops_the_build(folder, monkeypatch, tmp_path):
    monkeypatch.undo()
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho 'RuntimeError: cell open' >&2\nexit 1\n", encoding="utf-8")
    node.chmod(0o755)
    monkeypatch.setattr(bytecode.shutil, "which", lambda _: str(node))
    with pytest.raises(NotBuiltError, match="RuntimeError: cell open"):
        bytecode.compile_first(load_course(), folder / "pyodide", folder, "first.zip", "3.14")


@pytest.mark.parametrize(("package", "said"), [("alembic", True), ("sqlalchemy", False)])
def test_docstrings_are_kept_where_they_are_read(package, said):
    made = compiling.bytecode(f"{PACKAGES}/{package}/x.py", SOURCE)
    names: dict = {}
    exec(marshal.loads(made[16:]), names)
    assert [bool(one.__doc__) for one in (names["f"], names["C"])] == [said, said]
    assert bool(names.get("__doc__")) is said and names["C"].x == 1


def brought():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        written.writestr(f"{PACKAGES}/p/c.py"[1:], "one\ntwo\n")
    return file.getvalue()


def test_a_traceback_finds_lines_that_the_site_has():
    asked = []

    def bring():
        asked.append(1)
        return brought()

    update = sources.around(linecache.updatecache, bring)
    assert update("/nowhere.py") == [] and not asked
    assert update(f"{PACKAGES}/p/c.py") == ["one\n", "two\n"]
    assert update(f"{PACKAGES}/p/other.py") == [] and asked == [1]
    linecache.cache.pop(f"{PACKAGES}/p/c.py")


def test_a_traceback_without_a_network_has_no_lines():
    def bring():
        raise OSError("no network")

    assert sources.around(linecache.updatecache, bring)(f"{PACKAGES}/p/c.py") == []
