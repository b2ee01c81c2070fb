"""Servers of a tab in the place of processes: found when PGlite is loaded, and started by a name.

It stands in before anything of the course is imported that starts a server, in every kernel: what
it does itself is imported when it is asked for.
"""

from pathlib import Path
from typing import Any

from course.server import binaries as programs
from course.server import server
from course.server.binaries import Binaries
from course.server.cluster import Address, ClusterError
from course.server.server import Server
from course.site.kernel.postgres import finder

_given: list[str] = []
"""The hosts that somebody has started."""


def take_over() -> None:
    """Have the course start the servers of this tab, and psycopg connect to them."""
    finder.take_over()
    programs.find_binaries = find_binaries
    server.start_server = start_server


def find_binaries(wheel: bool = True, system: bool = True) -> Binaries | None:  # noqa: ARG001
    """Stand in for the real one: there is something to start when PGlite is loaded."""
    from course.site.kernel.postgres.servers import servers

    return Binaries(Path("/browser")) if servers else None


def start_server(binaries: Binaries) -> Server:  # noqa: ARG001
    """Stand in for the real one: give the next server that nobody has asked for."""
    from course.site.kernel.postgres import conninfo, servers

    for host in servers.servers:
        if host not in _given:
            _given.append(host)
            nobody: Any = None
            return Server(Address(host, int(servers.PORT), conninfo.USER, ""), nobody)
    raise ClusterError("PGlite is not loaded")
