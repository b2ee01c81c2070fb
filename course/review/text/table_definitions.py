"""The statements of a file that define tables: models, and `Table(…)`."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from course.review.text.source import (
    Function,
    Source,
    bindings,
    keyword,
    last_name,
    root_name,
    string,
)

SIGNS = (b"__tablename__", b"__table__", b"Table(", b"table=True", b"db.Model")
"""A file without any of these defines no table, and need not be parsed."""


@dataclass(frozen=True)
class TableDefinition:
    """A statement that defines a table: its line, and the names that lead to the metadata.

    Those are the bases of a model, or what `Table(…)` is given as metadata.
    """

    line: int
    metadata_names: tuple[str, ...]


def table_definitions(source: Source) -> list[TableDefinition]:
    """Give the tables that a file defines; none for a file that does not parse."""
    if not any(sign in source.content for sign in SIGNS) or not source.parses:
        return []
    return list(filter(None, map(_definition, _statements(source.tree.body))))


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Give the statements that run when the file is imported."""
    for statement in body:
        yield statement
        if not isinstance(statement, Function | ast.ClassDef):
            for branch in ("body", "orelse"):
                inner = getattr(statement, branch, None)
                if isinstance(inner, list):
                    yield from _statements(inner)


def _definition(statement: ast.stmt) -> TableDefinition | None:
    if isinstance(statement, ast.ClassDef):
        if not _is_model(statement):
            return None
        bases = [name for name in map(root_name, statement.bases) if name]
        return TableDefinition(statement.lineno, tuple(bases))
    if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr):
        return None
    call = statement.value
    if not isinstance(call, ast.Call) or last_name(call.func) != "Table":
        return None
    is_named = bool(call.args) and string(call.args[0]) is not None
    if not is_named or len(call.args) < 2:
        return None
    metadata = keyword(call, "metadata") or call.args[1]
    return TableDefinition(statement.lineno, (root_name(metadata),))


def _is_model(node: ast.ClassDef) -> bool:
    if any(argument.arg == "table" and argument.value for argument in node.keywords):
        return True
    if any(ast.unparse(base) == "db.Model" for base in node.bases):
        return True
    attributes = [part for part in node.body if isinstance(part, ast.Assign | ast.AnnAssign)]
    bound = {name for name, _ in bindings(attributes)}
    return bool(bound & {"__tablename__", "__table__"})
