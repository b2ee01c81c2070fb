"""An exercise as a learner solves it in a browser: by what the solved notebook has, typed in."""

import json
import re
from dataclasses import dataclass
from typing import Any

from course.contents import load_course
from course.site.kernel.instead import UNPASSABLE
from tests.opened import stem
from tests.site.lite import Visit, compared


@dataclass(frozen=True)
class Exercise:
    """A lesson's first exercise: its name, the cells for it, and what is typed, one by one."""

    name: str
    answer: str
    check: str
    typed: tuple[str, ...]


def first_exercise(slug: str, lang: str) -> Exercise:
    """Give the first exercise of a lesson that can be passed here, with its solution."""
    entry = load_course().lesson(slug)
    asked = (*entry.exercises, *entry.tries)
    name = next(name for name in asked if name not in UNPASSABLE.get(slug, ()))
    cells, solved = (
        [cell for cell in json.loads(path.read_bytes())["cells"] if cell["cell_type"] == "code"]
        for path in (entry.notebook(lang, solved=False), entry.notebook(lang, solved=True))
    )
    at = next(at for at, cell in enumerate(solved) if name in calls_check(cell))
    typed: list[str] = []
    for cell in solved[:at]:
        if calls_check(cell):
            typed.clear()
        elif cell["id"] not in {other["id"] for other in cells}:
            typed.append("".join(cell["source"]))
    check = solved[at]["id"]
    before = [cell["id"] for cell in cells].index(check) - 1
    return Exercise(name, cells[before]["id"], check, tuple(typed))


def calls_check(cell: dict[str, Any]) -> list[str]:
    """Give the names of the exercises that a cell checks."""
    return re.findall(r"^lesson\.check\(\"(\w+)\"\)", "".join(cell["source"]), re.MULTILINE)


def solve_by_typing(visitor: Visit, slug: str, lang: str) -> None:
    """Solve a lesson's first exercise in its answer cell, load the page again, and go on there."""
    exercise = first_exercise(slug, lang)
    visitor.run(exercise.answer, f'lesson.go_to("{exercise.name}")')
    assert not passed(visitor.run(exercise.check))
    for typed in exercise.typed:
        visitor.run(exercise.answer, typed)
    assert passed(visitor.run(exercise.check))
    visitor.page.reload()
    visitor.open(f"{lang}/{stem(slug)}.ipynb")
    assert ".old" in text(visitor.run("open"))
    visitor.run(exercise.answer, "lesson.resume()")
    assert passed(visitor.run(exercise.check))


def text(cell: dict[str, Any]) -> str:
    """Give all that a cell shows."""
    return "".join(part for parts in compared(cell).values() for part in parts)


def passed(cell: dict[str, Any]) -> bool:
    """Tell whether a cell that checks says so."""
    return any(word in text(cell) for word in ("✓ 통과", "✓ Passed"))
