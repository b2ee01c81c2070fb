"""The state in which an exercise began, told by the cells that have run since the lesson opened.

A step names its cell, or (nbclient, nbval) has nothing but the cell's source. Many cells have the
same source, so such a step is the first of them at or behind the place of the step before.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course.lesson.places import OPENS
from course.lesson.session import Session
from course.lesson.steps import Step
from course.project.checkpoint import State
from course.project.database.database import Database
from course.project.database.server import ServerDatabase
from course.project.errors import ProjectError
from course.project.project import Project


@dataclass(frozen=True)
class Begun:
    """The project as it was when an exercise began, laid out in a folder of its own."""

    project: Project

    def database(self, now: Database) -> Database:
        """Give the database that the learner's project has now, as it was then.

        One outside of the learner's folder is not known, and taken for one that is not there.
        """
        folder = self.project.folder
        if isinstance(now, ServerDatabase):
            return ServerDatabase(now.database, folder / now.path.relative_to(now.folder), folder)
        path = now.path.resolve()
        home = now.folder.resolve()
        name = path.relative_to(home) if path.is_relative_to(home) else Path("not-known", path.name)
        return Database(folder / name, folder)


def begun_state(session: Session, exercise: str) -> State | None:
    """Give the state of the working folder in which an exercise began; None where none is known.

    That is the state after the lesson's last cell before the first of the exercise's own: what an
    editor, or a cell that the learner added, changed in between belongs to the exercise. What its
    blank cells themselves do, run as they are, is where it begins. A cell of the exercise that ran
    before the lesson's cells above it were run for the first time does not count.
    """
    if exercise in session.begun:
        return session.begun[exercise]
    ran = session.steps.ran
    cells = _lesson_cells(session)
    places = _places(cells, ran)
    first = _first_own(cells, exercise, places)
    before = next((at for at in range(first - 1, -1, -1) if places[at] is not None), -1)
    blanks = {cell.source.strip() for cell in cells if cell.is_blank_of(exercise)} - {""}
    last = before
    while last + 1 < len(ran) and ran[last + 1].source.strip() in blanks:
        last += 1
    if last >= 0:
        return ran[last].after
    is_known = not ran or ran[0].before is not None
    return session.steps.start or None if is_known else None


@contextmanager
def begun_project(session: Session, exercise: str) -> Iterator[Begun | None]:
    """Lay out the project in which an exercise began, until the block ends; None if it can't be."""
    state = begun_state(session, exercise)
    with tempfile.TemporaryDirectory(prefix="course-begun-") as scratch:
        folder = Path(scratch).resolve() / "project"
        try:
            kept = state is not None and session.steps.checkpoints.lay_out(state, folder)
        except (OSError, ProjectError):
            kept = False
        yield Begun(Project(folder)) if kept else None


@dataclass(frozen=True)
class _Cell:
    id: str
    source: str
    exercise: str
    role: str

    def is_blank_of(self, exercise: str) -> bool:
        """Tell whether it is one of the exercise's cells that the learner fills in."""
        return self.exercise == exercise and self.role == "answer"


def _lesson_cells(session: Session) -> tuple[_Cell, ...]:
    unsolved, solved = (session.entry.notebook(session.lang, kind) for kind in (False, True))
    return _merged(_cells(unsolved), _cells(solved))


def _first_own(cells: tuple[_Cell, ...], exercise: str, places: list[int | None]) -> int:
    """Count the steps before the exercise's first own one; all, where it has none yet."""
    own = [number for number, cell in enumerate(cells) if cell.exercise == exercise]
    if not own:
        return len(places)
    above: dict[int, int] = {}
    for number, place in enumerate(places):
        if place is not None and place < own[0]:
            above.setdefault(place, number)
    reached = max(above.values(), default=-1)
    return next(
        (number for number, place in enumerate(places) if place in own and number > reached),
        len(places),
    )


def _places(cells: tuple[_Cell, ...], steps: list[Step]) -> list[int | None]:
    """Give the number of each step's cell; None for a step that is none of the lesson's cells."""
    by_id = {cell.id: number for number, cell in enumerate(cells)}
    found: list[int | None] = []
    at = 0
    for step in steps:
        place = by_id.get(step.cell or "")
        if place is None and step.source:
            same = [
                number
                for number, cell in enumerate(cells)
                if cell.source.strip() == step.source.strip()
            ]
            place = next((number for number in same if number >= at), None)
        at = at if place is None else place
        found.append(place)
    return found


def _merged(unsolved: tuple[_Cell, ...], solved: tuple[_Cell, ...]) -> tuple[_Cell, ...]:
    """Give the cells of both notebooks in one order: solutions after the answers they fill in."""
    known = {cell.id for cell in unsolved}
    cells: list[_Cell] = []
    for number, cell in enumerate(unsolved):
        cells.append(cell)
        following = unsolved[number + 1].exercise if number + 1 < len(unsolved) else ""
        if cell.exercise and following != cell.exercise:
            cells += [
                one for one in solved if one.exercise == cell.exercise and one.id not in known
            ]
    return tuple(cells)


@cache
def _cells(notebook: Path) -> tuple[_Cell, ...]:
    """Read the code cells of a built notebook; none where it is not there."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError):
        return ()
    return tuple(
        _Cell(
            cell["id"],
            source,
            cell["metadata"].get("exercise", ""),
            cell["metadata"].get("role", ""),
        )
        for cell in cells
        if cell["cell_type"] == "code" and OPENS not in (source := "".join(cell["source"]))
    )
