"""A database as the text that pg_dump writes, byte by byte, where there is no pg_dump.

The objects are those that lessons make, and a few more; where others are there (partitions,
policies, extensions, …) there is no dump: nothing is left out in silence.
"""

import heapq
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from course.phrases import phrase
from course.server import dumps
from course.site.kernel.postgres import catalog
from course.site.kernel.postgres.catalog import Asks, Column, Thing
from course.site.kernel.postgres.servers import Refused

WORDS = Path(__file__).with_name("postgres.toml")
HEAD = """\
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

"""
READING = """
SELECT pg_catalog.set_config('search_path', '', false);
SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET extra_float_digits = 3;
"""
FIRST_TABLE = """\
SET default_tablespace = '';

SET default_table_access_method = heap;

"""
PUBLIC = "-- *not* creating schema, since initdb creates it\n"
STANDARD = "standard public schema"
"""The comment of a schema `public` that nobody has touched."""
ROWS = 1000
"""Rows of an INSERT."""
NUMBERS = ("smallint", "integer", "bigint", "oid", "real", "double precision", "numeric")
DIGITS = set("0123456789 +-eE.")
TYPES = ("TYPE", "DOMAIN", "FUNCTION", "PROCEDURE")
"""What comes before tables, in this order where nothing needs another."""
ORDER = {"TYPE": 0, "DOMAIN": 0, "FUNCTION": 1, "PROCEDURE": 1}


