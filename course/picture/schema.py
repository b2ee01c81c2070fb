"""The tables as they stand: read with SQLAlchemy's inspector, drawn with their relations."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil
from typing import TypeVar

from sqlalchemy import Connection, Engine, Inspector, inspect, text
from sqlalchemy.types import NullType, TypeEngine

from course.phrases import phrase
from course.picture.layers import (
    HEAD,
    MARGIN,
    ROW,
    TOP,
    Box,
    draw_lines,
    place,
    plan_layers,
    shelve,
)
from course.picture.picture import (
    WORDS,
    Drawing,
    Picture,
    pad,
    shorten,
    text_width,
)
from course.picture.picture import columns as terminal_columns

_Part = TypeVar("_Part")

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
        tables = [_read_table(inspector, name, connection) for name in names]
    return Schema(
        tables=tuple(table for table in tables if table.name != VERSION_TABLE),
        views=tuple(sorted(inspector.get_view_names())),
        version=version,
    )


def _read_table(inspector: Inspector, name: str, connection: Connection) -> Table:
    key = inspector.get_pk_constraint(name)
    return Table(
        name=name,
        columns=tuple(
            Column(
                column["name"],
                _type(column["type"], connection),
                bool(column["nullable"]),
                column["default"],
            )
            for column in inspector.get_columns(name)
        ),
        primary_key=(
            Key(key["name"], tuple(key["constrained_columns"]))
            if key["constrained_columns"]
            else None
        ),
        foreign_keys=_sorted(_read_foreign_keys(inspector, name, connection)),
        uniques=_sorted(
            Key(found["name"], tuple(found["column_names"]))
            for found in inspector.get_unique_constraints(name)
        ),
        checks=_sorted(
            Check(found["name"], found["sqltext"])
            for found in inspector.get_check_constraints(name)
        ),
        indexes=_sorted(_read_indexes(inspector, name, connection)),
    )


def _read_indexes(inspector: Inspector, table: str, connection: Connection) -> list[Index]:
    dialect = connection.dialect.name
    indexes = [
        Index(
            index["name"] or "",
            tuple(index.get("expressions") or index["column_names"]),
            bool(index["unique"]),
            str(index.get("dialect_options", {}).get(f"{dialect}_where", "")),
        )
        for index in inspector.get_indexes(table)
        if not index.get("duplicates_constraint")
    ]
    if dialect == "sqlite":
        indexes += _expression_indexes(connection, table, {index.name for index in indexes})
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


def _read_foreign_keys(
    inspector: Inspector, table: str, connection: Connection
) -> list[ForeignKey]:
    keys = [
        ForeignKey(
            found["name"],
            tuple(found["constrained_columns"]),
            found["referred_table"],
            tuple(found["referred_columns"]),
            found["options"].get("ondelete") or "",
            found["options"].get("onupdate") or "",
        )
        for found in inspector.get_foreign_keys(table)
    ]
    if connection.dialect.name != "sqlite":
        return keys
    actions = _sqlite_actions(connection, table)
    return [replace(key, **actions.get(key.columns, {})) for key in keys]


def _sqlite_actions(connection: Connection, table: str) -> dict[tuple[str, ...], dict[str, str]]:
    """Give ON DELETE and ON UPDATE by columns; SQLAlchemy does not see them beside a column."""
    query = text(
        'SELECT id, "from", on_delete, on_update FROM pragma_foreign_key_list(:table) '
        "ORDER BY id, seq"
    )
    rows = connection.execute(query, {"table": table}).all()
    columns: dict[int, tuple[str, ...]] = {}
    for row in rows:
        columns[row.id] = (*columns.get(row.id, ()), row[1])
    return {
        columns[row.id]: {
            "on_delete": row.on_delete.replace("NO ACTION", ""),
            "on_update": row.on_update.replace("NO ACTION", ""),
        }
        for row in rows
    }


def _type(kind: TypeEngine, connection: Connection) -> str:
    """Give a type as SQL; SQLite allows columns without one."""
    return "" if isinstance(kind, NullType) else kind.compile(dialect=connection.dialect)


def _sorted(found: Iterable[_Part]) -> tuple[_Part, ...]:
    return tuple(sorted(found, key=repr))


def draw_schema(schema: Schema, lang: str) -> Picture:
    """Draw a box for each table and a line for each relation, with the same as text."""
    title = phrase(WORDS, "schema.label", lang)
    summary = _summary(schema, lang)
    return Picture(
        label=f"{title}: {summary}",
        text=_write(schema, summary, lang),
        svg=_draw(schema, title, summary, lang),
        lang=lang,
    )


def marks(table: Table, column: Column) -> list[str]:
    """Say what holds for a column, in SQL's words: PK, FK, UNIQUE, NOT NULL, DEFAULT."""
    words = []
    is_key = table.primary_key is not None and column.name in table.primary_key.columns
    if is_key:
        words.append("PK")
    if any(column.name in key.columns for key in table.foreign_keys):
        words.append("FK")
    alone = (column.name,)
    unique_indexes = [index for index in table.indexes if index.unique and not index.where]
    if any(key.columns == alone for key in [*table.uniques, *unique_indexes]):
        words.append("UNIQUE")
    if not column.nullable and not is_key:
        words.append("NOT NULL")
    if column.default is not None:
        words.append(f"DEFAULT {column.default}")
    return words


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


