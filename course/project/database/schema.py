"""The tables as they stand: the one reading of a schema, for pictures and for checks."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Inspector, inspect, text
from sqlalchemy.engine.interfaces import (
    ReflectedCheckConstraint,
    ReflectedColumn,
    ReflectedForeignKeyConstraint,
    ReflectedIndex,
    ReflectedPrimaryKeyConstraint,
    ReflectedUniqueConstraint,
)
from sqlalchemy.types import NullType, TypeEngine

_Part = TypeVar("_Part")
_Id = TypeVar("_Id")

VERSION_TABLE = "alembic_version"
LEFTOVER_PREFIX = "_alembic_tmp_"
"""What batch mode calls the copy of a table it is building (alembic.operations.batch)."""


@dataclass(frozen=True)
class Column:
    """One column. `type` and `default` are SQL text; `default` is the server's."""

    name: str
    type: str
    nullable: bool
    default: str | None = None


@dataclass(frozen=True)
class Key:
    """A primary key or a UNIQUE constraint."""

    name: str | None
    columns: tuple[str, ...]


@dataclass(frozen=True)
class ForeignKey:
    """A foreign key; `on_delete` and `on_update` are empty when the database decides."""

    name: str | None
    columns: tuple[str, ...]
    table: str
    referred: tuple[str, ...]
    on_delete: str = ""
    on_update: str = ""


@dataclass(frozen=True)
class Check:
    """A CHECK constraint and its SQL."""

    name: str | None
    sql: str


@dataclass(frozen=True)
class Index:
    """An index over columns or SQL expressions."""

    name: str
    columns: tuple[str, ...]
    unique: bool = False
    where: str = ""


@dataclass(frozen=True)
class Table:
    """A table with all that belongs to it."""

    name: str
    columns: tuple[Column, ...]
    primary_key: Key | None = None
    foreign_keys: tuple[ForeignKey, ...] = ()
    uniques: tuple[Key, ...] = ()
    checks: tuple[Check, ...] = ()
    indexes: tuple[Index, ...] = ()

    @property
    def is_leftover(self) -> bool:
        """Whether a failed batch migration left this table behind."""
        return self.name.startswith(LEFTOVER_PREFIX)


@dataclass(frozen=True)
class Schema:
    """A database's tables and views by name, and the rows of `alembic_version`.

    `version` is None when the database has no such table, and empty when the table has no row.
    """

    tables: tuple[Table, ...] = ()
    views: tuple[str, ...] = ()
    version: tuple[str, ...] | None = None


def read_schema(engine: Engine) -> Schema:
    """Read the whole schema of the database's default schema.

    Raises sqlalchemy.exc errors when the database cannot be read (locked, not a database).
    SQLite makes an empty file when there is none: ask only for a database that exists.
    """
    with engine.connect() as connection:
        return read_schema_by(connection)


def read_schema_by(connection: Connection) -> Schema:
    """Read the whole schema through a connection that is open already."""
    inspector = inspect(connection)
    names = sorted(inspector.get_table_names())
    version = None
    if VERSION_TABLE in names:
        rows = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalars()
        version = tuple(sorted(str(row) for row in rows))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based")
        tables = [_read_table(table, connection) for table in _reflected(inspector, names)]
    return Schema(
        tables=tuple(table for table in tables if table.name != VERSION_TABLE),
        views=tuple(sorted(inspector.get_view_names())),
        version=version,
    )


@dataclass(frozen=True)
class _Reflected:
    """What SQLAlchemy reads of a table."""

    name: str
    columns: list[ReflectedColumn]
    primary_key: ReflectedPrimaryKeyConstraint
    foreign_keys: list[ReflectedForeignKeyConstraint]
    uniques: list[ReflectedUniqueConstraint]
    checks: list[ReflectedCheckConstraint]
    indexes: list[ReflectedIndex]


def _reflected(inspector: Inspector, names: Iterable[str]) -> list[_Reflected]:
    """Read tables; a server is asked once for each kind of part, and not for each table."""
    columns = inspector.get_multi_columns()
    primary_keys = inspector.get_multi_pk_constraint()
    foreign_keys = inspector.get_multi_foreign_keys()
    uniques = inspector.get_multi_unique_constraints()
    checks = inspector.get_multi_check_constraints()
    indexes = inspector.get_multi_indexes()
    return [
        _Reflected(
            name,
            columns[None, name],
            primary_keys[None, name],
            foreign_keys[None, name],
            uniques[None, name],
            checks[None, name],
            indexes[None, name],
        )
        for name in names
    ]


def _read_table(table: _Reflected, connection: Connection) -> Table:
    key = table.primary_key
    return Table(
        name=table.name,
        columns=tuple(
            Column(
                column["name"],
                _type(column["type"], connection),
                bool(column["nullable"]),
                column["default"],
            )
            for column in table.columns
        ),
        primary_key=(
            Key(key["name"], tuple(key["constrained_columns"]))
            if key["constrained_columns"]
            else None
        ),
        foreign_keys=_sorted(_read_foreign_keys(table, connection)),
        uniques=_sorted(_read_uniques(table, connection)),
        checks=_sorted(Check(found["name"], found["sqltext"]) for found in table.checks),
        indexes=_sorted(_read_indexes(table, connection)),
    )


def _read_uniques(table: _Reflected, connection: Connection) -> list[Key]:
    """Give the UNIQUE constraints; from SQLite also those that SQLAlchemy does not read.

    It reads SQLite's from the text of CREATE TABLE, where `email VARCHAR(100) UNIQUE` escapes it.
    """
    keys = [Key(found["name"], tuple(found["column_names"])) for found in table.uniques]
    if connection.dialect.name == "sqlite":
        query = text(
            "SELECT list.name, info.name FROM pragma_index_list(:table) list, "
            "pragma_index_info(list.name) info WHERE list.origin = 'u' ORDER BY list.name, seqno"
        )
        rows = connection.execute(query, {"table": table.name})
        columns = _gathered((index, column) for index, column in rows)
        known = {key.columns for key in keys}
        keys += [Key(None, each) for each in sorted(set(columns.values())) if each not in known]
    return keys


def _read_indexes(table: _Reflected, connection: Connection) -> list[Index]:
    dialect = connection.dialect.name
    indexes = [
        Index(
            index["name"] or "",
            tuple(map(str, index.get("expressions") or index["column_names"])),
            bool(index["unique"]),
            str(index.get("dialect_options", {}).get(f"{dialect}_where", "")),
        )
        for index in table.indexes
        if not index.get("duplicates_constraint")
    ]
    if dialect == "sqlite":
        indexes += _expression_indexes(connection, table.name, {index.name for index in indexes})
    return indexes


def _expression_indexes(connection: Connection, table: str, known: set[str]) -> list[Index]:
    """Find the indexes over expressions, which SQLAlchemy does not read from SQLite."""
    query = text(
        "SELECT name, sql FROM sqlite_master "
        "WHERE type = 'index' AND tbl_name = :table AND sql IS NOT NULL"
    )
    return [
        Index(name, (sql.partition("(")[2].rpartition(")")[0],), " UNIQUE " in sql.upper())
        for name, sql in connection.execute(query, {"table": table})
        if name not in known
    ]


def _read_foreign_keys(table: _Reflected, connection: Connection) -> list[ForeignKey]:
    keys = [
        ForeignKey(
            found["name"],
            tuple(found["constrained_columns"]),
            found["referred_table"],
            tuple(found["referred_columns"]),
            found["options"].get("ondelete") or "",
            found["options"].get("onupdate") or "",
        )
        for found in table.foreign_keys
    ]
    if connection.dialect.name != "sqlite":
        return keys
    actions = _sqlite_actions(connection, table.name)
    return [
        replace(key, on_delete=on_delete, on_update=on_update)
        for key in keys
        for on_delete, on_update in [actions.get(key.columns, (key.on_delete, key.on_update))]
    ]


def _sqlite_actions(connection: Connection, table: str) -> dict[tuple[str, ...], tuple[str, str]]:
    """Give ON DELETE and ON UPDATE by columns; SQLAlchemy does not see them beside a column."""
    query = text(
        'SELECT id, "from", on_delete, on_update FROM pragma_foreign_key_list(:table) '
        "ORDER BY id, seq"
    )
    rows = connection.execute(query, {"table": table}).all()
    columns = _gathered((row.id, row[1]) for row in rows)
    return {
        columns[row.id]: (
            row.on_delete.replace("NO ACTION", ""),
            row.on_update.replace("NO ACTION", ""),
        )
        for row in rows
    }


def _gathered(rows: Iterable[tuple[_Id, str]]) -> dict[_Id, tuple[str, ...]]:
    """Gather columns under what they belong to, in their order."""
    columns: dict[_Id, tuple[str, ...]] = {}
    for owner, column in rows:
        columns[owner] = (*columns.get(owner, ()), column)
    return columns


def _type(kind: TypeEngine[Any], connection: Connection) -> str:
    """Give a type as SQL; SQLite allows columns without one."""
    return "" if isinstance(kind, NullType) else kind.compile(dialect=connection.dialect)


def _sorted(found: Iterable[_Part]) -> tuple[_Part, ...]:
    return tuple(sorted(found, key=repr))


def constraints(table: Table) -> list[tuple[str, str | None, str]]:
    """Give the table's constraints and indexes as (kind, name, what it says).

    A primary key without a name is left out: its columns' marks say it all.
    """
    lines: list[tuple[str, str | None, str]] = []
    if table.primary_key and table.primary_key.name:
        lines.append(("PK", table.primary_key.name, _list(table.primary_key.columns)))
    lines += [("FK", key.name, _refers(key)) for key in table.foreign_keys]
    lines += [("UNIQUE", key.name, _list(key.columns)) for key in table.uniques]
    lines += [("CHECK", check.name, check.sql) for check in table.checks]
    for index in table.indexes:
        where = f" WHERE {index.where}" if index.where else ""
        kind = "UNIQUE INDEX" if index.unique else "INDEX"
        lines.append((kind, index.name, _list(index.columns) + where))
    return lines


def _list(names: Iterable[str]) -> str:
    return f"({', '.join(names)})"


def _refers(key: ForeignKey) -> str:
    said = f"{_list(key.columns)} → {key.table}{_list(key.referred)}"
    said += f" ON DELETE {key.on_delete}" if key.on_delete else ""
    return said + (f" ON UPDATE {key.on_update}" if key.on_update else "")
