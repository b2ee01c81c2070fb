"""The steps of an open lesson: what is a step, what comes back, and what a restart finds."""

from pathlib import Path

import pytest

from course.lesson import steps as steps_module
from course.lesson.steps import LINES, Steps


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "a_lesson"
    made.mkdir()
    (made / "models.py").write_text("0", encoding="utf-8")
    return made


@pytest.fixture
def steps(folder: Path, tmp_path: Path) -> Steps:
    return Steps.begin(tmp_path / ".steps" / "a_lesson", folder)


def cell(steps: Steps, text: str, file: str = "models.py") -> None:
    (steps.checkpoints.folder / file).write_text(text, encoding="utf-8")
    steps.after_cell(f"cell-{text}", f"write({text})", True, 0)


def text(steps: Steps) -> str:
    return (steps.checkpoints.folder / "models.py").read_text(encoding="utf-8")


def test_steps_are_taken_back_and_done_again_one_by_one(steps):
    for content in "123":
        cell(steps, content)
    steps.after_cell("look", "lesson.graph()", True, 0)
    seen = []
    while (moved := steps.undo()) is not None:
        seen.append((moved[0].source, text(steps)))
    assert seen == [("write(3)", "2"), ("write(2)", "1"), ("write(1)", "0")]
    assert steps.redo()[0].source == "write(1)"
    assert steps.redo()[0].source == "write(2)"
    assert text(steps) == "2"
    cell(steps, "4")
    assert steps.redo() is None
    assert steps.undo()[0].source == "write(4)"
    assert text(steps) == "2"


def test_what_came_from_outside_is_a_step_of_its_own(steps, folder):
    cell(steps, "1")
    (folder / "models.py").write_text("by an editor", encoding="utf-8")
    step, restored = steps.undo()
    assert (step.source, step.cell) == ("", None)
    assert restored.written == ("models.py",)
    assert text(steps) == "1"
    assert steps.undo()[0].source == "write(1)"


def test_a_later_kernel_reads_the_same_steps(steps, folder):
    for content in "123":
        cell(steps, content)
    steps.undo()
    again = Steps.load(steps.place, folder)
    assert [step.source for step in again.ran] == ["write(1)", "write(2)", "write(3)"]
    assert again.present == steps.present
    assert again.redo()[0].source == "write(3)"
    assert text(again) == "3"


def test_a_line_that_was_cut_off_ends_them(steps, folder):
    cell(steps, "1")
    cell(steps, "2")
    lines = steps.place / LINES
    lines.write_text(lines.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    again = Steps.load(steps.place, folder)
    assert [step.source for step in again.ran] == ["write(1)"]
    assert again.undo()[0].source == ""
    assert text(again) == "1"


def test_the_oldest_are_forgotten_before_the_disk_is_full(steps, monkeypatch):
    monkeypatch.setattr(steps_module, "ROOM", 10_000)
    for number in range(20):
        cell(steps, str(number) * 1000)
    assert steps.checkpoints.size() < 20_000
    assert steps.undo()[0].source.startswith("write(1919")
    assert text(steps).startswith("1818")
    assert len(steps.cells) == 20
    again = Steps.load(steps.place, steps.checkpoints.folder)
    assert [step.before for step in again.ran] == [step.before for step in steps.ran]
    assert again.in_effect == steps.in_effect
    while steps.undo():
        pass
    assert 0 < int(text(steps)[:2]) < 18
