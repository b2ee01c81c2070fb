"""A column or table dropped, and one of the same shape added: the data is gone.

What a dropped one was like is known from the revisions before, else from the way back. No alarm
where something that is executed names the old one: its data is copied.
"""

import ast
import re
from collections.abc import Iterator

from course.review.finding import Finding
from course.review.text.operations import Operation
from course.review.text.project_text import ProjectText
from course.review.text.revisions import RevisionText
from course.review.text.tables import Tables, column_name, column_type, made_by, shape

ORDER = 50


def check(text: ProjectText) -> Iterator[Finding]:
    """Find the renames of columns and tables that lose data."""
    tables = Tables()
    for revision in text.revisions:
        names = {operation.name for operation in revision.upgrade}
        if {"drop_column", "add_column"} <= names:
            yield from _renamed_columns(revision, tables)
        if {"drop_table", "create_table"} <= names:
            yield from _renamed_tables(revision, tables)
        tables.apply(revision.upgrade)


def _renamed_columns(revision: RevisionText, tables: Tables) -> Iterator[Finding]:
    added = [
        (operation.table, column)
        for operation in revision.upgrade
        if operation.name == "add_column" and (column := operation.column())
    ]
    back = made_by(revision.downgrade)
    for drop in revision.upgrade:
        table, old = drop.table, drop.text("column_name")
        if drop.name != "drop_column" or table is None or old is None or _is_read(revision, old):
            continue
        type_ = tables.type_of(table, old) or back.type_of(table, old)
        for place, column in added:
            new = column_name(column)
            if place == table and new != old and type_ and column_type(column) == type_:
                yield _finding(revision, drop, "column", table=table, old=old, new=new or "?")
                added.remove((place, column))
                break


def _renamed_tables(revision: RevisionText, tables: Tables) -> Iterator[Finding]:
    created = [
        operation
        for operation in revision.upgrade
        if operation.name == "create_table" and operation.columns()
    ]
    back = made_by(revision.downgrade)
    for drop in revision.upgrade:
        old = drop.table
        if drop.name != "drop_table" or old is None or _is_read(revision, old):
            continue
        columns = tables.get(old) or back.get(old)
        for create in created:
            if create.table != old and shape(create) == columns:
                yield _finding(revision, drop, "table", old=old, new=create.table or "?")
                created.remove(create)
                break


def _is_read(revision: RevisionText, name: str) -> bool:
    """Tell whether something that upgrade() executes names the column or table."""
    pattern = re.compile(rf"\b{re.escape(name)}\b")
    return any(
        pattern.search(ast.unparse(argument))
        for operation in revision.upgrade
        if operation.name in ("execute", "bulk_insert")
        for argument in operation.arguments.values()
    )


def _finding(revision: RevisionText, drop: Operation, what: str, **values: str) -> Finding:
    line = drop.call.lineno
    values = {"of": what, **values}
    return Finding("rename_as_drop_and_add", revision.source.name, line, values, variant=what)
