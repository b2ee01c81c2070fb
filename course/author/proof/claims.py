"""The table of what the source documents state, held against the cells that show it."""

import tomllib

import nbformat

from course.contents import Course, LessonEntry

TABLE = "coverage.toml"
FIELDS = {"seed", "section", "says", "shown"}


def load_statements(course: Course) -> list[dict]:
    """Give the statements of `lessons/coverage.toml`, in its order."""
    path = course.root / "lessons" / TABLE
    return tomllib.loads(path.read_text(encoding="utf-8"))["statement"]


def coverage_problems(course: Course, statements: list[dict]) -> list[str]:
    """Name the statements that no cell shows: one that is not there, did not run or is silent."""
    speaking = {entry.slug: speaking_cells(course, entry) for entry in course.lessons}
    found = []
    seen = set()
    for statement in statements:
        name = statement.get("says", "a statement")
        if set(statement) != FIELDS or not statement["shown"]:
            found.append(f"{name}: it has {', '.join(sorted(FIELDS))}, and names a cell or more")
            continue
        if name in seen:
            found.append(f"{name}: it is there twice")
        seen.add(name)
        for cell in statement["shown"]:
            slug, _, key = cell.partition(":")
            if key not in speaking.get(slug, ()):
                found.append(f"{name}: no cell {cell} ran and printed something in every language")
    return found


def speaking_cells(course: Course, entry: LessonEntry) -> set[str]:
    """Give the keys of the code cells that ran and have an output in every solved notebook."""
    keys = []
    for lang in course.languages:
        path = entry.notebook(lang, solved=True)
        cells = nbformat.read(path, as_version=4).cells if path.is_file() else []
        code = [cell for cell in cells if cell.cell_type == "code"]
        keys.append({cell.id for cell in code if cell.execution_count and cell.outputs})
    return set.intersection(*keys)
