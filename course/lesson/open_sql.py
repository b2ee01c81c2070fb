"""What `%sql` has open in this kernel: closed before a file is replaced, opened anew after."""

import sqlite3
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

File = tuple[Path, int, int]
"""A path, and which file it leads to: its device and number."""


def close_sql() -> None:
    """Close what `%sql` has open, so that the database file can be moved or replaced."""
    for connection in _connections().values():
        connection.internal_connection.close()
        connection.internal_connection.engine.dispose()
    _connections().clear()
    if module := sys.modules.get("sql.connection"):
        module.Connection.current = None


class OpenSql:
    """The SQLite files behind the connections of `%sql`, as they were at the end of a cell.

    A file that was deleted and made again is another one: SQLite then refuses each write of a
    connection that has the old one open ("attempt to write a readonly database"). And ALTER TABLE
    goes by the schema that its connection read last, not by what another has made of it since.
    """

    def __init__(self) -> None:
        self._files: dict[str, File | None] = {}

    def note(self) -> None:
        """Remember which file each new connection has open."""
        for name, connection in _connections().items():
            self._files.setdefault(name, _file(connection))

    def renew(self) -> None:
        """Open again the files that were replaced, and have the others read their schema anew.

        Where the file is gone nothing is opened: that would make an empty one. Where a path leads
        elsewhere from another folder (`%cd`), the connection stays with the file it has.
        """
        for name, connection in _connections().items():
            before, now = self._files.get(name), _file(connection)
            if before and now and before != now and before[0] == now[0]:
                engine = connection.internal_connection.engine
                connection.internal_connection.close()
                engine.dispose()
                connection.internal_connection = engine.connect()
                self._files[name] = now
            elif before and now == before:
                with suppress(sqlite3.Error):
                    driver = connection.internal_connection.connection.driver_connection
                    driver.execute("SELECT count(*) FROM sqlite_master").close()


def _connections() -> dict[str, Any]:
    module = sys.modules.get("sql.connection")
    return module.Connection.connections if module is not None else {}


def _file(connection: Any) -> File | None:
    """Give the file of an SQLite connection; None for another kind, in memory, or gone."""
    url = connection.internal_connection.engine.url
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    path = Path(url.database).absolute()
    try:
        found = path.stat()
    except OSError:
        return None
    return path, found.st_dev, found.st_ino
