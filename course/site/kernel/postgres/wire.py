"""The messages of PostgreSQL's protocol, version 3: written for a backend, and read from it.

https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

import struct
from collections.abc import Iterator, Sequence

TEXT = 0
"""The format code of values as text; 1 is binary."""

Message = tuple[bytes, bytes]
"""A message's kind, one byte, and what is in it."""


def message(kind: bytes, body: bytes = b"") -> bytes:
    """Give a message's bytes."""
    return kind + struct.pack("!i", len(body) + 4) + body


def messages(data: bytes) -> Iterator[Message]:
    """Part what came into its messages."""
    at = 0
    while at < len(data):
        [length] = struct.unpack_from("!i", data, at + 1)
        yield data[at : at + 1], data[at + 5 : at + 1 + length]
        at += 1 + length


def text(value: bytes) -> bytes:
    """Give a string as it is in a message."""
    return value + b"\0"


def query(sql: bytes) -> bytes:
    """Ask for statements, one after the other."""
    return message(b"Q", text(sql))


def parse(name: bytes, sql: bytes, types: Sequence[int] = ()) -> bytes:
    """Prepare a statement; 0 is a type that the server finds."""
    return message(
        b"P", text(name) + text(sql) + struct.pack(f"!h{len(types)}I", len(types), *types)
    )


def statement(sent: bytes) -> bytes:
    """Give the statement that messages ask for once, unprepared; b"" where there is none."""
    kind, body = next(messages(sent))
    if kind == b"Q":
        return body.removesuffix(b"\0")
    is_unnamed = kind == b"P" and body.startswith(b"\0")
    return body[1:].split(b"\0", 1)[0] if is_unnamed else b""


def bind(
    statement: bytes, values: Sequence[bytes | None], formats: Sequence[int], result: int
) -> bytes:
    """Give a prepared statement its values; its rows come in the format `result`."""
    parts = [text(b""), text(statement), struct.pack(f"!h{len(formats)}h", len(formats), *formats)]
    parts.append(struct.pack("!h", len(values)))
    for value in values:
        parts.append(struct.pack("!i", -1 if value is None else len(value)))
        parts.append(value or b"")
    return message(b"B", b"".join(parts) + struct.pack("!hh", 1, result))


def describe(kind: bytes, name: bytes = b"") -> bytes:
    """Ask what a statement (S) takes and gives, or what a portal (P) gives."""
    return message(b"D", kind + text(name))


def execute() -> bytes:
    """Run what was bound."""
    return message(b"E", text(b"") + struct.pack("!i", 0))


def close(kind: bytes, name: bytes) -> bytes:
    """Forget a statement (S) or a portal (P)."""
    return message(b"C", kind + text(name))


def sync() -> bytes:
    """End what belongs together."""
    return message(b"S")


def strings(body: bytes) -> list[bytes]:
    """Give the strings of which a message's body consists."""
    return body.split(b"\0")[:-1]


def error_fields(body: bytes) -> dict[int, bytes]:
    """Give an error's or a notice's fields by their codes."""
    return {part[0]: part[1:] for part in body.split(b"\0") if part}


def error(severity: str, state: str, said: str) -> bytes:
    """Give an error as a server sends it."""
    fields = {"S": severity, "V": severity, "C": state, "M": said}
    body = b"".join(text(f"{code}{value}".encode()) for code, value in fields.items())
    return message(b"E", body + b"\0")


def ready(status: bytes) -> bytes:
    """Say that the server waits: in no transaction (I), in one (T), in a failed one (E)."""
    return message(b"Z", status)


def row(body: bytes) -> list[bytes | None]:
    """Give a row's values."""
    [count] = struct.unpack_from("!h", body)
    values: list[bytes | None] = []
    at = 2
    for _ in range(count):
        [length] = struct.unpack_from("!i", body, at)
        at += 4
        values.append(None if length < 0 else body[at : at + length])
        at += max(length, 0)
    return values


Column = tuple[bytes, int, int, int, int, int, int]
"""A column's name, table, number in it, format, type, length and modifier (as PGresAttDesc)."""


def columns(body: bytes) -> list[Column]:
    """Give what is said of a result's columns."""
    [count] = struct.unpack_from("!h", body)
    found: list[Column] = []
    at = 2
    for _ in range(count):
        end = body.index(b"\0", at)
        name = body[at:end]
        table, number, kind, length, modifier, form = struct.unpack_from("!IhIhih", body, end + 1)
        found.append((name, table, number, form, kind, length, modifier))
        at = end + 19
    return found


def parameters(body: bytes) -> list[int]:
    """Give the types of a prepared statement's values."""
    [count] = struct.unpack_from("!h", body)
    return list(struct.unpack_from(f"!{count}I", body, 2))