def dump(session: Asks) -> str:
    """Give the SQL that makes what the database holds: the same for the same content.

    Raises Refused for what cannot be written down here.
    """
    session.rows("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    try:
        session.rows(READING)
        if strange := session.rows(catalog.STRANGE):
            lang = os.environ.get("COURSE_LANG", "en")
            raise Refused(phrase(WORDS, "strange", lang, what=strange[0][0]))
        return HEAD + "".join(_Dump(session).texts())
    finally:
        session.rows("ROLLBACK")


def fill(session: Asks, sql: str) -> None:
    """Make the database hold what the SQL makes, and nothing else; or change nothing.

    Raises Refused with what the server says.
    """
    try:
        session.rows(f"BEGIN;\n{dumps._EMPTY}\n{sql}\n;COMMIT")  # noqa: SLF001  (the same text)
    except Refused:
        session.rows("ROLLBACK")
        raise


class _Dump:
    """One reading of a database."""

    def __init__(self, session: Asks) -> None:
        self._session = session
        self._columns = catalog.columns(session)
        constraints = catalog.things(session, catalog.CONSTRAINTS)
        self._inline = [one for one in constraints if one.parts[3:5] == ("c", "t")]
        self._constraints = [one for one in constraints if one not in self._inline]

    def texts(self) -> Iterator[str]:
        """Give the text in parts."""
        read = catalog.things
        for schema in read(self._session, catalog.SCHEMAS):
            yield from self._schema(schema)
        relations = read(self._session, catalog.RELATIONS)
        sequences = read(self._session, catalog.SEQUENCES)
        queries = (catalog.ENUMS, catalog.DOMAINS, catalog.FUNCTIONS)
        before = [one for query in queries for one in read(self._session, query)]
        is_first = True
        for one in _in_order([*before, *relations, *sequences], catalog.needs(self._session)):
            if is_first and one.kind in ("TABLE", "MATERIALIZED VIEW"):
                yield FIRST_TABLE
                is_first = False
            yield from WRITERS[one.kind](self, one)
        tables = sorted((one for one in relations if one.kind == "TABLE"), key=_by_name)
        for table in tables:
            yield from self._defaults(table)
        for table in tables:
            yield from self._rows(table)
        for sequence in sorted(sequences, key=_by_name):
            yield self._position(sequence)
        yield from self._behind()
        for view in sorted(relations, key=_by_name):
            if view.kind == "MATERIALIZED VIEW":
                head = _head(view.name, "MATERIALIZED VIEW DATA", view.schema)
                yield f"{head}REFRESH MATERIALIZED VIEW {view.quoted};\n\n\n"
        yield from self._invalid()

    def _behind(self) -> Iterator[str]:
        """Give what comes after the rows."""
        own = [one for one in self._constraints if one.kind != "FK CONSTRAINT"]
        foreign = [one for one in self._constraints if one.kind == "FK CONSTRAINT"]
        for one in sorted(own, key=_by_name):
            yield from self._constraint(one)
        for index in sorted(catalog.things(self._session, catalog.INDEXES), key=_by_name):
            yield f"{_head(index.name, 'INDEX', index.schema)}{index.parts[0]};\n\n\n"
            yield from _comment(index, "INDEX")
        for trigger in sorted(catalog.things(self._session, catalog.TRIGGERS), key=_by_name):
            _, table, quoted, definition = trigger.parts
            name = f"{table} {trigger.name}"
            yield f"{_head(name, 'TRIGGER', trigger.schema)}{definition};\n\n\n"
            yield from _comment(trigger, "TRIGGER", f"{table}", f"{quoted}")
        for one in sorted(foreign, key=_by_name):
            yield from self._constraint(one)

    def _invalid(self) -> Iterator[str]:
        """Give the indexes that are INVALID, as `course.server.dumps` writes them."""
        for name, definition in self._session.rows(dumps._INVALID):  # noqa: SLF001
            yield dumps._MAKE_INVALID.format(definition=definition, name=name)  # noqa: SLF001

    # --- one kind each ---

    def _schema(self, one: Thing) -> Iterator[str]:
        is_public = one.name == "public"
        if is_public and one.comment == STANDARD:
            return
        made = PUBLIC if is_public else f"CREATE SCHEMA {one.quoted};\n"
        yield f"{_head(one.name, 'SCHEMA', '-')}{made}\n\n"
        told = one._replace(schema="-", comment=one.comment or ("" if is_public else None))
        yield from _comment(told, "SCHEMA")

    def _enum(self, one: Thing) -> Iterator[str]:
        [labels] = one.parts
        inside = f"{labels}\n" if labels else ""
        head = _head(one.name, "TYPE", one.schema)
        yield f"{head}CREATE TYPE {one.quoted} AS ENUM (\n{inside});\n\n\n"
        yield from _comment(one, "TYPE")

    def _domain(self, one: Thing) -> Iterator[str]:
        base, not_null, default, checks = one.parts
        head = _head(one.name, "DOMAIN", one.schema)
        yield f"{head}CREATE DOMAIN {one.quoted} AS {base}{not_null}{default}{checks or ''};\n\n\n"
        yield from _comment(one, "DOMAIN")

    def _function(self, one: Thing) -> Iterator[str]:
        called, result, language, volatile, strict, definer, parallel, source, *_ = one.parts
        returns = f" RETURNS {result}" if result else ""
        marks = {"i": " IMMUTABLE", "s": " STABLE"}.get(volatile or "", "")
        marks += " STRICT" if strict == "t" else ""
        marks += " SECURITY DEFINER" if definer == "t" else ""
        marks += {"s": " PARALLEL SAFE", "r": " PARALLEL RESTRICTED"}.get(parallel or "", "")
        quote = "$$" if "$" not in (source or "") else _quote(source or "")
        head = _head(one.name, one.kind, one.schema)
        yield f"{head}CREATE {one.kind} {called}{returns}\n    LANGUAGE {language}{marks}\n"
        yield f"    AS {quote}{source}{quote};\n\n\n"
        yield from _comment(one, one.kind)

    def _table(self, one: Thing) -> Iterator[str]:
        unlogged, options, _ = one.parts
        lines = [column.line for column in self._columns.get(one.oid, ())]
        checks = sorted((c for c in self._inline if c.parts[0] == one.oid), key=_by_name)
        lines += [f"    CONSTRAINT {check.quoted} {check.parts[5]}" for check in checks]
        inside = ",\n".join(lines) + "\n" if lines else ""
        head = _head(one.name, "TABLE", one.schema)
        made = f"CREATE {unlogged}TABLE {one.quoted} (\n{inside}){_options(options)};"
        yield f"{head}{made}\n\n\n"
        yield from self._comments(one, "TABLE")
        for check in checks:
            yield from _comment(check, "CONSTRAINT", one.name, one.quoted)

    def _view(self, one: Thing) -> Iterator[str]:
        _, options, definition = one.parts
        is_kept = one.kind == "MATERIALIZED VIEW"
        body = (definition or "").removesuffix(";")
        end = "\n  WITH NO DATA" if is_kept else ""
        head = _head(one.name, one.kind, one.schema)
        with_options = _options(options).replace("\n", " ")
        yield f"{head}CREATE {one.kind} {one.quoted}{with_options} AS\n{body}{end};\n\n\n"
        yield from self._comments(one, one.kind)

    def _comments(self, one: Thing, kind: str) -> Iterator[str]:
        yield from _comment(one, kind)
        for column in self._columns.get(one.oid, ()):
            if column.comment is not None:
                head = _head(f"COLUMN {one.name}.{column.name}", "COMMENT", one.schema)
                said = _literal(column.comment)
                yield f"{head}COMMENT ON COLUMN {one.quoted}.{column.quoted} IS {said};\n\n\n"

    def _sequence(self, one: Thing) -> Iterator[str]:
        kind, start, step, low, high, cache, cycle, owned, table, column, identity = one.parts
        steps = [f"START WITH {start}", f"INCREMENT BY {step}"]
        steps += [f"MINVALUE {low}" if low else "NO MINVALUE"]
        steps += [f"MAXVALUE {high}" if high else "NO MAXVALUE", f"CACHE {cache}"]
        steps += ["CYCLE"] if cycle == "t" else []
        head = _head(one.name, "SEQUENCE", one.schema)
        if owned == "i":
            always = "ALWAYS" if identity == "a" else "BY DEFAULT"
            inside = "\n".join(f"    {step}" for step in [f"SEQUENCE NAME {one.quoted}", *steps])
            adding = f"ADD GENERATED {always} AS IDENTITY (\n{inside}\n);"
            yield f"{head}ALTER TABLE {table} ALTER COLUMN {column} {adding}\n\n\n"
        else:
            lines = [f"CREATE SEQUENCE {one.quoted}"]
            lines += [f"AS {kind}"] if kind != "bigint" else []
            yield head + "\n    ".join([*lines, *steps]) + ";\n\n\n"
        yield from _comment(one, "SEQUENCE")
        if owned == "a":
            head = _head(one.name, "SEQUENCE OWNED BY", one.schema)
            yield f"{head}ALTER SEQUENCE {one.quoted} OWNED BY {table}.{column};\n\n\n"

    def _defaults(self, table: Thing) -> Iterator[str]:
        for column in self._columns.get(table.oid, ()):
            if column.is_serial == "t" and not column.generated:
                head = _head(f"{table.name} {column.name}", "DEFAULT", table.schema)
                to = f"ALTER COLUMN {column.quoted} SET DEFAULT {column.default}"
                yield f"{head}ALTER TABLE ONLY {table.quoted} {to};\n\n\n"

    def _rows(self, table: Thing) -> Iterator[str]:
        columns = self._columns.get(table.oid, [])
        yield _head(table.name, "TABLE DATA", table.schema, "Data for Name")
        asked = ", ".join("NULL" if one.generated else one.quoted for one in columns)
        rows = self._session.rows(f"SELECT {asked} FROM ONLY {table.quoted}")
        is_always = any(one.identity == "a" for one in columns)
        into = f"INSERT INTO {table.quoted}{' OVERRIDING SYSTEM VALUE' if is_always else ''}"
        for at in range(0, len(rows), ROWS) if columns else ():
            lines = [f"\t({_values(row, columns)})" for row in rows[at : at + ROWS]]
            yield f"{into} VALUES\n" + ",\n".join(lines) + ";\n"
        yield "".join(f"{into} DEFAULT VALUES;\n" for _ in rows) if not columns else ""
        yield "\n\n"

    def _position(self, one: Thing) -> str:
        [[last, called]] = self._session.rows(f"SELECT last_value, is_called FROM {one.quoted}")
        head = _head(one.name, "SEQUENCE SET", one.schema)
        is_called = "true" if called == "t" else "false"
        name = _literal(one.quoted)
        return f"{head}SELECT pg_catalog.setval({name}, {last}, {is_called});\n\n\n"

    def _constraint(self, one: Thing) -> Iterator[str]:
        _, table, quoted, kind, _, definition = one.parts
        only = "" if kind in ("c", "n") else "ONLY "
        head = _head(f"{table} {one.name}", one.kind, one.schema)
        adding = f"ADD CONSTRAINT {one.quoted} {definition}"
        yield f"{head}ALTER TABLE {only}{quoted}\n    {adding};\n\n\n"
        yield from _comment(one, "CONSTRAINT", f"{table}", f"{quoted}")


WRITERS = {
    "TYPE": _Dump._enum,  # noqa: SLF001
    "DOMAIN": _Dump._domain,  # noqa: SLF001
    "FUNCTION": _Dump._function,  # noqa: SLF001
    "PROCEDURE": _Dump._function,  # noqa: SLF001
    "TABLE": _Dump._table,  # noqa: SLF001
    "VIEW": _Dump._view,  # noqa: SLF001
    "MATERIALIZED VIEW": _Dump._view,  # noqa: SLF001
    "SEQUENCE": _Dump._sequence,  # noqa: SLF001
}


def _head(name: str, kind: str, schema: str, what: str = "Name") -> str:
    return f"--\n-- {what}: {name}; Type: {kind}; Schema: {schema}; Owner: -\n--\n\n"


def _comment(one: Thing, kind: str, table: str = "", quoted: str = "") -> Iterator[str]:
    if one.comment is None:
        return
    head = _head(f"{kind} {one.name}{f' ON {table}' if table else ''}", "COMMENT", one.schema)
    place = f"{one.quoted}{f' ON {quoted}' if quoted else ''}"
    yield f"{head}COMMENT ON {kind} {place} IS {_literal(one.comment)};\n\n\n"


def _options(options: str | None) -> str:
    if not options:
        return ""
    pairs = [option.partition("=") for option in options.split(", ")]
    said = [
        f"{name}={value if value.isidentifier() else _literal(value)}" for name, _, value in pairs
    ]
    return f"\nWITH ({', '.join(said)})"


def _quote(source: str) -> str:
    """Give a quote with dollars that is not in the text, as pg_dump finds it."""
    tag = "_"
    letters = "_XXXXXXX"
    while f"${tag}" in source:
        tag += letters[len(tag) % len(letters)]
    return f"${tag}$"


def _values(row: list[str | None], columns: list[Column]) -> str:
    return ", ".join(_value(value, column) for value, column in zip(row, columns, strict=True))


def _value(value: str | None, column: Column) -> str:
    if column.generated:
        return "DEFAULT"
    if value is None:
        return "NULL"
    if column.base in NUMBERS and set(value) <= DIGITS:
        return value
    if column.base == "boolean":
        return "true" if value == "t" else "false"
    if column.base in ("bit", "bit varying"):
        return f"B'{value}'"
    return _literal(value)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _by_name(one: Thing) -> tuple[str, str, str]:
    table = one.parts[1] if one.kind.endswith(("CONSTRAINT", "TRIGGER")) else ""
    return one.schema, one.name, table or ""


def _in_order(things: Iterable[Thing], needs: Iterable[tuple[str, str]]) -> list[Thing]:
    """Put objects after what they need, and else by kind and name, as pg_dump does.

    From the end: always the last by name that nothing left needs (TopoSort of pg_dump_sort.c).
    """
    sorted_things = sorted(things, key=lambda one: (ORDER.get(one.kind, 2), *_by_name(one)))
    place = {one.oid: number for number, one in enumerate(sorted_things)}
    wanted: dict[int, set[int]] = {number: set() for number in place.values()}
    for first, second in needs:
        if first in place and second in place:
            wanted[place[first]].add(place[second])
    waiting = _counted(wanted)
    heap = [-number for number, count in waiting.items() if not count]
    heapq.heapify(heap)
    ordered: list[int] = []
    while heap:
        number = -heapq.heappop(heap)
        ordered.append(number)
        for other in wanted[number]:
            waiting[other] -= 1
            if not waiting[other]:
                heapq.heappush(heap, -other)
    assert len(ordered) == len(sorted_things), "objects that need each other"
    return [sorted_things[number] for number in reversed(ordered)]


def _counted(wanted: Mapping[int, set[int]]) -> dict[int, int]:
    """Give how many others need each."""
    counts = dict.fromkeys(wanted, 0)
    for others in wanted.values():
        for other in others:
            counts[other] += 1
    return counts
