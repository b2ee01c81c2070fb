"""What differs between two readings of a schema."""

import re
from collections.abc import Iterator, Mapping

from course.project.database.schema import Schema, Table, constraints
from course.project.orders import Difference

KINDS = {
    "PK": "primary_key",
    "FK": "foreign_key",
    "UNIQUE": "unique",
    "CHECK": "check",
    "INDEX": "index",
    "UNIQUE INDEX": "index",
}
"""The kinds of `constraints`, by the names that Difference has for them."""

SPELLING = re.compile(r"::(?:character varying|text)\b(?:\[\])?|[()]")
"""PostgreSQL spells `status IN ('new')` with casts and parentheses, and others after a dump."""


def schema_differences(made: Schema, real: Schema) -> tuple[Difference, ...]:
    """Give what `real` has more (+), less (-) or in another way (~); versions do not count."""
    return (*_tables(made, real), *_views(made, real))


def _tables(made: Schema, real: Schema) -> Iterator[Difference]:
    was = {table.name: table for table in made.tables}
    now = {table.name: table for table in real.tables}
    for name in sorted(was.keys() | now.keys()):
        if name not in was or name not in now:
            yield Difference("-" if name in was else "+", "table", name)
        elif was[name] != now[name]:
            yield from _columns(was[name], now[name])
            yield from _constraints(was[name], now[name])


def _columns(made: Table, real: Table) -> Iterator[Difference]:
    was = {column.name: column for column in made.columns}
    now = {column.name: column for column in real.columns}
    for name in sorted(was.keys() | now.keys()):
        if name not in was or name not in now:
            yield Difference("-" if name in was else "+", "column", real.name, name)
            continue
        for kind in ("type", "nullable", "default"):
            if getattr(was[name], kind) != getattr(now[name], kind):
                yield Difference("~", kind, real.name, name)


def _constraints(made: Table, real: Table) -> Iterator[Difference]:
    """Compare what is said under the same name; what is said the same has only another name."""
    was, now = _said(made), _said(real)
    renamed = {*was.values()} & {*now.values()}
    for kind, name in sorted(was.keys() | now.keys()):
        before, after = was.get((kind, name)), now.get((kind, name))
        if before == after or (before in renamed and after is None):
            continue
        sign = "-" if after is None else "~" if before or after in renamed else "+"
        yield Difference(sign, kind, real.name, name)


def _said(table: Table) -> Mapping[tuple[str, str], str]:
    """Give what constraints and indexes say, by kind and name; what they say names the others."""
    said = {
        (KINDS[kind], name or words): f"{kind} {words}" for kind, name, words in constraints(table)
    }
    key = table.primary_key
    if key is not None and not key.name:
        words = f"({', '.join(key.columns)})"
        said["primary_key", words] = f"PK {words}"
    return {place: SPELLING.sub("", words) for place, words in said.items()}


def _views(made: Schema, real: Schema) -> Iterator[Difference]:
    for name in sorted({*made.views} ^ {*real.views}):
        yield Difference("-" if name in made.views else "+", "view", name)


IN_SQL = {
    "table": "TABLE",
    "view": "VIEW",
    "column": "",
    "type": "TYPE",
    "nullable": "NULL",
    "default": "DEFAULT",
    "primary_key": "PRIMARY KEY",
    "foreign_key": "FOREIGN KEY",
    "unique": "UNIQUE",
    "check": "CHECK",
    "index": "INDEX",
}
"""The kinds of a Difference in SQL's words; a column is told by its name alone."""


def in_short(difference: Difference) -> str:
    """Write a difference in a few words that need no language: `~ users.name TYPE`."""
    sign, kind = difference.sign, IN_SQL.get(difference.kind, "")
    if difference.kind in ("table", "view"):
        return f"{sign} {kind} {difference.table}"
    if difference.kind in ("column", "type", "nullable", "default"):
        return f"{sign} {difference.table}.{difference.name} {kind}".rstrip()
    return f"{sign} {difference.table} {kind} {difference.name}".replace("  ", " ")
