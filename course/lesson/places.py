"""The places of a lesson: its sections and exercises, and the cells that come before each."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from course.contents import LessonEntry

OPENS = "open_lesson("
"""What the cell that opens a lesson calls; it is not run again to go somewhere."""


BETWEEN = "\n\n# ---\n\n"
"""What is written between cells that are shown as one text."""


@dataclass(frozen=True)
class Cell:
    """A code cell of the lesson's notebook; `fails` where it ends in an error by intent."""

    id: str
    source: str
    fails: bool


@dataclass(frozen=True)
class Place:
    """A section or an exercise: by its name, with its heading, after so many code cells."""

    name: str
    heading: str
    after: int
    is_exercise: bool


@dataclass(frozen=True)
class Lay:
    """How a lesson is laid out: its code cells but for the one that opens it, and its places."""

    cells: tuple[Cell, ...]
    places: tuple[Place, ...]
    sections: dict[str, str]
    """The heading above each cell, by the cell's id."""

    def before(self, place: Place) -> tuple[Cell, ...]:
        """Give the code cells that come before a place."""
        return self.cells[: place.after]


def lay_of(entry: LessonEntry, lang: str) -> Lay:
    """Read the lesson's built notebook in the language. Raises OSError when it is not there."""
    return _lay(entry.notebook(lang, solved=False))


def section_of(entry: LessonEntry, lang: str, cell: str | None) -> str:
    """Give the heading above a cell; nothing for a cell, or a notebook, that is not there."""
    try:
        return lay_of(entry, lang).sections.get(cell or "", "")
    except FileNotFoundError:
        return ""


def solution_of(entry: LessonEntry, lang: str, exercise: str) -> tuple[str, ...]:
    """Give the cells that solve an exercise. Raises OSError without the solved notebook."""
    notebook = entry.notebook(lang, solved=True)
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    mine = {"role": "solution", "exercise": exercise}.items()
    return tuple("".join(cell["source"]) for cell in cells if mine <= cell["metadata"].items())


@cache
def _lay(notebook: Path) -> Lay:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code: list[Cell] = []
    places: dict[str, Place] = {}
    sections: dict[str, str] = {}
    heading, opened = "", False
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            exercise = cell["metadata"].get("exercise")
            if exercise and not (exercise in places and places[exercise].is_exercise):
                places[exercise] = Place(exercise, heading, len(code), is_exercise=True)
            opened |= OPENS in source
            if OPENS not in source:
                code.append(Cell(cell["id"], source, _fails(cell)))
        elif title := next(_headings(source), ""):
            heading = title
            if opened:
                places[cell["id"]] = Place(cell["id"], title, len(code), is_exercise=False)
        sections[cell["id"]] = heading
    return Lay(tuple(code), tuple(places.values()), sections)


def _headings(source: str) -> Iterator[str]:
    """Give the headings of a prose cell, without those of code in fences."""
    fenced = False
    for line in source.splitlines():
        fenced ^= line.startswith("```")
        if not fenced and line.startswith("#"):
            yield line.lstrip("#").strip()


def _fails(cell: dict[str, Any]) -> bool:
    return any(output["output_type"] == "error" for output in cell["outputs"])
