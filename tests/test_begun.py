"""The state in which an exercise began, told by the steps."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from course.lesson.begun import begun_project, begun_state
from course.lesson.steps import Steps

BLANK = "# write here"
CELLS = [
    ("open", 'lesson = open_lesson("x")', "", ""),
    ("first", "first()", "", ""),
    ("one-answer", BLANK, "one", "answer"),
    ("one-check", 'lesson.check("one")', "one", "check"),
    ("second", "second()", "", ""),
    ("two-answer", BLANK, "two", "answer"),
    ("two-check", 'lesson.check("two")', "two", "check"),
]
SOLUTIONS = [
    ("one-solution", "solve_one()", "one", "solution"),
    ("two-solution", "solve_two()", "two", "solution"),
    ("two-repeated", "first()", "two", "solution"),
]


def notebook(path: Path, cells: list[tuple[str, str, str, str]]) -> Path:
    def cell(name: str, source: str, exercise: str, role: str) -> dict[str, Any]:
        metadata = {"exercise": exercise, "role": role} if exercise else {}
        return {"cell_type": "code", "id": name, "source": [source], "metadata": metadata}

    path.write_text(json.dumps({"cells": [cell(*one) for one in cells]}), encoding="utf-8")
    return path


class Lesson:
    """An open lesson whose cells are run by what they write into `models.py`."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "work"
        self.folder.mkdir()
        self.write("start")
        unsolved = notebook(tmp_path / "unsolved.ipynb", CELLS)
        without_blanks = [cell for cell in CELLS if cell[3] != "answer"]
        solved = notebook(tmp_path / "solved.ipynb", [*without_blanks, *SOLUTIONS])
        notebooks = {False: unsolved, True: solved}
        self.steps = Steps.begin(tmp_path / "steps", self.folder)
        self.session: Any = SimpleNamespace(
            entry=SimpleNamespace(notebook=lambda _lang, solved: notebooks[solved]),
            lang="en",
            steps=self.steps,
            begun={},
        )

    def write(self, text: str) -> None:
        (self.folder / "models.py").write_text(text, encoding="utf-8")

    def run(self, source: str, cell: str | None = None, text: str = "") -> None:
        self.steps.look()
        if text:
            self.write(text)
        self.steps.after_cell(cell, source, True, None)

    def began(self, exercise: str) -> str | None:
        with begun_project(self.session, exercise) as begun:
            if begun is None:
                return None
            return (begun.project.folder / "models.py").read_text(encoding="utf-8")


@pytest.fixture
def lesson(tmp_path) -> Lesson:
    return Lesson(tmp_path)


def test_before_any_cell_it_is_the_start(lesson):
    lesson.write("edited")
    assert lesson.began("one") == "start"


def test_without_a_cell_of_its_own_it_is_what_the_last_cell_left(lesson):
    lesson.run("first()", "first", "first")
    lesson.write("edited")
    assert lesson.began("one") == "first"


def test_what_an_editor_does_before_the_first_own_cell_belongs_to_the_exercise(lesson):
    lesson.run("first()", "first", "first")
    lesson.write("edited")
    lesson.run('lesson.check("one")', "one-check")
    lesson.run("more()", "one-answer", "more")
    assert lesson.began("one") == "first"


@pytest.mark.parametrize("ids", [True, False], ids=["cell ids", "sources alone"])
def test_each_exercise_has_its_own_beginning(lesson, ids):
    for name, source, text in [
        ("first", "first()", "first"),
        ("one-answer", "mine()" if ids else BLANK, "mine" if ids else ""),
        ("one-check", 'lesson.check("one")', ""),
        ("second", "second()", "second"),
        ("two-answer", "other()" if ids else BLANK, "other" if ids else ""),
        ("two-check", 'lesson.check("two")', ""),
    ]:
        lesson.run(source, name if ids else None, text)
    assert lesson.began("one") == "first"
    assert lesson.began("two") == "second"


def test_solutions_are_own_cells(lesson):
    lesson.run("first()", None, "first")
    lesson.run("solve_one()", None, "solved one")
    lesson.run('lesson.check("one")')
    lesson.run("second()", None, "second")
    lesson.run("solve_two()", None, "solved two")
    assert lesson.began("one") == "first"
    assert lesson.began("two") == "second"


def test_a_solution_that_repeats_a_cell_of_the_lesson_is_an_own_one(lesson):
    lesson.run("first()", None, "first")
    lesson.run("second()", None, "second")
    lesson.run("first()", None, "solved")
    lesson.run('lesson.check("two")')
    assert lesson.began("two") == "second"


def test_going_back_up_to_an_exercise(lesson):
    lesson.run("first()", None, "first")
    lesson.run("second()", None, "second")
    lesson.run('lesson.check("one")')
    lesson.run("mine()", None, "mine")
    assert lesson.began("one") == "second"


def test_an_id_that_is_none_of_the_notebooks_is_known_by_its_source(lesson):
    lesson.run("first()", "vscode-cell-1", "first")
    lesson.run('lesson.check("one")', "vscode-cell-2")
    lesson.run("more()", "vscode-cell-3", "more")
    assert lesson.began("one") == "first"


def test_a_check_before_the_cells_above_ran_is_no_beginning(lesson):
    lesson.run('lesson.check("two")', "two-check")
    lesson.run("first()", "first", "first")
    lesson.run("second()", "second", "second")
    assert lesson.began("two") == "second"
    lesson.run("mine()", "two-answer", "mine")
    assert lesson.began("two") == "second"


def test_what_a_blank_does_as_it_is_belongs_to_the_beginning(lesson):
    lesson.run("first()", "first", "first")
    lesson.run(BLANK, "one-answer", "prepared")
    assert lesson.began("one") == "prepared"
    lesson.run("mine()", "one-answer", "mine")
    assert lesson.began("one") == "prepared"


def test_after_an_edit_a_blank_is_work_like_any_cell(lesson):
    lesson.run("first()", "first", "first")
    lesson.write("edited")
    lesson.run(BLANK, "one-answer")
    assert lesson.began("one") == "first"


def test_a_rehearsal_says_it_itself(lesson):
    lesson.run("first()", "first", "first")
    lesson.session.begun["one"] = lesson.steps.checkpoints.take()
    lesson.run("wrong()", None, "wrong")
    assert lesson.began("one") == "first"


def test_a_state_that_is_kept_no_more_is_not_laid_out(lesson):
    lesson.run("first()", "first", "first")
    lesson.run("mine()", "one-answer", "mine")
    assert lesson.began("one") == "first"
    lesson.steps.checkpoints.forget_all_but([lesson.steps.present])
    assert lesson.began("one") is None


def test_a_large_database_is_not_kept_and_nothing_is_asked(lesson, monkeypatch):
    monkeypatch.setattr("course.project.checkpoint.LARGE", 10)
    (lesson.folder / "shop.db").write_bytes(b"x" * 20)
    lesson.run("first()", "first", "first")
    assert begun_state(lesson.session, "one") is not None
    assert lesson.began("one") is None


def test_a_large_file_that_is_no_database_is_left_out(lesson, monkeypatch):
    monkeypatch.setattr("course.project.checkpoint.LARGE", 10)
    (lesson.folder / "notes.txt").write_bytes(b"x" * 20)
    lesson.run("first()", "first", "first")
    assert lesson.began("one") == "first"
