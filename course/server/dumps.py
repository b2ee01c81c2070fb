"""A database of a server as SQL text: written by pg_dump, and filled in again through psycopg.

libpq's variables (PGHOST, PGPORT, PGUSER, PGPASSWORD) say which server; they are those of
`environment`. An index that is INVALID, which pg_dump leaves out, is in the text, too.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from course.server.binaries import find_binaries

if TYPE_CHECKING:
    import psycopg

ADMIN = "postgres"
"""The database from which others are made, unless PGDATABASE names one."""
PLACE = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password"}
"""libpq's variables, and what drivers call the same."""
WAIT = "2s"
"""How long a lock of somebody else's is waited for."""

_ARGUMENTS = (
    *("--no-owner", "--no-privileges", "--no-sync", "--encoding=UTF8"),
    *("--inserts", "--rows-per-insert=1000", f"--lock-wait-timeout={WAIT}"),
)
_BEGIN, _END = "SET statement_timeout", "--\n-- PostgreSQL database dump complete"
"""What is before and behind names versions, and a key of psql's that is another each time."""
_PUBLIC = "-- Name: public; Type: SCHEMA; Schema: -; Owner: -\n--\n\nCREATE SCHEMA public;\n"
_NEW = "SET transaction_timeout = 0;\n"
"""Servers before 17 do not know it."""

_EMPTY = """
DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT nspname FROM pg_namespace
              WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', name);
  END LOOP;
END $$;
CREATE SCHEMA public;
"""
"""Empties a database without dropping it, so that connections to it stay."""


_INVALID = """
SELECT quote_literal(indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index WHERE NOT indisvalid ORDER BY 1
"""
_MAKE_INVALID = """
DO $invalid$ BEGIN
  {definition};
  UPDATE pg_index SET indisvalid = false WHERE indexrelid = {name}::regclass;
EXCEPTION WHEN unique_violation OR insufficient_privilege THEN NULL;
END $invalid$;
"""
"""Only a superuser writes into the catalog, and rows may be there that no index can have: then
the index does not come back."""


class DumpError(Exception):
    """A database that cannot be read or filled; `is_locked` where somebody else holds a lock."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said

    @property
    def is_locked(self) -> bool:
        """Whether it may go better when the other one is done."""
        return "due to lock timeout" in self.said or "due to statement timeout" in self.said


def names(prefix: str, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Name the server's databases that begin so. Raises DumpError."""
    query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1"
    with _connected(_admin(environment), environment) as connection:
        return [name for (name,) in connection.execute(query, (prefix,))]


def dump(name: str, environment: Mapping[str, str] = os.environ) -> str:
    """Give the SQL that makes what the database holds: the same for the same content.

    What nobody has committed is not in it. Raises DumpError.
    """
    program = _program("pg_dump")
    ran = subprocess.run(
        [program, *_ARGUMENTS, "--dbname", name],
        env={**environment, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
    )
    if ran.returncode:
        raise DumpError(_error_line(ran.stderr))
    text = ran.stdout
    text = text[text.index(_BEGIN) : text.rindex(_END)]
    return text.replace(_NEW, "", 1).replace(_PUBLIC, "", 1) + _invalid_indexes(name, environment)


def _invalid_indexes(name: str, environment: Mapping[str, str]) -> str:
    with _connected(name, environment) as connection:
        connection.execute("SELECT set_config('search_path', '', false)")
        found = connection.execute(_INVALID).fetchall()
    return "".join(
        _MAKE_INVALID.format(definition=definition, name=index) for index, definition in found
    )


def fill(name: str, sql: str, environment: Mapping[str, str] = os.environ) -> None:
    """Make the database hold what the SQL makes, and nothing else; it is made if it isn't there.

    Connections to it stay. All of it comes, or nothing has changed. Raises DumpError.
    """
    if name not in names(name, environment):
        with _connected(_admin(environment), environment) as connection:
            connection.execute(
                _named("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)
            )
    with _connected(name, environment) as connection:
        waiting = f"SET LOCAL lock_timeout = '{WAIT}'"
        connection.execute(f"BEGIN;\n{waiting};\n{_EMPTY}\n{sql}\n;COMMIT".encode())


def drop(name: str, environment: Mapping[str, str] = os.environ) -> None:
    """Drop the database, if it is there. Raises DumpError."""
    with _connected(_admin(environment), environment) as connection:
        connection.execute(_named("DROP DATABASE IF EXISTS {} WITH (FORCE)", name))


def holds_something(name: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether the database has a table, view or type of somebody's. Raises DumpError."""
    query = (
        "SELECT EXISTS (SELECT FROM pg_type JOIN pg_namespace n ON n.oid = typnamespace "
        "WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')"
    )
    with _connected(name, environment) as connection:
        [[found]] = connection.execute(query)
        return bool(found)


def mark(name: str, environment: Mapping[str, str] = os.environ) -> str:
    """Give what is another whenever the server has written something. Raises DumpError."""
    with _connected(name, environment) as connection:
        [[position]] = connection.execute("SELECT pg_current_wal_insert_lsn()::text")
        return str(position)


@contextmanager
def _connected(name: str, environment: Mapping[str, str]) -> "Iterator[psycopg.Connection[Any]]":
    import psycopg

    try:
        with psycopg.connect(dbname=name, autocommit=True, **_place(environment)) as connection:
            yield connection
    except psycopg.Error as error:
        raise DumpError(_error_line(str(error))) from error


def _admin(environment: Mapping[str, str]) -> str:
    return environment.get("PGDATABASE", ADMIN)


def _place(environment: Mapping[str, str]) -> dict[str, Any]:
    return {key: environment[name] for name, key in PLACE.items() if name in environment}


def _named(text: str, name: str) -> Any:
    from psycopg import sql

    return sql.SQL(text).format(sql.Identifier(name))


def _program(name: str) -> str:
    binaries = find_binaries()
    program = str(binaries.program(name)) if binaries else None
    found = program if program and shutil.which(program) else shutil.which(name)
    if found is None:
        raise DumpError(f"{name} is not installed")
    return found


def _error_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if "error:" in line or "ERROR:" in line]
    return (errors or lines or [""])[0]
