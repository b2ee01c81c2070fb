"""The learner's working folders: made from a lesson's start, moved aside, never deleted in use."""

import filecmp
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from course.contents import LessonEntry
from course.lesson.start import fill

KEPT_OLD_FOLDERS = 10


@dataclass(frozen=True)
class WorkingFolder:
    """An open working folder; `moved` names where an older one went; `shared` is one in use."""

    path: Path
    moved: Path | None
    shared: Path | None
    lock: FileLock


def workspace(root: Path) -> Path:
    """Where working folders are: `workspace` at the top, or what COURSE_WORKSPACE names."""
    return Path(os.environ.get("COURSE_WORKSPACE") or root / "workspace")


def open_folder(entry: LessonEntry, held: FileLock | None = None) -> WorkingFolder:
    """Make the lesson's working folder afresh and move what was there aside.

    A folder that another notebook has open is left alone: this one gets the next number.
    `held` is the lock that this process has already. Raises OSError when nothing can be written.
    """
    room = workspace(entry.root)
    room.mkdir(parents=True, exist_ok=True)
    lock, path = _lock(room, entry.stem, held)
    shared = None if path.name == entry.stem else room / entry.stem
    fresh = room / f".{path.name}.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fill(entry.folder, fresh)
    if path.exists() and same_content(path, fresh):
        shutil.rmtree(fresh)
        return WorkingFolder(path, None, shared, lock)
    moved = _put_away(room, path)
    fresh.rename(path)
    return WorkingFolder(path, moved, shared, lock)


def move_aside(entry: LessonEntry) -> Path | None:
    """Move the lesson's working folder to `.old`; give its new place, None where there is none.

    Raises filelock.Timeout when a notebook has it open.
    """
    room = workspace(entry.root)
    if not (room / entry.stem).exists():
        return None
    with _file_lock(room, entry.stem).acquire(timeout=0):
        return _put_away(room, room / entry.stem)


def same_content(one: Path, other: Path) -> bool:
    """Tell whether two folders hold the same files with the same bytes."""
    compared = filecmp.dircmp(one, other, ignore=["__pycache__"])
    if compared.left_only or compared.right_only or compared.funny_files:
        return False
    _, different, errors = filecmp.cmpfiles(one, other, compared.common_files, shallow=False)
    return not (different or errors) and all(
        same_content(one / name, other / name) for name in compared.common_dirs
    )


def _file_lock(room: Path, name: str) -> FileLock:
    locks = room / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    return FileLock(locks / f"{name}.lock")


def _lock(room: Path, stem: str, held: FileLock | None) -> tuple[FileLock, Path]:
    number = 1
    while True:
        name = stem if number == 1 else f"{stem}-{number}"
        lock = _file_lock(room, name)
        if held is not None and held.is_locked and held.lock_file == lock.lock_file:
            return held, room / name
        try:
            lock.acquire(timeout=0)
            return lock, room / name
        except Timeout:
            number += 1


def _put_away(room: Path, folder: Path) -> Path | None:
    if not folder.exists():
        return None
    old = room / ".old"
    old.mkdir(exist_ok=True)
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    target = old / f"{folder.name}.{stamp}"
    shutil.move(folder, target)
    for outlived in sorted(old.glob(f"{folder.name}.*"))[:-KEPT_OLD_FOLDERS]:
        shutil.rmtree(outlived)
    return target
