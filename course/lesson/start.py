"""What a lesson starts from: its own files over those of the start that it builds on.

A lesson's own files are in `start/` of its folder. `start.toml` beside it, where there is one,
says what they build on:

    base = "_shop"             a folder beside the lesson's: another lesson, or a shared start
    into = "old_shop"          where the base's files go; without it, they stay where they are
    without = ["models.py"]    files of the base that this start does not have
"""

import shutil
import sqlite3
import tomllib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

OWN = "start"
BASE = "start.toml"
DUMP = ".db.sql"


class StartError(ValueError):
    """A start.toml that asks for what is not there."""


@dataclass(frozen=True)
class Base:
    """What a start builds on: a folder, where its files go, and which of them are left out."""

    folder: Path
    into: str = ""
    without: tuple[str, ...] = ()

    def files(self) -> dict[str, Path]:
        """Give the base's files by their names in the start that builds on it.

        Raises StartError when a file that is left out is not there.
        """
        files = {
            (PurePosixPath(self.into) / name).as_posix(): path
            for name, path in start_files(self.folder).items()
        }
        unknown = set(self.without) - files.keys()
        if unknown:
            raise StartError(f"{self.folder.name} has no {', '.join(sorted(unknown))} to leave out")
        return {name: path for name, path in files.items() if name not in self.without}


def base_of(lesson: Path) -> Base | None:
    """Give what the start of the lesson's folder builds on; None where it stands by itself.

    Raises StartError for a start.toml that cannot be understood.
    """
    described = lesson / BASE
    if not described.is_file():
        return None
    keys = tomllib.loads(described.read_text(encoding="utf-8"))
    if not keys.keys() <= {"base", "into", "without"} or "base" not in keys:
        raise StartError(f"{described}: base, into and without are what it can say")
    folder = lesson.parent / keys["base"]
    if not folder.is_dir():
        raise StartError(f"{described}: there is no lessons/{keys['base']}")
    return Base(folder, keys.get("into", ""), tuple(keys.get("without", ())))


def bases(lesson: Path) -> list[Path]:
    """Give the folders that the lesson's start builds on, the nearest first."""
    base = base_of(lesson)
    return [base.folder, *bases(base.folder)] if base else []


def start_files(lesson: Path) -> dict[str, Path]:
    """Give the files that the lesson of this folder starts from, by their names in the project.

    Names are relative and have forward slashes; a file of the lesson's own hides its base's.
    """
    base = base_of(lesson)
    return dict(sorted({**(base.files() if base else {}), **files_of(lesson / OWN)}.items()))


def start_sql(lesson: Path, name: str = "shop.db") -> str:
    """Give the SQL that makes the database `name` of the lesson's start.

    Raises StartError when the start has no such database.
    """
    dump = start_files(lesson).get(f"{name}.sql")
    if dump is None:
        raise StartError(f"the start of {lesson.name} has no {name}")
    return dump.read_text(encoding="utf-8")


def fill(lesson: Path, folder: Path) -> None:
    """Lay the lesson's start out in a new folder; `shop.db.sql` becomes the database `shop.db`."""
    folder.mkdir(parents=True)
    for name, path in start_files(lesson).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(DUMP):
            with closing(sqlite3.connect(target.with_suffix(""))) as connection:
                connection.execute("PRAGMA synchronous = OFF")
                connection.executescript(path.read_text(encoding="utf-8"))
        else:
            shutil.copy2(path, target)


def files_of(folder: Path) -> dict[str, Path]:
    """Give the files of a folder by name, hidden ones too, without Python's caches."""
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.relative_to(folder).parts
    }
