"""What steers a lesson from outside is known by name, left out, and told."""

import os
import subprocess
import sys

import pytest

from course import surroundings
from course.contents import ROOT
from course.surroundings import already_acted, cleaned, left_out, steering


@pytest.mark.parametrize("name", [*surroundings.STEERING])
def test_each_variable_is_left_out_and_named(name):
    environ = {"HOME": "/home/mina", name: "1"}
    assert steering(environ) == [name]
    assert cleaned(environ) == {"HOME": "/home/mina", surroundings.LEFT_OUT: name}
    assert surroundings.kind(name)


def test_an_empty_variable_steers_nothing():
    environ = {"PYTHONOPTIMIZE": "", "ALEMBIC_CONFIG": ""}
    assert steering(environ) == []
    assert cleaned(environ) == {}


def test_an_environment_that_steers_nothing_stays_as_it_is():
    environ = {"PATH": "/bin", "PIP_INDEX_URL": "https://example.com", "PYTHONUTF8": "1"}
    assert cleaned(environ) == environ


def test_what_an_earlier_process_left_out_is_still_told():
    once = cleaned({"ALEMBIC_CONFIG": "/else", "PYTHONOPTIMIZE": "2"})
    assert left_out(once) == ["ALEMBIC_CONFIG", "PYTHONOPTIMIZE"]
    assert steering(once) == []
    assert cleaned(once) == once
    again = cleaned({**once, "PIP_USER": "1"})
    assert left_out(again) == ["ALEMBIC_CONFIG", "PIP_USER", "PYTHONOPTIMIZE"]


def test_a_name_that_is_none_of_ours_is_not_told():
    assert left_out({surroundings.LEFT_OUT: "HOME ALEMBIC_CONFIG"}) == ["ALEMBIC_CONFIG"]


@pytest.mark.parametrize("name", ["alembic", "sqlalchemy", "course"])
@pytest.mark.parametrize("as_file", [False, True])
def test_a_folder_with_another_of_our_modules_is_left_out(tmp_path, name, as_file):
    for folder in ("theirs", "other"):
        (tmp_path / folder).mkdir()
    if as_file:
        (tmp_path / "theirs" / f"{name}.py").touch()
    else:
        (tmp_path / "theirs" / name).mkdir()
    environ = {"PYTHONPATH": os.pathsep.join([str(tmp_path / "theirs"), str(tmp_path / "other")])}
    assert steering(environ) == ["PYTHONPATH"]
    assert cleaned(environ)["PYTHONPATH"] == str(tmp_path / "other")
    alone = cleaned({"PYTHONPATH": str(tmp_path / "theirs")})
    assert "PYTHONPATH" not in alone and left_out(alone) == ["PYTHONPATH"]


@pytest.mark.parametrize("relative", [".", "src", ""])
def test_a_relative_folder_is_another_one_in_each_lesson(relative):
    both = os.pathsep.join([relative, str(ROOT)])
    assert cleaned({"PYTHONPATH": both})["PYTHONPATH"] == str(ROOT)


def test_the_running_checkout_is_ours():
    assert steering({"PYTHONPATH": str(ROOT)}) == []


def test_some_of_it_has_acted_before_it_can_be_left_out():
    environ = {"PYTHONOPTIMIZE": "2", "ALEMBIC_CONFIG": "/else", "PYTHONPATH": "src"}
    assert already_acted(environ) == ["PYTHONOPTIMIZE", "PYTHONPATH"]
    assert already_acted(cleaned(environ)) == []


def test_a_process_in_the_cleaned_environment_is_not_steered(tmp_path):
    (tmp_path / "alembic").mkdir()
    (tmp_path / "alembic" / "__init__.py").write_text("raise SystemExit('another one')")
    code = "import alembic, os, sys; print(sys.flags.optimize, 'ALEMBIC_CONFIG' in os.environ)"
    steered = {
        **os.environ,
        "PYTHONPATH": str(tmp_path),
        "PYTHONOPTIMIZE": "2",
        "ALEMBIC_CONFIG": "/else/alembic.ini",
    }

    def run(environ: dict[str, str]) -> subprocess.CompletedProcess:
        command = [sys.executable, "-c", code]
        return subprocess.run(
            command, env=environ, capture_output=True, text=True, cwd=tmp_path / "x"
        )

    (tmp_path / "x").mkdir()
    assert "another one" in run(steered).stderr
    assert run(cleaned(steered)).stdout == "0 False\n"
