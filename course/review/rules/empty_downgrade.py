"""A downgrade() without a statement, while upgrade() has some.

Where upgrade() only updates or deletes rows, or validates a constraint, there may be nothing to
take back, and a value of an enum type can't be: a docstring that says so is enough.
"""

import ast
from collections.abc import Iterator

from course.review.finding import Finding
from course.review.text.project_text import ProjectText
from course.review.text.revisions import RevisionText
from course.review.text.source import Function, is_constant

ORDER = 10
TEMPLATE_DOCSTRINGS = ("", "Downgrade schema.")


def check(text: ProjectText) -> Iterator[Finding]:
    """Find the functions that take nothing back; also those of each database of multidb."""
    for revision in text.revisions:
        for up, down in _pairs(revision):
            if _is_empty(up) or (down is not None and not _is_empty(down)):
                continue
            if down is not None and _only_corrects_rows(revision) and _says_why(down):
                continue
            line = (down or up).lineno
            values = {"revision": revision.id, "function": down.name if down else "downgrade"}
            yield Finding("empty_downgrade", revision.source.name, line, values)


def _pairs(revision: RevisionText) -> Iterator[tuple[Function, Function | None]]:
    """Give upgrade() and downgrade(), and those of each database of the multidb template."""
    functions = revision.source.functions
    for name, function in functions.items():
        if name == "upgrade":
            yield function, functions.get("downgrade")
        elif name.startswith("upgrade_"):
            down = functions.get(f"downgrade_{name.removeprefix('upgrade_')}")
            if down is not None:
                yield function, down


def _is_empty(function: Function) -> bool:
    return all(_does_nothing(statement) for statement in function.body)


def _does_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Return):
        return statement.value is None or is_constant(statement.value, None)
    return isinstance(statement, ast.Pass)


def _only_corrects_rows(revision: RevisionText) -> bool:
    kinds = {effect.kind for effect in revision.effects}
    return bool(kinds) and kinds <= {"UPDATE", "DELETE", "value", "validation"}


def _says_why(function: Function) -> bool:
    return (ast.get_docstring(function) or "") not in TEMPLATE_DOCSTRINGS