def _named_constraints(table: Table, lang: str) -> list[tuple[str, str]]:
    unnamed = phrase(WORDS, "schema.unnamed", lang)
    return [(f"{kind} {name or unnamed}", said) for kind, name, said in constraints(table)]


def _list(names: Iterable[str]) -> str:
    return f"({', '.join(names)})"


def _refers(key: ForeignKey) -> str:
    said = f"{_list(key.columns)} → {key.table}{_list(key.referred)}"
    said += f" ON DELETE {key.on_delete}" if key.on_delete else ""
    return said + (f" ON UPDATE {key.on_update}" if key.on_update else "")


def _summary(schema: Schema, lang: str) -> str:
    if schema.tables:
        said = phrase(WORDS, "schema.tables", lang, count=len(schema.tables))
    else:
        said = phrase(WORDS, "schema.no_tables", lang)
    if schema.version is None:
        return f"{said} · {phrase(WORDS, 'schema.no_version_table', lang)}"
    return f"{said} · {VERSION_TABLE}: {', '.join(schema.version) or 'base'}"


def _write(schema: Schema, summary: str, lang: str) -> str:
    lines = [summary]
    for table in schema.tables:
        left = phrase(WORDS, "schema.leftover", lang) if table.is_leftover else ""
        lines += ["", f"{table.name}  [{left}]" if left else table.name]
        cells = [(c.name, c.type or "-", " · ".join(marks(table, c))) for c in table.columns]
        names = max((terminal_columns(name) for name, _, _ in cells), default=0)
        types = max((terminal_columns(kind) for _, kind, _ in cells), default=0)
        lines += [
            f"  {pad(name, names)}  {pad(kind, types)}  {said}".rstrip()
            for name, kind, said in cells
        ]
        lines += [f"    {name} {said}" for name, said in _named_constraints(table, lang)]
    if schema.views:
        lines += ["", phrase(WORDS, "schema.views", lang, names=", ".join(schema.views))]
    return "\n".join(lines)


PADDING = 12
PAGE = 920
"""Pixels that tables without relations may fill side by side."""
NAME_WIDTH, TYPE_WIDTH, MARKS_WIDTH, CONSTRAINT_WIDTH = 170, 120, 150, 290


@dataclass(frozen=True)
class _Card:
    """What a table's box says, cut to fit and measured."""

    name: str
    title: str
    leftover: str
    columns: list[tuple[str, str, str]]
    constraints: list[tuple[str, str]]
    name_width: float
    box: Box


