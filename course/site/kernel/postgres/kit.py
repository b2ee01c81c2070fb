"""What the course does with databases of a server, done with those of a tab.

`take_over` replaces what reads and fills them by pg_dump; nothing that asks for it knows.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from course.server import dumps
from course.site.kernel.postgres import dumping, servers
from course.site.kernel.postgres.servers import Refused, Server, Session


class WaitingError(dumps.DumpError):
    """A transaction is open: nothing else gets to the server before it ends."""

    is_locked = True


def take_over() -> None:
    """Have the course read and fill the databases of this tab."""
    for act in (names, dump, fill, drop, holds_something, mark):
        setattr(dumps, act.__name__, act)


def names(prefix: str, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Stand in for `dumps.names`."""
    with _server(environment) as found:
        return [name for name in found.names() if name.startswith(prefix)]


def dump(name: str, environment: Mapping[str, str] = os.environ) -> str:
    """Stand in for `dumps.dump`."""
    with _session(name, environment) as session:
        return dumping.dump(session)


def fill(name: str, sql: str, environment: Mapping[str, str] = os.environ) -> None:
    """Stand in for `dumps.fill`."""
    with _server(environment) as found:
        found.fill(name, sql)


def drop(name: str, environment: Mapping[str, str] = os.environ) -> None:
    """Stand in for `dumps.drop`."""
    with _server(environment) as found:
        found.drop(name)


def holds_something(name: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Stand in for `dumps.holds_something`."""
    query = (
        "SELECT count(*) FROM pg_catalog.pg_type JOIN pg_catalog.pg_namespace n "
        "ON n.oid = typnamespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
    )
    with _session(name, environment) as session:
        return session.rows(query) != [["0"]]


def mark(name: str, environment: Mapping[str, str] = os.environ) -> str:
    """Stand in for `dumps.mark`."""
    with _server(environment) as found:
        return found.mark(name)


@contextmanager
def _server(environment: Mapping[str, str]) -> Iterator[Server]:
    host = environment.get("PGHOST", "")
    found = servers.servers.get(host)
    if found is None:
        raise dumps.DumpError(f'no server at "{host}"')
    is_waiting = found.is_busy()
    try:
        yield found
    except Refused as refused:
        first = refused.said.splitlines()[0].removeprefix("ERROR:").strip()
        raise (WaitingError if is_waiting else dumps.DumpError)(first) from None


@contextmanager
def _session(name: str, environment: Mapping[str, str]) -> Iterator[Session]:
    with _server(environment) as found:
        session = found.connect(name, {})
        try:
            yield session
        finally:
            session.close()
