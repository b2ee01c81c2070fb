"""The server of copies: checks read databases there, and migrate them, never the learner's own.

The databases on it have the names that the learner's have, so that a project finds its copy by
libpq's variables alone: whatever it starts, and by whatever driver it connects.
"""

import hashlib
import os
from threading import RLock

from course.server import dumps
from course.server.binaries import find_binaries
from course.server.cluster import Address, ClusterError
from course.server.server import Server, start_server

HOLDING = "holding_"
"""How the databases begin that hold a dump to be read."""

MOST = 40
"""How many of them stay: each takes 8 MB of the disk."""

TAKEN = RLock()
"""Held by whoever migrates on the server: the names are there once."""

_servers: list[Server] = []
_held: list[str] = []
"""Those that were asked for last stand last."""


def address() -> Address:
    """Give where the server answers; it is started for the first who asks.

    It ends with this process. Raises ClusterError where PostgreSQL is not installed.
    """
    with TAKEN:
        if not _servers:
            binaries = find_binaries()
            if binaries is None:
                raise ClusterError("PostgreSQL is not installed")
            _servers.append(start_server(binaries))
        return _servers[0].address


def environment() -> dict[str, str]:
    """Give this process's variables with those by which libpq finds the server of copies."""
    return {**os.environ, **address().environment()}


def holding(sql: str) -> str:
    """Give the name of a database that holds what the SQL makes; the same SQL, the same database.

    Raises ClusterError, and dumps.DumpError for SQL that cannot be run.
    """
    name = HOLDING + hashlib.blake2b(sql.encode(), digest_size=8).hexdigest()
    with TAKEN:
        if name in _held:
            _held.remove(name)
        else:
            dumps.fill(name, sql, environment())
        _held.append(name)
        while len(_held) > MOST:
            dumps.drop(_held.pop(0), environment())
    return name
