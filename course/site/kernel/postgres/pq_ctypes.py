"""psycopg's `pq` on a backend in the same tab: in the place of its module that binds libpq.

psycopg imports it as `psycopg.pq.pq_ctypes` (`finder.py`) and finds what libpq has: connections and
results, error fields and texts. A message is answered when it is sent, so a connection is never
busy and nothing is waited for. There are no pipelines, which `version` says, and no COPY.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from psycopg import errors as e
from psycopg._encodings import pg2pyenc
from psycopg.pq._enums import ConnStatus, ExecStatus, Format, PollingStatus, TransactionStatus
from psycopg.pq.misc import (
    ConninfoOption,
    PGnotify,
    _clean_error_message,
    connection_summary,
)

from course.site.kernel.postgres import conninfo, servers, wire
from course.site.kernel.postgres.results import NO_COPY, PGresult, Reading

__impl__ = "python"

STATUSES = {
    b"I": TransactionStatus.IDLE,
    b"T": TransactionStatus.INTRANS,
    b"E": TransactionStatus.INERROR,
}
REPORTED = (
    *(b"server_version", b"client_encoding", b"standard_conforming_strings", b"DateStyle"),
    *(b"TimeZone", b"integer_datetimes", b"IntervalStyle", b"is_superuser"),
)
"""What a server says of itself when it is connected to."""
SOCKET = 0
"""An open file, for who looks whether the connection is."""


def version() -> int:
    """Give the version of a libpq that had no pipelines yet."""
    return 130000


__build_version__ = version()


class PGconn:
    """A connection: its options, its turn at the backend, and the results that wait."""

    def __init__(self) -> None:
        """Begin a connection that is not open."""
        self.notice_handler: Callable[[PGresult], None] | None = None
        self.notify_handler: Callable[[PGnotify], None] | None = None
        self.nonblocking = 0
        self.error_message = b""
        self._options: dict[str, str] = {}
        self._session: servers.Session | None = None
        self._status = ConnStatus.BAD
        self._reported: dict[bytes, bytes] = {}
        self._results: deque[PGresult] = deque()
        self._notified: deque[PGnotify] = deque()

    def __del__(self) -> None:
        """Close the connection."""
        self.finish()

    def __repr__(self) -> str:
        """Name it as psycopg does."""
        return f"<{type(self).__qualname__} {connection_summary(self)} at 0x{id(self):x}>"  # type: ignore[arg-type]

    # --- opening and closing ---

    @classmethod
    def connect(cls, conninfo: bytes) -> "PGconn":
        """Open a connection, or say in it why not."""
        return cls.connect_start(conninfo)

    @classmethod
    def connect_start(cls, conninfo: bytes) -> "PGconn":
        """Open a connection, or say in it why not."""
        connection = cls()
        connection._open(conninfo.decode())
        return connection

    def _open(self, text: str) -> None:
        try:
            self._options = conninfo.complete(conninfo.read(text))
            self._session = servers.connect(self._options)
            asked = ", ".join(f"current_setting('{name.decode()}')" for name in REPORTED)
            [found] = self._session.rows(f"SELECT {asked}")
        except (conninfo.ConninfoError, servers.Refused) as error:
            self.error_message = f"{error}\n".encode()
            is_read = isinstance(error, servers.Refused)
            self._status = ConnStatus.STARTED if is_read else ConnStatus.BAD
            return
        self._reported = {
            name: (value or "").encode() for name, value in zip(REPORTED, found, strict=True)
        }
        self._status = ConnStatus.OK

    def connect_poll(self) -> int:
        """Say that it is open; or that it failed."""
        return PollingStatus.OK if self._status == ConnStatus.OK else PollingStatus.FAILED

    def finish(self) -> None:
        """Close the connection; what it has not committed is undone."""
        session, self._session = self._session, None
        self._status = ConnStatus.BAD
        if session is not None:
            session.close()

    def reset(self) -> None:
        """Close it and open it again."""
        options = " ".join(f"{name}='{value}'" for name, value in self._options.items() if value)
        self.finish()
        self._open(options)

    def reset_start(self) -> None:
        """Close it and open it again."""
        self.reset()

    def reset_poll(self) -> int:
        """Say whether that went well."""
        return self.connect_poll()

    # --- what it is ---

    @property
    def pgconn_ptr(self) -> int | None:
        """Something that is there while the connection is open."""
        return None if self._session is None else id(self)

    @property
    def info(self) -> list[ConninfoOption]:
        """The connection's options."""
        self._ensure()
        return _options(self._options)

    @property
    def status(self) -> int:
        """Whether it is open."""
        return self._status

    @property
    def transaction_status(self) -> int:
        """Whether it is in a transaction."""
        if self._session is None:
            return TransactionStatus.UNKNOWN
        return STATUSES[self._session.status]

    @property
    def pipeline_status(self) -> int:
        """0: there are no pipelines."""
        return 0

    def parameter_status(self, name: bytes) -> bytes | None:
        """Give a setting that servers report."""
        self._ensure()
        return self._reported.get(name)

    def get_error_message(self, encoding: str = "") -> str:
        """Give the last error's text without its severity."""
        return _clean_error_message(self.error_message, encoding or self._encoding)

    @property
    def _encoding(self) -> str:
        if self._status != ConnStatus.OK:
            return "utf-8"
        return pg2pyenc(self._reported.get(b"client_encoding", b"UTF8"))

    def _option(self, name: str) -> bytes:
        self._ensure()
        return self._options[name].encode()

    db = property(lambda self: self._option("dbname"))
    user = property(lambda self: self._option("user"))
    password = property(lambda self: self._option("password"))
    host = property(lambda self: self._option("host"))
    hostaddr = property(lambda self: self._option("hostaddr"))
    port = property(lambda self: self._option("port"))
    options = property(lambda self: self._option("options"))
    tty = property(lambda _self: b"")

    @property
    def protocol_version(self) -> int:
        """The protocol's version."""
        return 3

    @property
    def full_protocol_version(self) -> int:
        """The protocol's version, as libpq 18 gives it."""
        return 30000

    @property
    def server_version(self) -> int:
        """The server's version, such as 180006."""
        self._ensure()
        major, _, minor = self._reported[b"server_version"].split(b" ")[0].partition(b".")
        return int(major) * 10000 + int(minor or 0)

    @property
    def socket(self) -> int:
        """An open file."""
        self._ensure()
        return SOCKET

    @property
    def backend_pid(self) -> int:
        """The process of the backend, by which `pg_locks` names it."""
        return self._ensure().server.pid()

    needs_password = used_password = used_gssapi = ssl_in_use = False

    def _ensure(self) -> servers.Session:
        if self._session is None:
            raise e.OperationalError("the connection is closed")
        return self._session

    # --- statements ---

    def send_query(self, command: bytes) -> None:
        """Run statements."""
        self._send(wire.query(command), command)

    def send_query_params(
        self,
        command: bytes,
        param_values: Sequence[Any] | None,
        param_types: Sequence[int] | None = None,
        param_formats: Sequence[int] | None = None,
        result_format: int = Format.TEXT,
    ) -> None:
        """Run a statement with values."""
        parse = wire.parse(b"", command, param_types or ())
        bind = _bind(b"", param_values, param_formats, result_format)
        self._send(parse + bind + wire.describe(b"P") + wire.execute() + wire.sync(), command)

    def send_prepare(
        self, name: bytes, command: bytes, param_types: Sequence[int] | None = None
    ) -> None:
        """Prepare a statement."""
        parse = wire.parse(name, command, param_types or ())
        results = self._send(parse + wire.sync(), command, PGresult())
        if name and results and results[-1].status == ExecStatus.COMMAND_OK:
            self._ensure().prepared[name] = parse

    def send_query_prepared(
        self,
        name: bytes,
        param_values: Sequence[Any] | None,
        param_formats: Sequence[int] | None = None,
        result_format: int = Format.TEXT,
    ) -> None:
        """Run a prepared statement."""
        bind = _bind(name, param_values, param_formats, result_format)
        self._send(bind + wire.describe(b"P") + wire.execute() + wire.sync())

    def send_describe_prepared(self, name: bytes) -> None:
        """Ask what a prepared statement takes and gives."""
        self._send(wire.describe(b"S", name) + wire.sync(), b"", PGresult())

    def send_describe_portal(self, name: bytes) -> None:
        """Ask what a portal gives."""
        self._send(wire.describe(b"P", name) + wire.sync(), b"", PGresult())

    def send_close_prepared(self, name: bytes) -> None:
        """Forget a prepared statement."""
        self._ensure().prepared.pop(name, None)
        self._send(wire.close(b"S", name) + wire.sync(), b"", PGresult())

    def send_close_portal(self, name: bytes) -> None:
        """Forget a portal."""
        self._send(wire.close(b"P", name) + wire.sync(), b"", PGresult())

    def exec_(self, command: bytes) -> PGresult:
        """Run statements; give what the last one gave."""
        self.send_query(command)
        return self._last()

    def exec_params(self, *args: Any, **options: Any) -> PGresult:
        """Run a statement with values."""
        self.send_query_params(*args, **options)
        return self._last()

    def prepare(self, *args: Any, **options: Any) -> PGresult:
        """Prepare a statement."""
        self.send_prepare(*args, **options)
        return self._last()

    def exec_prepared(self, *args: Any, **options: Any) -> PGresult:
        """Run a prepared statement."""
        self.send_query_prepared(*args, **options)
        return self._last()

    def describe_prepared(self, name: bytes) -> PGresult:
        """Ask what a prepared statement takes and gives."""
        self.send_describe_prepared(name)
        return self._last()

    def describe_portal(self, name: bytes) -> PGresult:
        """Ask what a portal gives."""
        self.send_describe_portal(name)
        return self._last()

    def close_prepared(self, name: bytes) -> PGresult:
        """Forget a prepared statement."""
        self.send_close_prepared(name)
        return self._last()

    def close_portal(self, name: bytes) -> PGresult:
        """Forget a portal."""
        self.send_close_portal(name)
        return self._last()

    def _last(self) -> PGresult:
        last = PGresult(ExecStatus.EMPTY_QUERY)
        while self._results:
            last = self._results.popleft()
        return last

    def _send(
        self, sent: bytes, command: bytes = b"", quiet: PGresult | None = None
    ) -> list[PGresult]:
        """Send messages, and have the results wait; `quiet` is one that comes without a word."""
        reading = Reading(command.decode(self._encoding, "replace"), quiet)
        reading.read(self._ensure().exchange(sent))
        self._results.extend(reading.results)
        self._notified.extend(reading.notifications)
        self._reported.update(reading.reported)
        for result in reading.results:
            self.error_message = result.error_message or self.error_message
        if self.notice_handler is not None:
            for notice in reading.notices:
                self.notice_handler(notice)
        return reading.results

    # --- what waits ---

    def get_result(self) -> PGresult | None:
        """Give the next result that waits."""
        return self._results.popleft() if self._results else None

    def notifies(self) -> PGnotify | None:
        """Give the next notification that waits."""
        return self._notified.popleft() if self._notified else None

    def consume_input(self) -> None:
        """Do nothing: what came is there."""

    def is_busy(self) -> int:
        """Say that nothing is waited for."""
        return 0

    def flush(self) -> int:
        """Say that nothing is left to be sent."""
        self._ensure()
        return 0

    def set_single_row_mode(self) -> None:
        """Refuse what a stream of rows needs."""
        raise e.NotSupportedError("single row mode isn't there in the browser")

    def set_chunked_rows_mode(self, _size: int) -> None:
        """Refuse what a stream of rows needs."""
        raise e.NotSupportedError("chunked rows mode isn't there in the browser")

    def make_empty_result(self, exec_status: int) -> PGresult:
        """Make up a result."""
        return PGresult(ExecStatus(exec_status))

    # --- what there is no server for ---

    def cancel_conn(self) -> "PGcancelConn":
        """Give what asks for a cancellation: nothing runs that could be cancelled."""
        return PGcancelConn()

    def get_cancel(self) -> "PGcancel":
        """Give what asks for a cancellation: nothing runs that could be cancelled."""
        return PGcancel()

    def _no_copy(self, *_: object) -> Any:
        raise e.NotSupportedError(NO_COPY)

    put_copy_data = put_copy_end = get_copy_data = _no_copy

    def _not_here(self, *_: object) -> Any:
        raise e.NotSupportedError("this isn't there in the browser")

    trace = untrace = set_trace_flags = encrypt_password = change_password = _not_here
    enter_pipeline_mode = exit_pipeline_mode = pipeline_sync = send_flush_request = _not_here


