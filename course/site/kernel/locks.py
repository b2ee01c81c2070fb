"""Two tabs with one lesson: the second gets a folder of its own, as a second notebook does.

On a desktop a file lock tells that a folder is in use (`course.lesson.working_folder`). Two tabs
share no files while they run, so the browser's own locks are asked before a lesson is opened, and
`flock` answers with what they said.
"""

import errno
import os
from itertools import count
from pathlib import Path
from typing import Any

from course.contents import UnknownLesson, load_course
from course.site.kernel.place import WORKSPACE

PREFIX = "alembic-course:"
elsewhere: set[str] = set()
"""The working folders that another tab has open."""


async def take_folder(slug: str, locks: Any) -> None:
    """Take the first folder of the lesson that no other tab has; `locks` is what `locks.js` gives.

    Those that others have are in `elsewhere` then.
    """
    try:
        stem = load_course().lesson(slug).stem
    except UnknownLesson:
        return
    elsewhere.clear()
    for number in count(1):
        name = stem if number == 1 else f"{stem}-{number}"
        if await locks.take(f"{PREFIX}{name}"):
            locks.keepOnly(f"{PREFIX}{name}")
            return
        elsewhere.add(name)


def flock(file: int, _flags: int, place: Path = WORKSPACE) -> None:
    """Stand in for `fcntl.flock`. Raises BlockingIOError for the lock of another tab's folder."""
    wanted = os.fstat(file).st_ino
    for name in elsewhere:
        lock = place / ".locks" / f"{name}.lock"
        if lock.exists() and lock.stat().st_ino == wanted:
            raise BlockingIOError(errno.EWOULDBLOCK, os.strerror(errno.EWOULDBLOCK))


def browsers_locks() -> Any:
    """Give what `locks.js` gives."""
    from pyodide.code import run_js

    return run_js(Path(__file__).with_name("locks.js").read_text(encoding="utf-8"))
