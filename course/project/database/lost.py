"""What one SQLite database had and another has not: tables, columns, rows, values."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from course.project.database.database import Database
from course.project.database.schema import Table
from course.project.database.server import ServerDatabase
from course.project.errors import ProjectError, one_line


def lost_tables(was: Database, now: Database) -> list[str]:
    """Name the tables that are gone; what a batch left behind is nobody's."""
    tables = [table.name for table in was.schema.tables if not table.is_leftover]
    return [name for name in tables if now.table(name) is None]


def lost_columns(was: Database, now: Database) -> list[str]:
    """Name the columns, as `table.column`, that are gone from tables that are still there."""
    return [
        f"{table.name}.{column.name}"
        for table, other in _pairs(was, now)
        for column in table.columns
        if column.name not in _names(other)
    ]


def lost_rows(was: Database, now: Database) -> list[str]:
    """Name the tables whose rows are gone: by their primary key; without one, by their number.

    Raises ProjectError when a database cannot be read.
    """
    pairs = list(_pairs(was, now))
    if not pairs:
        return []
    with _both(was, now) as connection:
        found = []
        for table, other in pairs:
            key = table.primary_key.columns if table.primary_key else ()
            if key and set(key) <= set(_names(other)):
                gone = _except(connection, table.name, key)
            else:
                gone = _count(connection, "was", table.name) - _count(connection, "now", table.name)
            if gone > 0:
                found.append(table.name)
        return found


def lost_values(was: Database, between: Database, now: Database) -> list[str]:
    """Name the columns whose values in rows that are still there came back other than they were.

    `between` is how the rows were before they came back. A value that had changed by then does
    not count where the column was there: somebody may have changed it on purpose. Raises
    ProjectError when a database cannot be read.
    """
    found = []
    with _both(was, now) as connection:
        _attach(connection, between, "between_")
        for table, other in _pairs(was, now):
            key = table.primary_key.columns if table.primary_key else ()
            middle = between.columns(table.name)
            columns = _names(other)
            if not key or not set(key) <= set(columns) or not set(key) <= {*middle, *key}:
                continue
            for column in (name for name in _names(table) if name in columns and name not in key):
                has_middle = column in middle and set(key) <= middle.keys()
                if _differing(connection, table.name, key, column, has_middle):
                    found.append(f"{table.name}.{column}")
    return found


def changed_tables(was: Database, now: Database) -> list[str]:
    """Name the tables, of those in both with the same columns, whose rows are not the same."""
    pairs = [
        pair for pair in _pairs(was, now) if sorted(_names(pair[0])) == sorted(_names(pair[1]))
    ]
    if not pairs:
        return []
    with _both(was, now) as connection:
        return [
            table.name
            for table, _ in pairs
            if _except(connection, table.name, _names(table))
            or _except(connection, table.name, _names(table), "now", "was")
            or _count(connection, "was", table.name) != _count(connection, "now", table.name)
        ]


def _pairs(was: Database, now: Database) -> Iterable[tuple[Table, Table]]:
    for table in was.schema.tables:
        other = now.table(table.name)
        if other is not None and not table.is_leftover:
            yield table, other


def _names(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)


@contextmanager
def _both(was: Database, now: Database) -> Iterator[sqlite3.Connection]:
    """Open both, read only, as `was` and `now`. Raises ProjectError."""
    with closing(sqlite3.connect(":memory:", timeout=0.5, uri=True)) as connection:
        try:
            _attach(connection, was, "was")
            _attach(connection, now, "now")
            yield connection
        except sqlite3.DatabaseError as error:
            key = "locked" if "locked" in str(error) else "database"
            raise ProjectError(key, said=one_line(error)) from error


def _attach(connection: sqlite3.Connection, database: Database, name: str) -> None:
    """Open an SQLite file under a name; of a server's database, a copy of its rows in memory."""
    if not isinstance(database, ServerDatabase):
        connection.execute(f"ATTACH ? AS {name}", (_read_only(database.path),))
        return
    connection.execute(f"ATTACH ':memory:' AS {name}")
    for table in database.schema.tables:
        columns = ", ".join(map(_quoted, _names(table)))
        connection.execute(f"CREATE TABLE {name}.{_quoted(table.name)} ({columns})")
        places = ", ".join("?" * len(table.columns))
        rows = [
            tuple(map(_plain, row))
            for row in database.rows(f"SELECT {columns} FROM {_quoted(table.name)}")
        ]
        connection.executemany(f"INSERT INTO {name}.{_quoted(table.name)} VALUES ({places})", rows)


def _plain(value: object) -> object:
    """Give a value as SQLite can hold it: what it has no type for, as text that is the same."""
    return value if value is None or isinstance(value, int | float | str | bytes) else repr(value)


def _read_only(path: Path) -> str:
    return f"{path.resolve().as_uri()}?mode=ro"


def _except(
    connection: sqlite3.Connection,
    table: str,
    columns: Iterable[str],
    one: str = "was",
    other: str = "now",
) -> int:
    """Count the rows, by some of their columns, that one database has and the other has not."""
    listed = ", ".join(map(_quoted, columns))
    query = (
        f"SELECT count(*) FROM (SELECT {listed} FROM {one}.{_quoted(table)} "
        f"EXCEPT SELECT {listed} FROM {other}.{_quoted(table)})"
    )
    return int(connection.execute(query).fetchone()[0])


def _count(connection: sqlite3.Connection, database: str, table: str) -> int:
    query = f"SELECT count(*) FROM {database}.{_quoted(table)}"
    return int(connection.execute(query).fetchone()[0])


def _differing(
    connection: sqlite3.Connection, table: str, key: Iterable[str], column: str, has_middle: bool
) -> bool:
    name, value = _quoted(table), _quoted(column)
    using = ", ".join(map(_quoted, key))
    query = (
        f"SELECT 1 FROM was.{name} AS was_ JOIN now.{name} AS now_ USING ({using}) "
        f"WHERE was_.{value} IS NOT now_.{value} LIMIT 1"
    )
    if has_middle:
        query = (
            f"SELECT 1 FROM was.{name} AS was_ JOIN now.{name} AS now_ USING ({using}) "
            f"JOIN between_.{name} AS mid_ USING ({using}) "
            f"WHERE was_.{value} IS NOT now_.{value} AND was_.{value} IS mid_.{value} LIMIT 1"
        )
    return connection.execute(query).fetchone() is not None


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
