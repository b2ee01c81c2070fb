"""What an operation changes: the schema or the data, and of which table."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from course.review.text.operations import Operation
from course.review.text.source import keyword, last_name, string

SCHEMA_OPERATIONS = ("add_", "alter_", "create_", "drop_", "rename_")
TEXT_FUNCTIONS = ("text", "dedent", "DDL")
SQL_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
NAME = r"(?:ONLY\s+)?([\w.\"`\[\]]+)"
DATA = (
    (
        "INSERT",
        re.compile(
            rf"\b(?:INSERT|REPLACE)\s+(?:OR\s+\w+\s+|IGNORE\s+)?INTO\s+{NAME}", re.IGNORECASE
        ),
    ),
    (
        "UPDATE",
        re.compile(rf"^(?:WITH\b.*\b)?UPDATE\s+(?:OR\s+\w+\s+)?{NAME}", re.IGNORECASE | re.DOTALL),
    ),
    ("DELETE", re.compile(rf"\bDELETE\s+FROM\s+{NAME}", re.IGNORECASE)),
    ("DELETE", re.compile(rf"^TRUNCATE\s+(?:TABLE\s+)?{NAME}", re.IGNORECASE)),
    ("UPDATE", re.compile(rf"^MERGE\s+INTO\s+{NAME}", re.IGNORECASE)),
)
SCHEMA = re.compile(r"^(CREATE|ALTER|DROP|RENAME)\b", re.IGNORECASE)
BLOCK = re.compile(
    r"\$\$|^\s*CREATE\s[\w\s]*?\b(?:TRIGGER|FUNCTION|PROCEDURE|RULE)\b", re.IGNORECASE
)
CREATED = re.compile(
    rf"^CREATE\s+(?:TEMP\w*\s+|UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?{NAME}", re.IGNORECASE
)
DEPTH = 100
"""How far an expression is followed; names that are bound to each other have no end."""

EXPRESSIONS = {"insert": "INSERT", "update": "UPDATE", "delete": "DELETE"}


@dataclass(frozen=True)
class Change:
    """A change: `kind` is schema, else INSERT, UPDATE, DELETE, or ORM for what a session writes.

    `creates` tells whether it makes the table.
    """

    kind: str
    table: str | None
    operation: Operation
    creates: bool = False

    @property
    def is_data(self) -> bool:
        """Tell whether rows change, and not the schema."""
        return self.kind != "schema"


def changes(operation: Operation) -> Iterator[Change]:
    """Give what an operation changes, as far as it is written in the revision."""
    name = operation.name
    if name == "bulk_insert":
        yield Change("INSERT", _table(operation, operation.arguments.get("table")), operation)
    elif name == "session":
        yield Change("ORM", None, operation)
    elif name == "execute":
        yield from _executed(operation)
    elif name == "create_table":
        yield Change("schema", operation.table, operation, creates=True)
    elif name.startswith(SCHEMA_OPERATIONS):
        yield Change("schema", operation.table, operation)


def _executed(operation: Operation) -> Iterator[Change]:
    statement = operation.arguments.get("statement")
    written = sql(operation, statement)
    if written is None:
        yield from _expression(operation, statement)
        return
    written = SQL_COMMENTS.sub(" ", written)
    for one in [written] if BLOCK.search(written) else written.split(";"):
        one = one.strip()
        if SCHEMA.match(one):
            made = CREATED.match(one)
            yield Change("schema", made and bare(made[1]), operation, creates=bool(made))
            continue
        for kind, pattern in DATA:
            if found := pattern.search(one):
                yield Change(kind, bare(found[1]), operation)
                break


def sql(operation: Operation, node: ast.expr | None, depth: int = 0) -> str | None:
    """Give the SQL text that an expression is written as; `?` stands for what is put in later."""
    if node is None or depth > DEPTH:
        return None
    node = operation.resolved(node)
    if isinstance(node, ast.JoinedStr):
        parts = [string(one) or "?" for one in node.values]
        return "".join(parts)
    if isinstance(node, ast.BinOp):
        left = sql(operation, node.left, depth + 1)
        return None if left is None else left + (string(operation.resolved(node.right)) or "?")
    if isinstance(node, ast.Call):
        if last_name(node.func) in TEXT_FUNCTIONS and node.args:
            return sql(operation, node.args[0], depth + 1)
        if isinstance(node.func, ast.Attribute):
            return sql(operation, node.func.value, depth + 1)
    return string(node)


def _expression(operation: Operation, node: ast.expr | None) -> Iterator[Change]:
    """Find `sa.update(table)…` and `table.update()…` at the root of a chain of calls."""
    for _ in range(DEPTH):
        if not isinstance(node, ast.expr):
            return
        node = operation.resolved(node)
        if not isinstance(node, ast.Call):
            node = getattr(node, "value", None)
            continue
        if kind := EXPRESSIONS.get(last_name(node.func)):
            places = [*node.args[:1], getattr(node.func, "value", None)]
            tables = [_table(operation, place) for place in places]
            yield Change(kind, next(filter(None, tables), None), operation)
            return
        node = node.func


def _table(operation: Operation, node: ast.expr | None) -> str | None:
    """Give the name of `sa.table("name", …)` or of a created table; of a model its own."""
    if node is None:
        return None
    node = operation.resolved(node)
    if isinstance(node, ast.Call) and node.args:
        return string(node.args[0]) or string(keyword(node, "name"))
    return last_name(node) or None


def bare(name: str) -> str:
    """Give a table's name without schema and quotes."""
    return name.rpartition(".")[2].strip('"`[]')
