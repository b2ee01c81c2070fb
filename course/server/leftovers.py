"""Private folders of servers, and those that a killed keeper left behind. Standard library only."""

import os
import shutil
import signal
import tempfile
import time
from pathlib import Path

from course.process import try_lock

PREFIX = "alembic-course-pg-"
KEEPER = "keeper"
"""The file in which a keeper notes its process id; it holds a lock on it as long as it lives."""

PROCESSES = Path("/proc")
"""Where Linux shows in which folder a process works."""
PATIENCE = 5.0
"""Seconds in which a server ends by itself when it is told to."""

_held: list[int] = []


def new_folder() -> Path:
    """Make a folder in the system's temporary folder that nobody else gets into, and note us in it.

    Raises OSError.
    """
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    handle = os.open(folder / KEEPER, os.O_CREAT | os.O_RDWR, 0o600)
    try_lock(handle)
    os.write(handle, str(os.getpid()).encode())
    _held.append(handle)
    return folder


def sweep() -> None:
    """Stop the servers whose keepers are gone, and delete their folders; those of others stay."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if _is_left(folder):
                _stop(folder)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def _is_left(folder: Path) -> bool:
    """Tell whether the folder is ours and no living keeper's."""
    if folder.is_symlink() or (hasattr(os, "getuid") and not _is_ours(folder)):
        return False
    try:
        handle = os.open(folder / KEEPER, os.O_RDWR)
    except FileNotFoundError:
        # Made a moment ago by one that has not noted itself yet, or an end in that moment.
        return time.time() - folder.stat().st_mtime > 60
    try:
        return try_lock(handle)
    finally:
        os.close(handle)


def _is_ours(folder: Path) -> bool:
    """Tell whose a folder is; a cluster of root's was given to `nobody`, its note was not."""
    note = folder / KEEPER
    return (note if note.exists() else folder).stat().st_uid == os.getuid()


def _stop(folder: Path) -> None:
    """Stop what runs in a folder: the server, or `initdb` that was making its cluster."""
    for ending in (signal.SIGTERM,) if os.name == "nt" else (signal.SIGQUIT, signal.SIGKILL):
        until = time.monotonic() + PATIENCE
        for process in _running_in(folder):
            _end(process, ending)
        while _running_in(folder):
            if time.monotonic() > until:
                break
            time.sleep(0.02)
        else:
            return


def _end(process: int, ending: signal.Signals) -> None:
    try:
        os.kill(process, ending)
    except OSError:
        # It has ended by itself.
        return


def _running_in(folder: Path) -> list[int]:
    """Name the processes that work in a folder; where that cannot be seen, the server's own.

    An id alone may be another process's by now, which has a folder of its own.
    """
    if PROCESSES.is_dir():
        return [int(one.name) for one in PROCESSES.glob("[0-9]*") if _works_in(one, folder)]
    try:
        noted = (folder / "data" / "postmaster.pid").read_bytes().splitlines()
        os.kill(int(noted[0]), 0)
    except (OSError, ValueError, IndexError):
        return []
    return [int(noted[0])]


def _works_in(process: Path, folder: Path) -> bool:
    try:
        return (process / "cwd").readlink().is_relative_to(folder)
    except OSError:
        return False
