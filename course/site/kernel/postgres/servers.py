"""Servers of one backend each: databases by name, and connections that take turns.

A backend is one session with one database. Connections that are in no transaction share it: each
finds its settings and prepared statements as it left them. A database that nobody uses now is a
dump. What one backend cannot do is refused in words: while a connection has a transaction open, no
other gets a turn, because it would be in that transaction, too.
"""

import gc
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from course.phrases import phrase
from course.site.kernel import refused
from course.site.kernel.postgres import conninfo, wire
from course.site.kernel.postgres.saying import say

WORDS = Path(__file__).with_name("postgres.toml")
PORT = "5432"
IDLE, FAILED = b"I", b"E"

NO_DATABASE, NOT_SUPPORTED = "3D000", "0A000"

STATE = """
SELECT
  (SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype = 'advisory')
  + (SELECT count(*) FROM pg_catalog.pg_class WHERE relpersistence = 't'),
  (SELECT coalesce(string_agg(
     format('SELECT pg_catalog.set_config(%L, %L, false)', name, setting), ';'), '')
   FROM pg_catalog.pg_settings WHERE source = 'session' AND context IN ('user', 'superuser'))
"""
"""What a session has beside its settings and cannot take along, and the SQL that sets those."""

LOOK = re.compile(rb"\s*SELECT\b[^;]*\bFROM\s+pg_locks\b[^;]*$", re.IGNORECASE)
"""A question for what is locked. It is answered beside an open transaction, too."""

FAIL = b"BEGIN; SELECT 1 / 0"
"""Brings a session back to where its transaction has failed."""


class Backend(Protocol):
    """One session with one database, without a start-up."""

    def exchange(self, sent: bytes) -> bytes:
        """Give the answer to messages."""


class Refused(Exception):
    """What a server refuses; the message is for who asked."""

    def __init__(self, said: str, state: str = NOT_SUPPORTED) -> None:
        super().__init__(said)
        self.said = said
        self.state = state


class Dumper(Protocol):
    """How a database becomes a text, and a text a database, by the session that has it."""

    def dump(self, session: "Session") -> str:
        """Give the SQL that makes what the database holds."""

    def fill(self, session: "Session", sql: str) -> None:
        """Make the database hold what the SQL makes, and nothing else."""


@dataclass(eq=False)
class Session:
    """A connection's turn: its database, settings and prepared statements."""

    server: "Server"
    database: str
    settings: Mapping[str, str]
    status: bytes = IDLE
    has_savepoint: bool = False
    restore: str = ""
    prepared: dict[bytes, bytes] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether it has a transaction in which something may be undone or locked.

        One that has failed has neither, unless it can go back to a savepoint.
        """
        return self.status != IDLE and (self.status != FAILED or self.has_savepoint)

    def exchange(self, sent: bytes) -> bytes:
        """Give the answer to messages; what is refused is an error, as a server sends it."""
        try:
            return self.server.exchange(self, sent)
        except Refused as refused:
            said = wire.error("ERROR", refused.state, refused.said)
            return said + wire.ready(self.status)

    def rows(self, sql: str) -> list[list[str | None]]:
        """Give the rows of the last of some statements. Raises Refused with an error's text."""
        found: list[list[str | None]] = []
        for kind, body in wire.messages(self.exchange(wire.query(sql.encode()))):
            if kind == b"E":
                fields = wire.error_fields(body)
                raise Refused(say(fields, sql).strip(), fields.get(67, b"").decode())
            if kind == b"T":
                found = []
            elif kind == b"D":
                found.append([None if one is None else one.decode() for one in wire.row(body)])
        return found

    def close(self) -> None:
        """End the connection; what it has not committed is undone."""
        self.server.close(self)


