"""What runs under a check writes nowhere but into its copy: a fence against accidents.

Python tells an audit hook of each file that is about to be opened, moved or deleted, and of each
SQLite connection; SQLite asks an authorizer before it attaches a file (docs.python.org/3/library/
audit_events.html, sqlite.org/c3ref/set_authorizer.html). The audit event of a new connection comes
before the connection takes an authorizer, so `sqlite3.connect` is wrapped for it. This holds up a
migration that opens an absolute path by itself. It is no sandbox: a program that the migration
starts is not watched.
"""

import os
import sqlite3
import sqlite3.dbapi2
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote, urlsplit

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES: dict[str, tuple[tuple[int, int | None], ...]] = {
    "os.remove": ((0, 1),),
    "os.rename": ((0, 2), (1, 3)),
    "os.rmdir": ((0, 1),),
    "os.mkdir": ((0, 2),),
    "os.truncate": ((0, None),),
    "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),),
    "os.utime": ((0, 3),),
    "os.link": ((1, 3),),
    "os.symlink": ((1, 2),),
    "shutil.rmtree": ((0, 1),),
}
"""Audit events that change files: where each path is, and the folder that it may be relative to."""


class OutsideError(PermissionError):
    """A path outside of the copy was asked for."""


class _Fence:
    """The folder that may be written, while a task runs; None at any other time."""

    def __init__(self) -> None:
        self.inside: Path | None = None
        self.refused: list[str] = []
        self.hooked = False

    def refuse(self, path: object) -> None:
        """Raise OutsideError, and remember the path, unless it lies in the folder."""
        if self.inside is None or self._is_inside(path):
            return
        name = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else repr(path)
        self.refuse_name(name)

    def refuse_name(self, name: str) -> NoReturn:
        """Raise OutsideError, and remember the name."""
        self.refused.append(name)
        raise OutsideError(f"outside of the copy that is being checked: {name}")

    def _is_inside(self, path: object) -> bool:
        if isinstance(path, int):
            return True
        if not isinstance(path, str | bytes | os.PathLike) or self.inside is None:
            return False
        name = os.path.realpath(os.fsdecode(path))
        return name == os.path.realpath(os.devnull) or Path(name).is_relative_to(self.inside)


_fence = _Fence()


@contextmanager
def guarded(writable: Path) -> Iterator[list[str]]:
    """Refuse whatever would write outside of the folder until the block ends; list what was."""
    if not _fence.hooked:
        sys.addaudithook(_hear)
        _fence.hooked = True
    _fence.inside, _fence.refused = writable.resolve(), []
    connect: Callable[..., sqlite3.Connection] = sqlite3.connect

    def connect_watched(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*arguments, **options)
        connection.set_authorizer(_authorize)
        return connection

    modules: tuple[Any, Any] = (sqlite3, sqlite3.dbapi2)
    for module in modules:
        module.connect = connect_watched
    try:
        yield _fence.refused
    finally:
        for module in modules:
            module.connect = connect
        _fence.inside = None


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if _fence.inside is None:
        return
    if event == "open":
        path, mode, flags = arguments
        if _writes(mode, flags):
            _fence.refuse(path)
    elif event in CHANGES:
        for path_at, folder_at in CHANGES[event]:
            folder = arguments[folder_at] if folder_at is not None else None
            _fence.refuse(_below(arguments[path_at], folder))
    elif event == "sqlite3.connect":
        _refuse_database(arguments[0])


def _below(path: object, folder: object) -> object:
    """Give the path below the open folder that it is relative to, where the system tells."""
    if not isinstance(folder, int) or folder < 0 or not isinstance(path, str | bytes):
        return path
    try:
        return str(Path(f"/proc/self/fd/{folder}").readlink() / os.fsdecode(path))
    except OSError:
        return path


def _writes(mode: object, flags: object) -> bool:
    """Tell whether a file is opened for writing; `os.open` has flags and no mode."""
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & WRITING)


def _refuse_database(name: object) -> None:
    """Refuse a database that is a file outside; one in memory or without a name is none."""
    text = os.fsdecode(name) if isinstance(name, str | bytes | os.PathLike) else ""
    if text.startswith("file:"):
        parts = urlsplit(text)
        if "mode=memory" in parts.query:
            return
        text = unquote(parts.path)
    if text and not text.startswith(":memory:"):
        _fence.refuse(text)


def _authorize(action: int, first: str | None, *_others: object) -> int:
    if action == sqlite3.SQLITE_ATTACH and _fence.inside is not None:
        try:
            if first is None:
                # A bound parameter is not known yet, and SQLite names no file.
                _fence.refuse_name("ATTACH ?")
            _refuse_database(first)
        except OutsideError:
            return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK
