"""What every test of `review` needs: English words, and a project to change."""

import shutil
import sys
from pathlib import Path

import pytest

from course.project.project import Project
from course.review import findings
from tests.review.project import PROJECTS, SECOND, write_revision


@pytest.fixture(autouse=True)
def english(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "COURSE_LANG", "DATABASE_URL", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    # The command sets it for its process.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)


@pytest.fixture
def make(tmp_path):
    """Make a project: `common`, changed by what a rule has for it."""

    def make_it(*parts: str) -> Path:
        folder = tmp_path / "project"
        shutil.copytree(PROJECTS / "common", folder)
        if parts:
            shutil.copytree(PROJECTS.joinpath(*parts), folder, dirs_exist_ok=True)
        return folder

    return make_it


@pytest.fixture
def found_in(make):
    """Give the rules that a second revision breaks, made of an upgrade and a way back."""

    def find(up: str, back: str = "op.nothing()", top: str = "") -> list[str]:
        folder = make()
        write_revision(folder / SECOND, "0002", "0001", up, back, top)
        return [one.rule for one in findings(Project(folder))]

    return find