class Server:
    """Databases on a backend: one is in it, the others are dumps."""

    def __init__(self, backend: Backend, dumper: Dumper, first: str = "postgres") -> None:
        """Take a backend with an empty database, named `first`."""
        self._backend = backend
        self._dumper = dumper
        self._first = self._mounted = first
        self._dumps: dict[str, str] = {first: ""}
        self._sessions: list[Session] = []
        self._active: Session | None = None
        self._marks: dict[str, str] = {}
        self._pid = 0
        self._unchanged = ""
        """The mark of the database that is in the backend, when it was as its dump."""

    def names(self) -> list[str]:
        """Name the databases."""
        return sorted(self._dumps)

    def fill(self, name: str, sql: str) -> None:
        """Make a database hold what the SQL makes, and nothing else; it is made if it isn't there.

        Raises Refused; then nothing has changed.
        """
        self._mount(name, sql)

    def drop(self, name: str) -> None:
        """Drop a database, if it is there, and end the connections to it. Raises Refused."""
        for session in [one for one in self._sessions if one.database == name]:
            self.close(session)
        if name == self._mounted:
            self._mount(self._first)
        self._dumps.pop(name, None)

    def mark(self, name: str) -> str:
        """Give what is another whenever something may have been written to a database."""
        if name == self._mounted and not self.is_busy():
            if self._active is not None and self._active.status != IDLE:
                self._make_free()
            self._marks[name] = self._position()
        return self._marks.get(name, "")

    def connect(self, database: str, settings: Mapping[str, str]) -> Session:
        """Open a connection. Raises Refused."""
        if database not in self._dumps:
            raise Refused(f'database "{database}" does not exist', NO_DATABASE)
        session = Session(self, database, settings)
        self._sessions.append(session)
        try:
            self._activate(session)
        except Refused:
            self._sessions.remove(session)
            raise
        self.pid()
        return session

    def is_busy(self) -> bool:
        """Tell whether a connection has a transaction open."""
        return self._active is not None and self._active.is_open

    def exchange(self, session: Session, sent: bytes) -> bytes:
        """Give the answer to a session's messages. Raises Refused when it has no turn."""
        if self._may_look(session, sent):
            return self._look(session, sent)
        self._activate(session)
        return self._exchange(session, sent)

    def _may_look(self, session: Session, sent: bytes) -> bool:
        """Tell whether a session asks for locks alone, beside one with a transaction open."""
        others = self._active is not None and self._active is not session
        if not (others and self.is_busy() and session.status == IDLE):
            return False
        return session.database == self._mounted and bool(LOOK.match(wire.statement(sent)))

    def _look(self, session: Session, sent: bytes) -> bytes:
        """Answer a question for locks in the transaction that is open: it sees the same locks."""
        assert self._active is not None
        if self._active.status == FAILED:
            raise Refused(refused.note(phrase(WORDS, "waiting", _language())))
        self._backend.exchange(wire.query(b"SAVEPOINT course_look"))
        answer = b"".join(
            wire.ready(session.status) if kind == b"Z" else wire.message(kind, body)
            for kind, body in wire.messages(self._backend.exchange(sent))
        )
        self._backend.exchange(wire.query(b"ROLLBACK TO course_look; RELEASE course_look"))
        return answer

    def pid(self) -> int:
        """Give the process that the backend says it is: the same for all its sessions."""
        if not self._pid:
            answer = self._backend.exchange(wire.query(b"SELECT pg_backend_pid()"))
            [said] = [wire.row(body)[0] for kind, body in wire.messages(answer) if kind == b"D"]
            self._pid = int(said or 0)
        return self._pid

    def close(self, session: Session) -> None:
        """End a session."""
        if session in self._sessions:
            if session is self._active and session.status != IDLE:
                self._exchange(session, wire.query(b"ROLLBACK"))
            self._sessions.remove(session)

    def _exchange(self, session: Session, sent: bytes) -> bytes:
        answer = self._backend.exchange(sent)
        for kind, body in wire.messages(answer):
            if kind == b"Z":
                session.status = body
            elif kind == b"C" and body == b"SAVEPOINT\0":
                session.has_savepoint = True
        session.has_savepoint &= session.status != IDLE
        return answer

    def _activate(self, session: Session) -> None:
        """Give a session the backend, as it left it. Raises Refused."""
        if self._active is session:
            return
        if session not in self._sessions:
            raise Refused("the connection is closed")
        self._make_free()
        if session.database != self._mounted:
            self._mount(session.database)
        self._begin(session)

    def _make_free(self) -> None:
        """Take the backend from who has it. Raises Refused."""
        if self.is_busy():
            _forget_last_error()
        if self.is_busy():
            raise Refused(refused.note(phrase(WORDS, "waiting", _language())))
        if self._active is not None and self._active in self._sessions:
            self._put_aside(self._active)
        self._active = None

    def _put_aside(self, session: Session) -> None:
        status = session.status
        if status == FAILED:
            session.rows("ROLLBACK")
        [[beside, restore]] = session.rows(STATE)
        if beside != "0":
            if status == FAILED:
                self._exchange(session, wire.query(FAIL))
            raise Refused(refused.note(phrase(WORDS, "held", _language())))
        session.restore = restore or ""
        session.status = status

    def _begin(self, session: Session) -> None:
        self._active = session
        status, session.status = session.status, IDLE
        sql = ["DISCARD ALL"]
        sql += [
            f"SELECT pg_catalog.set_config({_quoted(name)}, {_quoted(value)}, false)"
            for name, value in session.settings.items()
        ]
        sql += [session.restore] if session.restore else []
        try:
            for one in sql:
                session.rows(one)
        except Refused:
            self._active = None
            raise
        for parse in session.prepared.values():
            self._exchange(session, parse + wire.sync())
        if status == FAILED:
            self._exchange(session, wire.query(FAIL))

    def _mount(self, name: str, sql: str | None = None) -> None:
        """Put another database into the backend, and what is in it into a dump.

        It is made from the SQL, or from its own dump. Raises Refused.
        """
        self._make_free()
        keeper = Session(self, self._mounted, {})
        self._sessions.append(keeper)
        try:
            self._begin(keeper)
            if name != self._mounted and self._position() != self._unchanged:
                self._dumps[self._mounted] = self._dumper.dump(keeper)
                self._begin(keeper)
            self._dumper.fill(keeper, self._dumps[name] if sql is None else sql)
            self._mounted = name
            self._dumps[name] = self._dumps.get(name, "") if sql is None else sql
            self._unchanged = self._position()
        finally:
            self._sessions.remove(keeper)
            self._active = None

    def _position(self) -> str:
        """Ask the backend how far it has written; it is in no transaction."""
        answer = self._backend.exchange(wire.query(b"SELECT pg_current_wal_insert_lsn()"))
        [place] = [wire.row(body)[0] for kind, body in wire.messages(answer) if kind == b"D"]
        return f"{self._mounted} {(place or b'').decode()}"


