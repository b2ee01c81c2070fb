"""The learner's working folders: made from a lesson's start, moved aside, never deleted in use."""

import filecmp
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from course import disk
from course.contents import LessonEntry
from course.lesson.start import fill
from course.lesson.steps import Steps, steps_aside, steps_place
from course.project.errors import ProjectError
from course.workspace import OLD, aside, make_workspace, workspace

MUCH_MB = 200
MANY = 50
"""From here on it is worth saying what the folders that were moved aside take."""


class WorkspaceError(OSError):
    """A working folder that cannot be made; `key` names its phrase, `values` are filled in."""

    def __init__(self, key: str, error: Exception, place: Path) -> None:
        why = getattr(error, "strerror", None) or str(error)
        where = getattr(error, "filename", None) or str(place)
        super().__init__(getattr(error, "errno", None), why, where)
        self.key = key
        self.values = {"where": where, "why": why, "free": disk.free_mb(_existing(place))}


@dataclass(frozen=True)
class WorkingFolder:
    """An open working folder; `moved` names where an older one went; `shared` is one in use."""

    path: Path
    moved: Path | None
    shared: Path | None
    lock: FileLock


@dataclass(frozen=True)
class OldFolders:
    """The folders that were moved aside, the oldest first, and how much they take."""

    paths: tuple[Path, ...]
    mb: float

    @property
    def are_much(self) -> bool:
        """Whether they are so many, or so large, that it is worth saying."""
        return self.mb >= MUCH_MB or self.count >= MANY

    @property
    def count(self) -> int:
        """How many there are; a folder and the steps that were made in it count as one."""
        return len({path.name for path in self.paths})


def open_folder(entry: LessonEntry, held: FileLock | None = None) -> WorkingFolder:
    """Make the lesson's working folder afresh and move what was there aside.

    A folder that another notebook has open is left alone: this one gets the next number.
    `held` is the lock that this process has already. Raises WorkspaceError when nothing can be
    written; what was there stays then as it was.
    """
    place = workspace(entry.root)
    with _explained(place):
        make_workspace(entry.root)
        lock, path = _lock(place, entry.stem, held)
        shared = None if path.name == entry.stem else place / entry.stem
        _note_last_changes(place, path)
        fresh = place / f".{path.name}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            fill(entry.folder, fresh)
            if path.exists() and same_content(path, fresh):
                _put_steps_away(place, path, aside(place, path.name).name)
                return WorkingFolder(path, None, shared, lock)
            moved = _put_away(place, path)
            fresh.rename(path)
            return WorkingFolder(path, moved, shared, lock)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def move_aside(entry: LessonEntry) -> Path | None:
    """Move the lesson's working folder to `.old`; give its new place, None where there is none.

    Raises filelock.Timeout when a notebook has it open.
    """
    place = workspace(entry.root)
    if not (place / entry.stem).exists():
        return None
    with _file_lock(place, entry.stem).acquire(timeout=0):
        return _put_away(place, place / entry.stem)


def new_place(entry: LessonEntry) -> Path:
    """Give a folder that is not there yet, for what else of the lesson is moved aside."""
    return aside(workspace(entry.root), entry.stem)


def old_folders(root: Path, entry: LessonEntry | None = None) -> OldFolders:
    """Look at what was moved aside, of one lesson or of all; the steps made there count, too."""
    place = workspace(root)
    stems = "*" if entry is None else f"{entry.stem}*"
    found = [
        path
        for old in (place / OLD, steps_aside(place))
        for path in old.glob(f"{stems}.*")
        if path.is_dir()
    ]
    found.sort(key=lambda path: path.suffix)
    return OldFolders(tuple(found), sum(map(disk.size_mb, found)))


def remove(folders: Iterable[Path]) -> None:
    """Delete folders that were moved aside. Raises OSError."""
    for folder in folders:
        shutil.rmtree(folder)


def same_content(one: Path, other: Path) -> bool:
    """Tell whether two folders hold the same files with the same bytes."""
    compared = filecmp.dircmp(one, other, ignore=["__pycache__"])
    if compared.left_only or compared.right_only or compared.funny_files:
        return False
    _, different, errors = filecmp.cmpfiles(one, other, compared.common_files, shallow=False)
    return not (different or errors) and all(
        same_content(one / name, other / name) for name in compared.common_dirs
    )


@contextmanager
def _explained(place: Path) -> Iterator[None]:
    """Turn what the file system and SQLite say into a WorkspaceError."""
    try:
        yield
    except OSError as error:
        key = "disk_full" if disk.is_full(error) else "unwritable"
        raise WorkspaceError(key, error, place) from error
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
            raise
        raise WorkspaceError("disk_full", error, place) from error


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.is_dir())


def _file_lock(place: Path, name: str) -> FileLock:
    locks = place / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    return FileLock(locks / f"{name}.lock")


def _lock(place: Path, stem: str, held: FileLock | None) -> tuple[FileLock, Path]:
    number = 1
    while True:
        name = stem if number == 1 else f"{stem}-{number}"
        lock = _file_lock(place, name)
        if held is not None and held.is_locked and held.lock_file == lock.lock_file:
            return held, place / name
        try:
            lock.acquire(timeout=0)
            return lock, place / name
        except Timeout:
            number += 1


def _put_away(place: Path, folder: Path) -> Path | None:
    target = aside(place, folder.name)
    if not folder.exists():
        _put_steps_away(place, folder, target.name)
        return None
    target.parent.mkdir(exist_ok=True)
    shutil.move(folder, target)
    _put_steps_away(place, folder, target.name)
    return target


def _note_last_changes(place: Path, folder: Path) -> None:
    """Keep, as a step, what an editor, a terminal or a killed kernel did since the last cell."""
    steps = steps_place(place, folder)
    if steps.is_dir() and folder.is_dir():
        with suppress(OSError, ProjectError):
            Steps.load(steps, folder).look()


def _put_steps_away(place: Path, folder: Path, name: str) -> None:
    """Keep the steps of a folder under a name, if any cell ran in it."""
    steps = steps_place(place, folder)
    if Steps.load(steps, folder).cells:
        steps_aside(place).mkdir(exist_ok=True)
        steps.rename(steps_aside(place) / name)
