"""Which files of a folder count as a project's: no caches, and nothing that SQLite keeps aside."""

import hashlib
import os
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

IGNORED_FOLDERS = ("__pycache__", ".ipynb_checkpoints", ".course*")
IGNORED_FILES = ("*.pyc", "*-journal", "*-wal", "*-shm", ".course*")
SOURCES = (".py", ".ini", ".toml", ".env")
"""Endings of the files that a project's behaviour follows from."""


def walk(folder: Path) -> Iterator[tuple[Path, list[str], list[str]]]:
    """Give each folder below (and with) this one, the names of its folders and of its files."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not matches(name, IGNORED_FOLDERS))
        files = sorted(name for name in names if not matches(name, IGNORED_FILES))
        yield Path(parent), folders, [name for name in files if Path(parent, name).is_file()]


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether a name fits one of the patterns, as in IGNORED_FILES."""
    return any(fnmatch(name, pattern) for pattern in patterns)


def sources_hash(folder: Path) -> str:
    """Give a hash of a project's sources, by name and content; hidden folders are none of it."""
    digest = hashlib.sha256()
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
        for name in sorted(names):
            path = Path(parent, name)
            if name.endswith(SOURCES) and path.is_file():
                digest.update(f"{path}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\0".encode())
    return digest.hexdigest()