def _bind(
    name: bytes, values: Sequence[Any] | None, formats: Sequence[int] | None, result: int
) -> bytes:
    plain = [None if value is None else bytes(value) for value in values or ()]
    return wire.bind(name, plain, formats or (), result)


class PGcancelConn:
    """A request to cancel, when nothing runs any more."""

    status: int = ConnStatus.OK
    socket = SOCKET
    error_message = b""

    def start(self) -> None:
        """Do nothing."""

    blocking = reset = finish = start

    def poll(self) -> int:
        """Say that it is done."""
        return PollingStatus.OK

    def get_error_message(self, encoding: str = "utf-8") -> str:  # noqa: ARG002  (as psycopg's)
        """Say that nothing went wrong."""
        return ""


class PGcancel:
    """A request to cancel, when nothing runs any more."""

    def free(self) -> None:
        """Do nothing."""

    cancel = free


class Conninfo:
    """Connection strings, taken apart."""

    @classmethod
    def get_defaults(cls) -> list[ConninfoOption]:
        """Give every option with what variables say of it."""
        return _options(conninfo.complete({}))

    @classmethod
    def parse(cls, text: bytes) -> list[ConninfoOption]:
        """Give every option with what the string says of it. Raises OperationalError."""
        try:
            return _options(conninfo.read(text.decode()))
        except conninfo.ConninfoError as error:
            raise e.OperationalError(str(error)) from None


