"""Notice that something in a folder changed, by looking at names, times and sizes alone."""

import os
from pathlib import Path

from course.project.files import IGNORED_FILES, IGNORED_FOLDERS, matches

ELSEWHERE = (".git", ".hg", ".venv", "node_modules")
"""Folders of tools, in which nothing of a project changes."""

WAL = "*-wal"
"""SQLite's write-ahead log holds what the database file does not have yet."""

UNWATCHED_FILES = tuple(pattern for pattern in IGNORED_FILES if pattern != WAL)
UNWATCHED_FOLDERS = (*IGNORED_FOLDERS, *ELSEWHERE)

Signature = tuple[tuple[str, int, int], ...]


def signature(folder: Path) -> Signature:
    """Give path, time and size of each file below a folder; () for one that is not there."""
    return tuple(sorted(_files(str(folder))))


def _files(folder: str) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return found
    for entry in entries:
        try:
            if entry.is_dir(follow_symlinks=False):
                if not matches(entry.name, UNWATCHED_FOLDERS):
                    found += _files(entry.path)
            elif not matches(entry.name, UNWATCHED_FILES):
                stat = entry.stat()
                found.append((entry.path, stat.st_mtime_ns, stat.st_size))
        except OSError:
            continue
    return found
