"""The table of what the source documents state, held against the cells that show it."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from course.author.notebook import Cell, NotebookError, code_cells, read
from course.contents import Course, LessonEntry

TABLE = "coverage.toml"
FIELDS = {"seed", "section", "says", "shown"}
Statement = dict[str, Any]


def load_statements(course: Course) -> list[Statement]:
    """Give the statements of `lessons/coverage.toml`, in its order."""
    path = course.root / "lessons" / TABLE
    return list(tomllib.loads(path.read_text(encoding="utf-8"))["statement"])


def coverage_problems(course: Course, statements: list[Statement]) -> list[str]:
    """Name the statements that no cell shows.

    A cell that is not there, did not run or is silent shows nothing, and neither does one that
    has nothing of what the statement is about (`evidence`), in its code or in its output.
    """
    speaking = {entry.slug: speaking_cells(course, entry) for entry in course.lessons}
    found = []
    seen = set()
    for statement in statements:
        name = statement.get("says", "a statement")
        if set(statement) - {"needs"} != FIELDS or not statement["shown"]:
            found.append(f"{name}: it has {', '.join(sorted(FIELDS))}, and names a cell or more")
            continue
        if name in seen:
            found.append(f"{name}: it is there twice")
        seen.add(name)
        found += [f"{name}: {problem}" for problem in unshown(statement, speaking)]
    return found


def unshown(statement: Statement, speaking: dict[str, dict[str, list[str]]]) -> Iterator[str]:
    """Say what of a statement its cells do not show; `speaking` has the cells by lesson."""
    cells = {}
    for cell in statement["shown"]:
        slug, _, key = cell.partition(":")
        if key in speaking.get(slug, {}):
            cells[cell] = speaking[slug][key]
        else:
            yield f"no cell {cell} ran and printed something in every language"
    wanted = evidence(statement)
    if not wanted:
        yield "it names nothing in backquotes, so that it needs `needs`"
        return
    for cell, texts in cells.items():
        if not any(all(word in text for text in texts) for word in wanted):
            yield f"the cell {cell} has nothing of {', '.join(wanted)}"
    for word in wanted:
        if cells and not any(all(word in text for text in texts) for texts in cells.values()):
            yield f"no cell has {word}"


def evidence(statement: Statement) -> list[str]:
    """Give what a statement is about: what it puts in backquotes, and what it `needs`."""
    return [*re.findall(r"`([^`]+)`", statement["says"]), *statement.get("needs", [])]


def speaking_cells(course: Course, entry: LessonEntry) -> dict[str, list[str]]:
    """Give the code cells that ran and printed something in every solved notebook, by key.

    Of each its text, code and output, in every language.
    """
    texts = [_texts(entry, lang) for lang in course.languages]
    return {key: [each[key] for each in texts] for key in set.intersection(*map(set, texts))}


def _texts(entry: LessonEntry, lang: str) -> dict[str, str]:
    try:
        cells = code_cells(read(entry.notebook(lang, solved=True)))
    except (OSError, NotebookError):
        return {}
    return {
        cell["id"]: _text(cell) for cell in cells if cell["execution_count"] and cell["outputs"]
    }


def _text(cell: Cell) -> str:
    parts = [cell["source"]]
    for output in cell["outputs"]:
        parts += [output.get("text", ""), *output.get("data", {}).values()]
    return "\n".join(map(str, parts))
