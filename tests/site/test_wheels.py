"""Wheels for the browser: of what is installed, without what is compiled, the same each time.

What packs all of them needs what the lesson `application` does, which only the other groups have.
"""

import json
import zipfile
from importlib import metadata

import pytest

from course.contents import ROOT, load_course
from course.site import compiled, wheels
from course.site.kernel_wheels import FIRST, make_wheels
from course.site.own import course_files
from tests.test_rooms import BELOW

INFO = {"python": "3.14.2", "platform": "emscripten_5_0_3", "arch": "wasm32", "abi_version": "x"}


@pytest.fixture(scope="module")
def own():
    return course_files(load_course())


def test_what_only_other_systems_need_is_not_asked_for():
    names = wheels.closure(["ipython", "sqlalchemy"], "3.14")
    assert {"ipython", "traitlets", "sqlalchemy", "typing-extensions"} <= set(names)
    assert not {"pexpect", "colorama", "greenlet"} & set(names)


def test_nothing_compiled_and_no_test_of_others_is_packed():
    files = wheels.installed("sqlalchemy")
    assert "sqlalchemy/engine/base.py" in files
    assert not [place for place in files if place.endswith(wheels.LEFT_OUT)]
    assert not [place for place in files if place.startswith("sqlalchemy/testing/")]


def test_the_same_files_give_the_same_bytes(tmp_path):
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        wheel = wheels.write(tmp_path / name, "x", "1", {"x/__init__.py": b"", "x/a.py": b"1"})
        made.append(wheel.file.read_bytes())
    assert made[0] == made[1]
    with zipfile.ZipFile(wheel.file) as archive:
        assert "x-1.dist-info/METADATA" in archive.namelist()
    assert wheel.entry()["imports"] == ["x"]


def test_a_compiled_package_has_the_version_that_a_desktop_has():
    assert {name: metadata.version(name) for name in compiled.locked()} == compiled.locked()


def test_a_wheel_for_a_browser_is_copied_as_it_is(tmp_path):
    made = wheels.write(tmp_path, "x", "1", {"x/__init__.py": b"", "x/_x.so": b"compiled"})
    (tmp_path / "served").mkdir()
    copied = wheels.copied(tmp_path / "served", "x", made.file)
    assert copied.file.read_bytes() == made.file.read_bytes()
    assert {**copied.entry(), "file_name": ""} == {**made.entry(), "file_name": ""}


def test_the_courses_wheel_has_what_an_open_lesson_reads(own):
    assert {
        "course/__init__.py",
        "course/site/kernel/startup.py",
        "lessons/course.toml",
    } <= own.keys()
    for entry in load_course().lessons:
        assert f"lessons/{entry.slug}/checks.py" in own
        assert entry.notebook("ko", solved=True).relative_to(ROOT).as_posix() in own
    assert not [place for place in own if place.startswith(("course/author/", "tests/"))]
    assert not [place for place in own if place.endswith(("lesson.md", "answers.md"))]


def test_its_notebooks_have_no_outputs_but_know_which_cells_fail(own):
    for place, content in own.items():
        if place.endswith(".ipynb"):
            outputs = [
                output
                for cell in json.loads(content)["cells"]
                for output in cell.get("outputs", ())
            ]
            assert all(output == {"output_type": "error"} for output in outputs)


def test_every_room_that_a_kernel_imports_is_packed(own):
    packed = {
        place.split("/")[1].removesuffix(".py") for place in own if place.startswith("course/")
    }
    assert BELOW["lesson"] | {"lesson", "checks"} | BELOW["checks"] <= packed


@pytest.mark.site
def test_the_lock_names_local_files_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("course.site.kernel_wheels.OWN", ())
    first = make_wheels(load_course(), tmp_path, INFO, {})
    lock = json.loads((tmp_path / "pyodide-lock.json").read_text(encoding="utf-8"))
    assert lock["packages"][FIRST]["file_name"] == first
    assert {FIRST, "micropip", "pytest"} <= lock["packages"].keys()
    for entry in lock["packages"].values():
        assert (tmp_path / entry["file_name"]).is_file()
        assert set(entry["depends"]) <= lock["packages"].keys()


@pytest.mark.site
def test_what_a_kernel_loads_first_is_one_file_in_which_each_package_is_described(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("course.site.kernel_wheels.OWN", ())
    files = wheels.of_wheel(tmp_path / make_wheels(load_course(), tmp_path, INFO, {}))
    assert {"alembic/config.py", "IPython/__init__.py", "course/__init__.py"} <= files.keys()
    assert not [place for place in files if place.startswith(("jedi/", "prompt_toolkit/"))]
    described = {place.split("-")[0] for place in files if place.endswith("/METADATA")}
    assert {"alembic", "sqlalchemy", "ipython"} <= {name.lower() for name in described}


@pytest.mark.site
def test_what_only_some_lessons_need_is_loaded_for_those_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("course.site.kernel_wheels.OWN", ())
    files = wheels.of_wheel(tmp_path / make_wheels(load_course(), tmp_path, INFO, {}))
    needs = json.loads(files["course/site/kernel/later.json"])
    assert "pytest" in needs["ci"] and "rich" in needs["safe_downgrade"]
    assert needs["settings"] == needs["postgresql"] == ["psycopg"]
    assert {"pydantic-core", "fastapi", "aiosqlite", "httpx"} <= {*needs["application"]}
    assert "django" not in needs["application"] and "aiosqlite" in needs["async"]
    assert "init" not in needs and "pytest" not in needs["safe_downgrade"]
    assert not [place for place in files if place.startswith(("_pytest/", "rich/"))]
