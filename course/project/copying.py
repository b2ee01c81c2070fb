"""A copy of a project to try things out on: its files, without databases, caches and environments.

What is no file to copy is copied around: a dangling link (Emacs marks a file that is being edited
by one), a socket, a pipe, a link to a folder that holds it.
"""

import os
import shutil
import sqlite3
from collections.abc import Collection
from contextlib import closing
from fnmatch import fnmatch
from pathlib import Path

from course.project.errors import ProjectError

LEFT_OUT = (
    *("__pycache__", "*.ipynb", ".ipynb_checkpoints", "*.db", "*-journal", "*-wal", "*-shm"),
    *(".git", ".hg", "node_modules"),
)


def copy_project(folder: Path, copy: Path, without: Collection[Path] = ()) -> None:
    """Copy a project's files to a new folder, links as what they lead to; not those of `without`.

    Raises ProjectError where a file cannot be read or the disk is full.
    """
    try:
        _copy_folder(folder, copy, (folder.resolve(),), {str(path) for path in without})
    except OSError as error:
        said = f"{error.strerror or error}: {error.filename or folder}"
        raise ProjectError("not_copied", said=said) from error


def _copy_folder(folder: Path, copy: Path, above: tuple[Path, ...], without: set[str]) -> None:
    copy.mkdir(parents=True, exist_ok=True)
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.path in without or any(fnmatch(entry.name, pattern) for pattern in LEFT_OUT):
            continue
        target = copy / entry.name
        if entry.is_file():
            shutil.copy2(entry.path, target)
        elif entry.is_dir():
            real = Path(entry.path).resolve()
            if real not in above and not (real / "pyvenv.cfg").is_file():
                _copy_folder(Path(entry.path), target, (*above, real), without)


def copy_database(file: Path, target: Path) -> None:
    """Copy an SQLite file through SQLite, so that an open transaction does not spoil the copy.

    Reading before the copy takes SQLite's shared lock: `backup` itself would wait for ever.
    Raises ProjectError when it is locked or no database.
    """
    try:
        with (
            closing(sqlite3.connect(file, timeout=0.5)) as source,
            closing(sqlite3.connect(target)) as made,
        ):
            made.execute("PRAGMA synchronous = OFF")
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master")
            source.backup(made)
    except sqlite3.OperationalError as error:
        key = "locked" if "locked" in str(error) else "database"
        raise ProjectError(key, said=error) from error
    except sqlite3.DatabaseError as error:
        raise ProjectError("not_a_database", said=error) from error
