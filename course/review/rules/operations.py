"""Rules about what revisions do: columns, constraints, data, renames."""

import ast
import re
from collections.abc import Iterator

from course.review.finding import Finding
from course.review.text.operations import Operation, is_column
from course.review.text.project_text import Reading
from course.review.text.revisions import Revision
from course.review.text.source import calls, is_constant, keyword, last_name
from course.review.text.tables import Tables, column_name, column_type, made_by, shape

DEFAULTS = ("Computed", "Identity")
CONSTRAINTS = {
    "ForeignKeyConstraint": ("fk", 2),
    "UniqueConstraint": ("uq", None),
    "CheckConstraint": ("ck", 1),
    "ForeignKey": ("fk", None),
}
"""Kind, and where the name stands if it is given by position."""

OPERATIONS = {
    "create_foreign_key": "fk",
    "create_unique_constraint": "uq",
    "create_check_constraint": "ck",
    "drop_constraint": None,
}
WRITTEN = {"fk": "FOREIGN KEY", "uq": "UNIQUE", "ck": "CHECK", None: "CONSTRAINT"}


def required_column(reading: Reading) -> Iterator[Finding]:
    """A NOT NULL column without a server default, added to a table that may have rows.

    A table of the same upgrade() has none; where it cannot be told which table it is, no alarm.
    """
    for revision in reading.revisions:
        for operation in revision.upgrade:
            column = operation.column() if operation.name == "add_column" else None
            if column is None or (
                revision.created and operation.table in {*revision.created, None}
            ):
                continue
            default = keyword(column, "server_default")
            given = default is not None and not is_constant(default, None)
            given |= any(last_name(getattr(one, "func", one)) in DEFAULTS for one in column.args)
            if is_constant(keyword(column, "nullable"), False) and not given:
                values = {"table": operation.table or "?", "column": column_name(column) or "?"}
                yield _found("required_column", revision, column, values)


def unnamed_constraint(reading: Reading) -> Iterator[Finding]:
    """A constraint that gets no name: neither its own nor one by the naming convention."""
    for revision in reading.revisions:
        for operation in [*revision.upgrade, *revision.downgrade]:
            for kind, node in _unnamed(operation):
                if kind is None or kind not in reading.named_kinds:
                    values = {"kind": WRITTEN[kind], "table": operation.table or "?"}
                    yield _found("unnamed_constraint", revision, node, values)


def _unnamed(operation: Operation) -> Iterator[tuple[str | None, ast.AST]]:
    """Give the unnamed constraints of an operation; kind None for one that is to be dropped."""
    if operation.name in OPERATIONS:
        name = operation.arguments.get("constraint_name")
        if name is None or is_constant(name, None):
            yield OPERATIONS[operation.name], operation.call
    if operation.name not in (*OPERATIONS, "create_table", "add_column"):
        return
    nodes = [*operation.arguments.values(), *operation.rest]
    for call in [one for node in nodes for one in (node, *calls(node))]:
        if not isinstance(call, ast.Call):
            continue
        if is_column(call):
            is_unique = is_constant(keyword(call, "unique"), True)
            if is_unique and not is_constant(keyword(call, "index"), True):
                yield "uq", call
        elif (constraint := last_name(call.func)) in CONSTRAINTS:
            kind, position = CONSTRAINTS[constraint]
            name = keyword(call, "name")
            if name is None and position is not None and len(call.args) > position:
                name = call.args[position]
            if name is None or is_constant(name, None):
                yield kind, call


def schema_and_data(reading: Reading) -> Iterator[Finding]:
    """An upgrade() that changes the schema and rows of tables that were there before.

    Rows of a table that the same upgrade() makes are no alarm: nobody else has used it yet.
    """
    for revision in reading.revisions:
        if all(change.is_data for change in revision.changes):
            continue
        for change in revision.changes:
            if change.is_data and (change.table is None or change.table not in revision.created):
                values = {"kind": change.kind, "table": change.table or "?"}
                yield _found("schema_and_data", revision, change.operation.call, values)
                break


def rename_as_drop_and_add(reading: Reading) -> Iterator[Finding]:
    """A column or table dropped, and one of the same shape added: the data is gone.

    What a dropped one was like is known from the revisions before, else from the way back. No
    alarm where something that is executed names the old one: its data is copied.
    """
    tables = Tables()
    for revision in reading.revisions:
        names = {operation.name for operation in revision.upgrade}
        if {"drop_column", "add_column"} <= names:
            yield from _renamed_columns(revision, tables)
        if {"drop_table", "create_table"} <= names:
            yield from _renamed_tables(revision, tables)
        tables.apply(revision.upgrade)


def _renamed_columns(revision: Revision, tables: Tables) -> Iterator[Finding]:
    added = [one for one in revision.upgrade if one.name == "add_column" and one.column()]
    back = made_by(revision.downgrade)
    for drop in revision.upgrade:
        table, old = drop.table, drop.text("column_name")
        if drop.name != "drop_column" or table is None or old is None or _is_read(revision, old):
            continue
        kind = tables.type_of(table, old) or back.type_of(table, old)
        for add in added:
            new = column_name(add.column())
            if add.table == table and new != old and kind and column_type(add.column()) == kind:
                values = {"of": "column", "table": table, "old": old, "new": new or "?"}
                yield _found("rename_as_drop_and_add", revision, drop.call, values)
                added.remove(add)
                break


def _renamed_tables(revision: Revision, tables: Tables) -> Iterator[Finding]:
    made = [one for one in revision.upgrade if one.name == "create_table" and one.columns()]
    back = made_by(revision.downgrade)
    for drop in revision.upgrade:
        old = drop.table
        if drop.name != "drop_table" or old is None or _is_read(revision, old):
            continue
        columns = tables.get(old) or back.get(old)
        for create in made:
            if create.table != old and shape(create) == columns:
                values = {"of": "table", "old": old, "new": create.table or "?"}
                yield _found("rename_as_drop_and_add", revision, drop.call, values)
                made.remove(create)
                break


def _is_read(revision: Revision, name: str) -> bool:
    pattern = re.compile(rf"\b{re.escape(name)}\b")
    executed = [one for one in revision.upgrade if one.name in ("execute", "bulk_insert")]
    return any(
        pattern.search(ast.unparse(node))
        for operation in executed
        for node in operation.arguments.values()
    )


def _found(rule: str, revision: Revision, node: ast.AST, values: dict[str, str]) -> Finding:
    return Finding(rule, revision.source.name, node.lineno, values)
