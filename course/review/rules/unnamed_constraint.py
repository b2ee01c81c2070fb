"""A constraint that gets no name: neither its own nor one by the naming convention."""

import ast
from collections.abc import Iterator

from course.review.finding import Finding
from course.review.text.operations import Operation, is_column
from course.review.text.project_text import ProjectText
from course.review.text.source import calls, is_constant, keyword, last_name

ORDER = 20
OPERATIONS = {
    "create_foreign_key": "fk",
    "create_unique_constraint": "uq",
    "create_check_constraint": "ck",
    "drop_constraint": None,
}
CONSTRAINTS = {
    "ForeignKeyConstraint": ("fk", 2),
    "UniqueConstraint": ("uq", None),
    "CheckConstraint": ("ck", 1),
    "ForeignKey": ("fk", None),
}
"""Kind, and where the name stands if it is given by position."""

WRITTEN = {"fk": "FOREIGN KEY", "uq": "UNIQUE", "ck": "CHECK", None: "CONSTRAINT"}


def check(text: ProjectText) -> Iterator[Finding]:
    """Find the constraints of upgrade() and downgrade() without a name."""
    for revision in text.revisions:
        for operation in [*revision.upgrade, *revision.downgrade]:
            for kind, call in _unnamed(operation):
                if kind is None or kind not in text.named_kinds:
                    values = {"kind": WRITTEN[kind], "table": operation.table or "?"}
                    yield Finding("unnamed_constraint", revision.source.name, call.lineno, values)


def _unnamed(operation: Operation) -> Iterator[tuple[str | None, ast.Call]]:
    """Give the unnamed constraints of an operation; kind None for one that is to be dropped."""
    if operation.name in OPERATIONS:
        if _is_none(operation.arguments.get("constraint_name")):
            yield OPERATIONS[operation.name], operation.call
    elif operation.name not in ("create_table", "add_column"):
        return
    for argument in [*operation.arguments.values(), *operation.rest]:
        within = [argument] if isinstance(argument, ast.Call) else []
        for call in [*within, *calls(argument)]:
            kind = _kind_of_unnamed(call)
            if kind is not None:
                yield kind, call


def _kind_of_unnamed(call: ast.Call) -> str | None:
    """Give the kind of constraint that a call makes without a name; None where it makes none."""
    if is_column(call):
        makes_an_index = is_constant(keyword(call, "index"), True)
        is_unique = is_constant(keyword(call, "unique"), True)
        return "uq" if is_unique and not makes_an_index else None
    if last_name(call.func) not in CONSTRAINTS:
        return None
    kind, position = CONSTRAINTS[last_name(call.func)]
    name = keyword(call, "name")
    if name is None and position is not None and len(call.args) > position:
        name = call.args[position]
    return kind if _is_none(name) else None


def _is_none(name: ast.expr | None) -> bool:
    return name is None or is_constant(name, None)
