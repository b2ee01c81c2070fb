"""A folder in memory and records of its files: what differs on either side since they last met.

SQLite and Python work on the folder; the browser keeps the records, as JupyterLab's contents API
has them, so that they are files to JupyterLab's editor, too.
"""

import base64
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Record = dict[str, Any]

LEFT_OUT = ("__pycache__", ".locks", ".ipynb_checkpoints")
"""Folders that are no work of the learner's."""
JUST_NOW = 50_000_000
"""Nanoseconds in which a file may change again and show the same time."""

Seen = tuple[int, int]
"""A file's time and size; both 0 for a folder, and for a file that may still change unseen."""
UNSURE = (0, 0)


@dataclass
class Mirror:
    """The folder, and for each path below it what was seen on both sides when they last met."""

    folder: Path
    _files: dict[str, Seen] = field(default_factory=dict)
    _records: dict[str, str] = field(default_factory=dict)

    def outgoing(self) -> tuple[list[Record], list[str]]:
        """Give records of what changed in the folder, and the paths that are gone from it.

        They count as kept when `sent` is called.
        """
        now = dict(self._look())
        changed = [
            path
            for path, seen in now.items()
            if path not in self._records or seen == UNSURE or seen != self._files.get(path)
        ]
        gone = [path for path in self._records if path not in now]
        return [self._record(path) for path in changed], gone

    def sent(self, records: Iterable[Record], gone: Iterable[str]) -> None:
        """Remember that the records are kept, and the paths no more."""
        for record in records:
            path = record["path"]
            self._records[path] = record["last_modified"]
            self._files[path] = record["_seen"]
        for path in gone:
            self._files.pop(path, None)
            self._records.pop(path, None)

    def incoming(self, records: Iterable[Record], within: tuple[str, ...] = ("",)) -> list[str]:
        """Take over what others changed in the records below `within`; give the paths."""
        there = {record["path"]: record for record in records if self._is_ours(record["path"])}
        changed = [
            path
            for path, record in sorted(there.items())
            if record["last_modified"] != self._records.get(path)
        ]
        gone = [path for path in self._records if path.startswith(within) and path not in there]
        for path in sorted(gone, reverse=True):
            self._remove(path)
        for path in changed:
            self._take(there[path])
        return [*gone, *changed]

    def _is_ours(self, path: str) -> bool:
        return not set(path.split("/")) & set(LEFT_OUT)

    def _take(self, record: Record) -> None:
        path = record["path"]
        target = self.folder / path
        if record["type"] == "directory":
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content(record))
            # As old as its record: what was just written would look as if it could still change.
            moment = datetime.fromisoformat(record["last_modified"]).timestamp()
            os.utime(target, (moment, moment))
        self._records[path] = record["last_modified"]
        self._files[path] = _seen(target)

    def _remove(self, path: str) -> None:
        target = self.folder / path
        if target.is_dir():
            shutil.rmtree(target, ignore_errors=True)
        else:
            target.unlink(missing_ok=True)
        self._files.pop(path, None)
        self._records.pop(path, None)

    def _look(self) -> Iterator[tuple[str, Seen]]:
        for parent, folders, names in os.walk(self.folder):
            folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
            for name in (*folders, *sorted(names)):
                path = Path(parent, name)
                yield path.relative_to(self.folder).as_posix(), _seen(path)

    def _record(self, path: str) -> Record:
        """Give a path's record, as JupyterLite keeps it; `_seen` is for `sent`."""
        file = self.folder / path
        seen = _seen(file)
        is_folder = file.is_dir()
        held = None if is_folder else file.read_bytes()
        kind = {"type": "directory", "format": "json"} if held is None else _kind(held)
        moment = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        return {
            "name": file.name,
            "path": path,
            "content": None,
            "size": len(held or b""),
            "mimetype": "",
            "writable": True,
            "created": moment,
            "last_modified": moment,
            "_seen": seen,
            **kind,
        }


def content(record: Record) -> bytes:
    """Give the bytes of a file's record."""
    if record["format"] == "base64":
        return base64.b64decode(record["content"])
    return str(record["content"] or "").encode()


def _kind(held: bytes) -> Record:
    """Give a file's type, format and content: text where it is text, so that it can be edited."""
    try:
        text = held.decode()
        if "\0" in text:
            raise ValueError(text)
    except ValueError:
        encoded = base64.b64encode(held).decode()
        return {"type": "file", "format": "base64", "content": encoded}
    return {"type": "file", "format": "text", "content": text, "mimetype": "text/plain"}


def _seen(path: Path) -> Seen:
    found = path.stat()
    if path.is_dir():
        return (1, 0)
    if time.time_ns() - found.st_mtime_ns < JUST_NOW:
        return UNSURE
    return (found.st_mtime_ns, found.st_size)