def _draw(schema: Schema, title: str, summary: str, lang: str) -> str:
    drawing = Drawing()
    drawing.text(MARGIN, 30, title, "ink bold")
    drawing.text(MARGIN + text_width(title, 14) + 16, 30, summary, "muted small")
    width = MARGIN + text_width(title, 14) + 16 + text_width(summary, 11)
    known = {table.name: {column.name for column in table.columns} for table in schema.tables}
    relations = [
        (table.name, column, key.table, referred)
        for table in schema.tables
        for key in table.foreign_keys
        for column, referred in zip(key.columns, key.referred, strict=False)
        if referred in known.get(key.table, ())
    ]
    cards = [_card(table, lang) for table in schema.tables]
    plan = plan_layers({card.name: card.box for card in cards}, relations)
    right, bottom = place(plan)
    width = max(width, right)
    related = {name for layer in plan.layers for name in layer}
    alone = [card.box for card in cards if card.name not in related]
    right, bottom = shelve(alone, max(width, PAGE), bottom)
    width = max(width, right)
    for card in cards:
        _draw_card(drawing, card)
    draw_lines(drawing, plan)
    if schema.views:
        views = phrase(WORDS, "schema.views", lang, names=", ".join(schema.views))
        words = shorten(views, 13, PAGE)
        drawing.text(MARGIN, bottom + 14, words, "ink")
        width, bottom = max(width, MARGIN + text_width(words, 13)), bottom + ROW
    return drawing.svg(title, width + MARGIN, max(bottom, TOP) + 4, lang)


def _card(table: Table, lang: str) -> _Card:
    title = shorten(table.name, 13, CONSTRAINT_WIDTH)
    cells, lines = [], []
    for column in table.columns:
        said = marks(table, column)
        if column.default is not None and text_width(" · ".join(said), 11) > MARKS_WIDTH:
            said.pop()
            lines.append((f"DEFAULT {column.name}", column.default))
        cells.append(
            (
                shorten(column.name, 12, NAME_WIDTH, mono=True),
                shorten(column.type, 11, TYPE_WIDTH, mono=True),
                shorten(" · ".join(said), 11, MARKS_WIDTH),
            )
        )
    lines += _named_constraints(table, lang)
    lines = [
        (
            shorten(name, 11, CONSTRAINT_WIDTH, mono=True),
            shorten(words, 11, CONSTRAINT_WIDTH - 12, mono=True),
        )
        for name, words in lines
    ]
    names = max((text_width(name, 12, mono=True) for name, _, _ in cells), default=0)
    types = max((text_width(kind, 11, mono=True) for _, kind, _ in cells), default=0)
    said = max((text_width(words, 11) for _, _, words in cells), default=0)
    leftover = phrase(WORDS, "schema.leftover", lang) if table.is_leftover else ""
    inner = [
        text_width(title, 14) + (text_width(leftover, 11) + 16 if leftover else 0),
        names + PADDING + types + (PADDING + said if said else 0),
        *(text_width(name, 11, mono=True) for name, _ in lines),
        *(text_width(words, 11, mono=True) + 12 for _, words in lines),
    ]
    height = HEAD + ROW * len(cells) + (32 * len(lines) + 12 if lines else 0) + 4
    rows = tuple(column.name for column in table.columns)
    box = Box(ceil(max(inner)) + 2 * PADDING, height, rows)
    return _Card(table.name, title, leftover, cells, lines, names, box)


def _draw_card(drawing: Drawing, card: _Card) -> None:
    box = card.box
    frame = "warn-line" if card.leftover else "edge-line"
    drawing.rect(box.x, box.y, box.width, box.height, f"paper {frame}", 7)
    drawing.rect(box.x + 0.5, box.y + 0.5, box.width - 1, HEAD - 4, "panel", 6.5)
    left = box.x + PADDING
    drawing.text(left, box.y + 19, card.title, "ink bold")
    if card.leftover:
        drawing.text(
            box.x + box.width - PADDING, box.y + 19, card.leftover, "warn small bold", "end"
        )
    y = box.y + HEAD
    for name, kind, said in card.columns:
        strong = "ink mono bold" if said.startswith("PK") else "ink mono"
        drawing.text(left, y + 16, name, strong)
        drawing.text(left + card.name_width + PADDING, y + 16, kind, "muted mono small")
        if said:
            drawing.text(box.x + box.width - PADDING, y + 16, said, "ink small", "end")
        y += ROW
    if card.constraints:
        drawing.path(["M", box.x, y + 4, "H", box.x + box.width], "edge-line")
    y += 8
    for name, said in card.constraints:
        drawing.text(left, y + 14, name, "ink mono small")
        drawing.text(left + 12, y + 28, said, "muted mono small")
        y += 32
