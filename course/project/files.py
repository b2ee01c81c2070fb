"""Which files of a folder count as a project's: no caches, and nothing that SQLite keeps aside."""

import os
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

IGNORED_FOLDERS = ("__pycache__", ".ipynb_checkpoints", ".course*")
IGNORED_FILES = ("*.pyc", "*-journal", "*-wal", "*-shm", ".course*")


def walk(folder: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Give each folder below (and with) this one, the names of its folders and of its files."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _matches(name, IGNORED_FOLDERS))
        files = sorted(name for name in names if not _matches(name, IGNORED_FILES))
        yield Path(parent), folders, [name for name in files if Path(parent, name).is_file()]


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)