def _forget_last_error() -> None:
    """Let go what only the traceback of an earlier cell's error holds: a connection, perhaps."""
    for name in ("last_exc", "last_value", "last_traceback"):
        if hasattr(sys, name):
            setattr(sys, name, None)
    gc.collect()


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _language() -> str:
    return os.environ.get("COURSE_LANG", "en")


servers: dict[str, Server] = {}
"""The servers of this tab by their hosts."""


def connect(options: Mapping[str, str]) -> Session:
    """Open a connection, by the complete options of libpq. Raises Refused."""
    host = options["host"] or "/var/run/postgresql"
    server = servers.get(host)
    if server is None:
        raise Refused(_nobody(host, options["port"]))
    try:
        settings = conninfo.settings(options["options"])
    except conninfo.ConninfoError as error:
        raise Refused(f"FATAL:  {error}") from None
    if options["application_name"]:
        settings["application_name"] = options["application_name"]
    if options["client_encoding"]:
        settings["client_encoding"] = options["client_encoding"]
    try:
        return server.connect(options["dbname"], settings)
    except Refused as refused:
        if refused.state == NOT_SUPPORTED:
            raise
        said = refused.said.removeprefix("ERROR:").strip()
        raise Refused(f"{_place(host, options['port'])} failed: FATAL:  {said}") from None


def _place(host: str, port: str) -> str:
    """Say where a connection goes, as libpq does."""
    if host.startswith("/"):
        return f'connection to server on socket "{host}/.s.PGSQL.{port}"'
    return f'connection to server at "{host}", port {port}'


def _nobody(host: str, port: str) -> str:
    """Say that no server is there, as libpq does."""
    if host.startswith("/"):
        why, asked = (
            "No such file or directory",
            "locally and accepting connections on that socket?",
        )
    else:
        why, asked = "Connection refused", "on that host and accepting TCP/IP connections?"
    return f"{_place(host, port)} failed: {why}\n\tIs the server running {asked}"
