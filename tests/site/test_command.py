"""`site` builds into its own folder alone, and says what keeps it from building."""

import zipfile
from pathlib import Path

import pytest

from course.command import run, site
from course.site import build, runtime, serving
from course.site.stick import TOP


@pytest.fixture(autouse=True)
def nothing_is_installed(monkeypatch):
    monkeypatch.setattr(site, "install", lambda *_: None)


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path, capsys):
    (tmp_path / "mine").touch()
    assert run.run(["site", "--lang", "en", "--to", str(tmp_path)]) == 2
    assert "holds something that isn't the browser edition" in capsys.readouterr().err
    assert (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (runtime.NoRuntimeError("npm"), "There is no npm"),
        (runtime.NoRuntimeError("EAI_AGAIN"), "couldn't bring Pyodide and PGlite (EAI_AGAIN)"),
        (runtime.NotBuiltError("doit: no"), "couldn't build the site.\ndoit: no"),
    ],
)
def test_what_keeps_it_from_building_is_said(error, said, tmp_path, monkeypatch, capsys):
    def fail(*_):
        raise error

    monkeypatch.setattr(build, "build", fail)
    assert run.run(["site", "--lang", "en", "--to", str(tmp_path / "new")]) == 1
    assert said in capsys.readouterr().err


def test_what_npm_brings_is_locked_by_its_hash_and_names_no_registry():
    lock = (runtime.LOCK / "package-lock.json").read_text(encoding="utf-8")
    assert lock.count('"integrity"') == lock.count('"node_modules/')
    assert "://" not in lock


def test_npm_runs_no_script_of_a_package():
    assert "ignore-scripts=true" in (runtime.LOCK / ".npmrc").read_text(encoding="utf-8")


def test_nothing_is_brought_twice(tmp_path, monkeypatch):
    def no_npm(*_, **__):
        raise AssertionError("npm was asked")

    modules = tmp_path / "node_modules"
    modules.mkdir()
    lock = (runtime.LOCK / "package-lock.json").read_bytes()
    (modules / "locked.json").write_bytes(lock)
    monkeypatch.setattr(runtime.subprocess, "run", no_npm)
    assert runtime.bring(tmp_path) == modules


def test_without_npm_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(runtime.shutil, "which", lambda _: None)
    with pytest.raises(runtime.NoRuntimeError, match="npm"):
        runtime.bring(tmp_path)


def test_a_zip_has_the_site_what_serves_it_and_how(tmp_path, monkeypatch, capsys):
    def build_little(_course, target, _cache):
        target.mkdir()
        (target / "jupyter-lite.json").write_text("{}", encoding="utf-8")

    monkeypatch.setattr(build, "build", build_little)
    file = tmp_path / "sticks" / "room.zip"
    options = ["--lang", "ko", "--to", str(tmp_path / "new"), "--zip", str(file)]
    assert run.run(["site", *options]) == 0
    assert str(file) in capsys.readouterr().out
    with zipfile.ZipFile(file) as archive:
        names = [f"{TOP}/README.txt", f"{TOP}/serve.py", f"{TOP}/site/jupyter-lite.json"]
        assert archive.namelist() == names
        readme = archive.read(names[0]).decode("utf-8-sig")
        assert readme.index("브라우저판") < readme.index("The browser edition")
        assert archive.read(names[1]) == Path(serving.__file__).read_bytes()


def test_a_zip_that_cannot_be_written_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(build, "build", lambda _course, target, _cache: target.mkdir(parents=True))
    (tmp_path / "file").touch()
    for name, said in {".": "is a folder", "file/room.zip": "couldn't be written"}.items():
        place = tmp_path / "new" / name.replace("/", "-")
        options = ["--lang", "en", "--to", str(place), "--zip", str(tmp_path / name)]
        assert run.run(["site", *options]) != 0
        assert said in capsys.readouterr().err
