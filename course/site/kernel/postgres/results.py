"""What statements gave, as libpq has it: rows, a count, an error; and how an answer is parted.

As libpq's fe-protocol3.c reads it.
"""

from psycopg import errors as e
from psycopg.pq._enums import ExecStatus
from psycopg.pq.misc import PGnotify, PGresAttDesc, _clean_error_message

from course.site.kernel.postgres import wire
from course.site.kernel.postgres.saying import say

NO_COPY = "COPY through the connection isn't there in the browser"


class PGresult:
    """What a statement gave: rows, a count, or an error."""

    def __init__(self, status: ExecStatus = ExecStatus.COMMAND_OK) -> None:
        """Begin a result."""
        self.status: int = status
        self.command_status: bytes | None = b""
        self.columns: list[PGresAttDesc] = []
        self.rows: list[list[bytes | None]] = []
        self.types: list[int] = []
        self.fields: dict[int, bytes] = {}
        self.error_message = b""
        self.pgresult_ptr = id(self)

    def clear(self) -> None:
        """Do nothing: memory is Python's."""

    def get_error_message(self, encoding: str = "utf-8") -> str:
        """Give the error's text without its severity."""
        return _clean_error_message(self.error_message, encoding)

    def error_field(self, fieldcode: int) -> bytes | None:
        """Give one of the error's fields."""
        return self.fields.get(fieldcode)

    @property
    def ntuples(self) -> int:
        """How many rows there are."""
        return len(self.rows)

    @property
    def nfields(self) -> int:
        """How many columns there are."""
        return len(self.columns)

    def fname(self, column_number: int) -> bytes | None:
        """Give a column's name."""
        return self.columns[column_number].name if column_number < self.nfields else None

    def ftable(self, column_number: int) -> int:
        """Give the table that a column is of."""
        return self._of(column_number, "tableid")

    def ftablecol(self, column_number: int) -> int:
        """Give a column's number in its table."""
        return self._of(column_number, "columnid")

    def fformat(self, column_number: int) -> int:
        """Give a column's format."""
        return self._of(column_number, "format")

    def ftype(self, column_number: int) -> int:
        """Give a column's type."""
        return self._of(column_number, "typid")

    def fmod(self, column_number: int) -> int:
        """Give the modifier of a column's type."""
        return self._of(column_number, "atttypmod")

    def fsize(self, column_number: int) -> int:
        """Give the size of a column's type."""
        return self._of(column_number, "typlen")

    def _of(self, number: int, name: str) -> int:
        found: int = getattr(self.columns[number], name) if number < self.nfields else 0
        return found

    @property
    def binary_tuples(self) -> int:
        """Whether all columns are binary."""
        return int(bool(self.columns) and all(column.format for column in self.columns))

    def get_value(self, row_number: int, column_number: int) -> bytes | None:
        """Give a value."""
        return self.rows[row_number][column_number]

    @property
    def nparams(self) -> int:
        """How many values a prepared statement takes."""
        return len(self.types)

    def param_type(self, param_number: int) -> int:
        """Give the type of one of them."""
        return self.types[param_number]

    @property
    def command_tuples(self) -> int | None:
        """How many rows the statement was about."""
        last = (self.command_status or b"").rpartition(b" ")[2]
        return int(last) if last.isdigit() else None

    @property
    def oid_value(self) -> int:
        """0: rows have had no numbers of their own since PostgreSQL 12."""
        return 0

    def set_attributes(self, descriptions: list[PGresAttDesc]) -> None:
        """Name the columns of a result that is made up."""
        self.columns = list(descriptions)


class Reading:
    """An answer that is read: its results, and what else the server says in it."""

    def __init__(self, query: str, quiet: PGresult | None = None) -> None:
        """Take the statement that is answered.

        `quiet` is the result of one that goes well without a word: PARSE, DESCRIBE, CLOSE.
        """
        self.results: list[PGresult] = []
        self.notices: list[PGresult] = []
        self.notifications: list[PGnotify] = []
        self.reported: dict[bytes, bytes] = {}
        self._query = query
        self._quiet = quiet
        self._begun = quiet

    def read(self, answer: bytes) -> None:
        """Read an answer to its end. Raises NotSupportedError."""
        for kind, body in wire.messages(answer):
            if kind in ACTS:
                ACTS[kind](self, body)
        if self._quiet is not None:
            self.results.append(self._quiet)

    def columns(self, body: bytes) -> None:
        """Begin a result with rows."""
        result = self._quiet or PGresult(ExecStatus.TUPLES_OK)
        result.columns = [PGresAttDesc(*column) for column in wire.columns(body)]
        self._begun = result

    def parameters(self, body: bytes) -> None:
        """Take the types of a prepared statement's values."""
        if self._begun is not None:
            self._begun.types = wire.parameters(body)

    def row(self, body: bytes) -> None:
        """Take a row."""
        if self._begun is not None:
            self._begun.rows.append(wire.row(body))

    def complete(self, body: bytes) -> None:
        """End a statement's result."""
        result = self._begun or PGresult()
        result.command_status = wire.strings(body)[0]
        self.results.append(result)
        self._begun = None

    def empty(self, _body: bytes) -> None:
        """Take the result of no statement at all."""
        self.results.append(PGresult(ExecStatus.EMPTY_QUERY))
        self._begun = None

    def error(self, body: bytes) -> None:
        """Take an error, in the place of what had begun."""
        self._begun = self._quiet = None
        self.results.append(self._said(ExecStatus.FATAL_ERROR, body, self._query))

    def notice(self, body: bytes) -> None:
        """Take a notice."""
        self.notices.append(self._said(ExecStatus.NONFATAL_ERROR, body, ""))

    def notification(self, body: bytes) -> None:
        """Take a notification."""
        channel, extra = wire.strings(body[4:])
        self.notifications.append(PGnotify(channel, int.from_bytes(body[:4], "big"), extra))

    def setting(self, body: bytes) -> None:
        """Take a setting that has changed."""
        name, value = wire.strings(body)
        self.reported[name] = value

    def copy(self, _body: bytes) -> None:
        """Refuse COPY through the connection."""
        raise e.NotSupportedError(NO_COPY)

    def _said(self, status: ExecStatus, body: bytes, query: str) -> PGresult:
        result = PGresult(status)
        result.fields = wire.error_fields(body)
        result.error_message = say(result.fields, query).encode()
        return result


ACTS = {
    b"T": Reading.columns,
    b"t": Reading.parameters,
    b"D": Reading.row,
    b"C": Reading.complete,
    b"I": Reading.empty,
    b"E": Reading.error,
    b"N": Reading.notice,
    b"A": Reading.notification,
    b"S": Reading.setting,
    b"G": Reading.copy,
    b"H": Reading.copy,
    b"W": Reading.copy,
}
