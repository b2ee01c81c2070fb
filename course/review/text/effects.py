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
SCHEMA_STATEMENT = re.compile(r"^(CREATE|ALTER|DROP|RENAME)\b", re.IGNORECASE)
APART = {
    "value": re.compile(r"^ALTER\s+TYPE\s+\S+\s+ADD\s+VALUE\b", re.IGNORECASE),
    "validation": re.compile(
        r"^ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?\S+\s+VALIDATE\s+CONSTRAINT\s+[^,]+$",
        re.IGNORECASE,
    ),
    "view": re.compile(r"^(?:CREATE|DROP)\s+(?:OR\s+REPLACE\s+)?VIEW\b", re.IGNORECASE),
}
"""A value of an enum type is committed before it is used, and no server takes it back; to validate
a constraint changes nothing; a view has no rows."""
NOT_DATA = ("schema", *APART)
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
class Effect:
    """One effect: `kind` is one of NOT_DATA, INSERT, UPDATE, DELETE, or ORM for a session's.

    `creates` tells whether it makes the table.
    """

    kind: str
    table: str | None
    operation: Operation
    creates: bool = False

    @property
    def is_data(self) -> bool:
        """Tell whether rows change, and not the schema."""
        return self.kind not in NOT_DATA


def effects(operation: Operation) -> Iterator[Effect]:
    """Give what an operation changes, as far as it is written in the revision."""
    name = operation.name
    if name == "bulk_insert":
        yield Effect("INSERT", _table(operation, operation.arguments.get("table")), operation)
    elif name == "session":
        yield Effect("ORM", None, operation)
    elif name == "execute":
        yield from _executed(operation)
    elif name == "create_table":
        yield Effect("schema", operation.table, operation, creates=True)
    elif name.startswith(SCHEMA_OPERATIONS):
        yield Effect("schema", operation.table, operation)


def _executed(operation: Operation) -> Iterator[Effect]:
    text = sql(operation, operation.statement)
    if text is None:
        yield from _expression(operation, operation.statement)
        return
    text = SQL_COMMENTS.sub(" ", text)
    for statement in [text] if BLOCK.search(text) else text.split(";"):
        yield from _effect_of_sql(operation, statement.strip())


def _effect_of_sql(operation: Operation, statement: str) -> Iterator[Effect]:
    if SCHEMA_STATEMENT.match(statement):
        kind = next((kind for kind, pattern in APART.items() if pattern.match(statement)), "schema")
        created = CREATED.match(statement)
        table = bare(created[1]) if created else None
        yield Effect(kind, table, operation, creates=created is not None)
        return
    for kind, pattern in DATA:
        if changed := pattern.search(statement):
            yield Effect(kind, bare(changed[1]), operation)
            return


def sql(operation: Operation, node: ast.expr | None, depth: int = 0) -> str | None:
    """Give the SQL text that an expression is written as; `?` stands for what is put in later."""
    if node is None or depth > DEPTH:
        return None
    node = operation.resolved(node)
    if isinstance(node, ast.JoinedStr):
        return "".join(string(part) or "?" for part in node.values)
    if isinstance(node, ast.BinOp):
        left = sql(operation, node.left, depth + 1)
        return None if left is None else left + (string(operation.resolved(node.right)) or "?")
    if isinstance(node, ast.Call):
        if last_name(node.func) in TEXT_FUNCTIONS and node.args:
            return sql(operation, node.args[0], depth + 1)
        if isinstance(node.func, ast.Attribute):
            return sql(operation, node.func.value, depth + 1)
    return string(node)


def _expression(operation: Operation, node: ast.expr | None) -> Iterator[Effect]:
    """Find `sa.update(table)…` and `table.update()…` at the root of a chain of calls."""
    for _ in range(DEPTH):
        if node is None:
            return
        node = operation.resolved(node)
        if not isinstance(node, ast.Call):
            value = getattr(node, "value", None)
            node = value if isinstance(value, ast.expr) else None
            continue
        if kind := EXPRESSIONS.get(last_name(node.func)):
            places = [*node.args[:1], getattr(node.func, "value", None)]
            tables = [_table(operation, place) for place in places]
            yield Effect(kind, next(filter(None, tables), None), operation)
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