def _options(found: dict[str, str]) -> list[ConninfoOption]:
    return [
        ConninfoOption(
            keyword=name.encode(),
            envvar=variable.encode() or None,
            compiled=default.encode() or None,
            val=found[name].encode() if found.get(name) else None,
            label=name.encode(),
            dispchar=b"*" if name == "password" else b"",
            dispsize=20,
        )
        for name, (variable, default) in conninfo.OPTIONS.items()
    ]


class Escaping:
    """Values in the text of a statement."""

    def __init__(self, conn: PGconn | None = None) -> None:
        """Take a connection, whose strings are standard ones."""
        self.conn = conn

    def escape_literal(self, data: Any) -> bytes:
        """Give a string as a literal."""
        escaped = self.escape_string(data)
        if b"\\" in escaped:
            return b" E'" + escaped.replace(b"\\", b"\\\\") + b"'"
        return b"'" + escaped + b"'"

    def escape_identifier(self, data: Any) -> bytes:
        """Give a name in quotes."""
        return b'"' + bytes(data).replace(b'"', b'""') + b'"'

    def escape_string(self, data: Any) -> bytes:
        """Give what stands between the quotes."""
        return bytes(data).replace(b"'", b"''")

    def escape_bytea(self, data: Any) -> bytes:
        """Give bytes as they are written."""
        return b"\\x" + bytes(data).hex().encode()

    def unescape_bytea(self, data: Any) -> bytes:
        """Give the bytes that are written so."""
        return bytes.fromhex(bytes(data).removeprefix(b"\\x").decode())
