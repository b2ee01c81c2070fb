"""The tables as they stand, drawn with their relations."""

from dataclasses import dataclass
from math import ceil

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
from course.picture.picture import WORDS, Drawing, Picture, pad, shorten, text_width
from course.picture.picture import columns as terminal_columns
from course.project.database.schema import VERSION_TABLE, Column, Schema, Table, constraints


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
    unique = [key.columns for key in table.uniques]
    unique += [index.columns for index in table.indexes if index.unique and not index.where]
    if alone in unique:
        words.append("UNIQUE")
    if not column.nullable and not is_key:
        words.append("NOT NULL")
    if column.default is not None:
        words.append(f"DEFAULT {column.default}")
    return words


def _named_constraints(table: Table, lang: str) -> list[tuple[str, str]]:
    unnamed = phrase(WORDS, "schema.unnamed", lang)
    return [(f"{kind} {name or unnamed}", sql) for kind, name, sql in constraints(table)]


def _summary(schema: Schema, lang: str) -> str:
    if schema.tables:
        tables = phrase(WORDS, "schema.tables", lang, count=len(schema.tables))
    else:
        tables = phrase(WORDS, "schema.no_tables", lang)
    if schema.version is None:
        return f"{tables} · {phrase(WORDS, 'schema.no_version_table', lang)}"
    return f"{tables} · {VERSION_TABLE}: {', '.join(schema.version) or 'base'}"


def _write(schema: Schema, summary: str, lang: str) -> str:
    lines = [summary]
    for table in schema.tables:
        leftover = phrase(WORDS, "schema.leftover", lang) if table.is_leftover else ""
        lines += ["", f"{table.name}  [{leftover}]" if leftover else table.name]
        cells = [
            (column.name, column.type or "-", " · ".join(marks(table, column)))
            for column in table.columns
        ]
        names = max((terminal_columns(name) for name, _, _ in cells), default=0)
        types = max((terminal_columns(kind) for _, kind, _ in cells), default=0)
        lines += [
            f"  {pad(name, names)}  {pad(kind, types)}  {notes}".rstrip()
            for name, kind, notes in cells
        ]
        lines += [f"    {name} {sql}" for name, sql in _named_constraints(table, lang)]
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
        notes = marks(table, column)
        if column.default is not None and text_width(" · ".join(notes), 11) > MARKS_WIDTH:
            notes.pop()
            lines.append((f"DEFAULT {column.name}", column.default))
        cells.append(
            (
                shorten(column.name, 12, NAME_WIDTH, mono=True),
                shorten(column.type, 11, TYPE_WIDTH, mono=True),
                shorten(" · ".join(notes), 11, MARKS_WIDTH),
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
    notes_width = max((text_width(words, 11) for _, _, words in cells), default=0)
    leftover = phrase(WORDS, "schema.leftover", lang) if table.is_leftover else ""
    inner = [
        text_width(title, 14) + (text_width(leftover, 11) + 16 if leftover else 0),
        names + PADDING + types + (PADDING + notes_width if notes_width else 0),
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
    for name, kind, notes in card.columns:
        strong = "ink mono bold" if notes.startswith("PK") else "ink mono"
        drawing.text(left, y + 16, name, strong)
        drawing.text(left + card.name_width + PADDING, y + 16, kind, "muted mono small")
        if notes:
            drawing.text(box.x + box.width - PADDING, y + 16, notes, "ink small", "end")
        y += ROW
    if card.constraints:
        drawing.path(["M", box.x, y + 4, "H", box.x + box.width], "edge-line")
    y += 8
    for name, sql in card.constraints:
        drawing.text(left, y + 14, name, "ink mono small")
        drawing.text(left + 12, y + 28, sql, "muted mono small")
        y += 32
