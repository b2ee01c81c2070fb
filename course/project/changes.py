"""What a command did: a look at database and files before, one after, and the difference."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from course.project.database.schema import Column, Schema, Table, constraints, read_schema_by
from course.project.files import walk
from course.server.kept import kept

Marks = tuple[Any, ...]
"""By which the values of a column are known again; the first counts them."""

SECTIONS = ("version", "structure", "data", "files")


@dataclass(frozen=True)
class Snapshot:
    """A project at one moment.

    `rows` counts by table; by (table, column), `values` counts what is not NULL, and `contents`
    has marks by which the same values are known again; `files` maps relative POSIX paths to
    hashes of their content.
    """

    schema: Schema = field(default_factory=Schema)
    rows: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[tuple[str, str], int] = field(default_factory=dict)
    contents: Mapping[tuple[str, str], Marks] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """One statement: where it belongs, its sign (+ came, - went, ~ changed, = kept), its words.

    `key` is a phrase of pictures.toml under `changes`, and `values` fill it in.
    """

    section: str
    sign: str
    key: str
    values: Mapping[str, object]


@dataclass(frozen=True)
class Changes:
    """All that changed between two snapshots, in the order of SECTIONS."""

    changes: tuple[Change, ...]


def take_snapshot(folder: Path, engine: Engine | None) -> Snapshot:
    """Look at the files under the folder and, with an engine, at the database.

    The database's own file is left out of the files. Raises sqlalchemy.exc errors when the
    database cannot be read, and OSError when a file cannot. SQLite makes an empty file when
    there is none: give an engine only for a database that exists.
    """
    if engine is None:
        return Snapshot(files=_hash_files(folder, None))
    with engine.connect() as connection:
        schema = read_schema_by(connection)
        rows: dict[str, int] = {}
        contents: dict[tuple[str, str], Marks] = {}
        for table in schema.tables:
            rows[table.name], marks = _measure(connection, table)
            contents |= {(table.name, column): mark for column, mark in marks.items()}
    values = {place: mark[0] for place, mark in contents.items()}
    return Snapshot(schema, rows, values, contents, _hash_files(folder, engine))


def compare(before: Snapshot, after: Snapshot) -> Changes:
    """Say what came, went, changed and was kept.

    A renamed table reads as one that went and one new. A column reads as renamed where one went
    and one of the same kind with the same values came.
    """
    found = [
        *_version_changes(before.schema, after.schema),
        *_structure_changes(before, after),
        *_data_changes(before, after),
        *_file_changes(before.files, after.files),
    ]
    return Changes(tuple(found))


def _measure(connection: Connection, table: Table) -> tuple[int, dict[str, Marks]]:
    """Count a table's rows; give each column's marks, of which the first counts its values."""
    columns: list[sa.ColumnClause[Any]] = [sa.column(found.name) for found in table.columns]
    measures = [sa.func.count(), *[mark for column in columns for mark in _marks(column)]]
    query = sa.select(*measures).select_from(sa.table(table.name))
    total, *measured = connection.execute(query).one()
    size = len(measured) // len(columns) if columns else 0
    return total, {
        column.name: tuple(measured[number * size : (number + 1) * size])
        for number, column in enumerate(columns)
    }


def _marks(column: sa.ColumnClause[Any]) -> tuple[sa.ColumnElement[Any], ...]:
    # Not every type has an order and a length; its text has.
    text = sa.cast(column, sa.Text)
    length = sa.func.coalesce(sa.func.sum(sa.func.length(text)), 0)
    return sa.func.count(column), sa.func.min(text), sa.func.max(text), length


def _hash_files(folder: Path, engine: Engine | None) -> dict[str, str]:
    own = {file.resolve() for file in kept(folder).values()}
    if engine is not None and engine.dialect.name == "sqlite" and engine.url.database:
        own.add(Path(engine.url.database).resolve())
    own_names = {file.name for file in own}
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for parent, _, names in walk(folder)
        for path in (parent / name for name in names)
        if path.name not in own_names or path.resolve() not in own
    }


def _version_changes(before: Schema, after: Schema) -> Iterator[Change]:
    old, new = (", ".join(schema.version or ()) or "base" for schema in (before, after))
    if old != new:
        yield Change("version", "~", "version", {"before": old, "after": new})


def _structure_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    old = {table.name: table for table in before.schema.tables}
    new = {table.name: table for table in after.schema.tables}
    for name in sorted(new.keys() - old.keys()):
        columns = ", ".join(column.name for column in new[name].columns)
        yield Change("structure", "+", "table_came", {"table": name, "columns": columns})
    for name in sorted(old.keys() - new.keys()):
        count = before.rows[name]
        key = "table_went_with_rows" if count else "table_went"
        yield Change("structure", "-", key, {"table": name, "count": count})
    for name in sorted(old.keys() & new.keys()):
        yield from _column_changes(old[name], new[name], before, after)
        yield from _constraint_changes(old[name], new[name])
    for view in sorted(set(after.schema.views) - set(before.schema.views)):
        yield Change("structure", "+", "view_came", {"view": view})
    for view in sorted(set(before.schema.views) - set(after.schema.views)):
        yield Change("structure", "-", "view_went", {"view": view})


def _column_changes(old: Table, new: Table, before: Snapshot, after: Snapshot) -> Iterator[Change]:
    was = {column.name: column for column in old.columns}
    now = {column.name: column for column in new.columns}
    renamed = _renamed(old, new, before, after)
    for name, newer in renamed.items():
        count = after.values[new.name, newer]
        values = {"column": f"{old.name}.{name}", "renamed": f"{new.name}.{newer}", "count": count}
        yield Change("structure", "~", "column_renamed", values)
    for column in new.columns:
        if column.name not in was and column.name not in renamed.values():
            values = {"column": f"{new.name}.{column.name}", "what": _describe(column)}
            yield Change("structure", "+", "column_came", values)
    for column in old.columns:
        if column.name not in now and column.name not in renamed:
            count = before.values[old.name, column.name]
            key = "column_went_with_values" if count else "column_went"
            values = {"column": f"{old.name}.{column.name}", "count": count}
            yield Change("structure", "-", key, values)
    for name in [name for name in now if name in was and was[name] != now[name]]:
        values = {
            "column": f"{new.name}.{name}",
            "before": _describe(was[name]),
            "after": _describe(now[name]),
        }
        yield Change("structure", "~", "column_changed", values)


def _renamed(old: Table, new: Table, before: Snapshot, after: Snapshot) -> dict[str, str]:
    """Give the column that has a new name: one went, one of its kind came, the values are there."""
    was, now = {one.name: one for one in old.columns}, {one.name: one for one in new.columns}
    went, came = list(was.keys() - now.keys()), list(now.keys() - was.keys())
    if len(went) != 1 or len(came) != 1:
        return {}
    one, other = (old.name, went[0]), (new.name, came[0])
    alike = _describe(was[went[0]]) == _describe(now[came[0]])
    same = before.values[one] > 0 and before.contents[one] == after.contents[other]
    return {went[0]: came[0]} if alike and same else {}


def _describe(column: Column) -> str:
    words = [column.type] if column.type else []
    words.append("NULL" if column.nullable else "NOT NULL")
    if column.default is not None:
        words.append(f"DEFAULT {column.default}")
    return " ".join(words)


def _constraint_changes(old: Table, new: Table) -> Iterator[Change]:
    was, now = constraints(old), constraints(new)
    for found, others, sign, key in (
        (now, was, "+", "constraint_came"),
        (was, now, "-", "constraint_went"),
    ):
        for kind, name, said in (line for line in found if line not in others):
            words = " ".join(word for word in (kind, name, said) if word)
            yield Change("structure", sign, key, {"table": new.name, "constraint": words})


def _data_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    old = {table.name: table for table in before.schema.tables}
    for table in after.schema.tables:
        was, now = before.rows.get(table.name, 0), after.rows[table.name]
        values = {"table": table.name, "before": was, "after": now, "count": abs(now - was)}
        if now != was:
            sign, key = ("+", "rows_came") if now > was else ("-", "rows_went")
            yield Change("data", sign, key, values)
            continue
        if now and table != old.get(table.name):
            yield Change("data", "=", "rows_kept", values)
        yield from _value_changes(table, before, after)


def _value_changes(table: Table, before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """Compare what is not NULL, column by column, in a table that kept its number of rows."""
    old = {found.name: found for found in before.schema.tables}.get(table.name, table)
    renamed = _renamed(old, table, before, after).values()
    for column in table.columns:
        if column.name in renamed:
            continue
        place = (table.name, column.name)
        grown = after.values[place] - before.values.get(place, 0)
        if grown:
            sign, key = ("+", "values_came") if grown > 0 else ("-", "values_went")
            values = {"column": f"{table.name}.{column.name}", "count": abs(grown)}
            yield Change("data", sign, key, values)


def _file_changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for path in sorted(before.keys() | after.keys()):
        if path not in before:
            yield Change("files", "+", "file_written", {"file": path})
        elif path not in after:
            yield Change("files", "-", "file_removed", {"file": path})
        elif before[path] != after[path]:
            yield Change("files", "~", "file_changed", {"file": path})
