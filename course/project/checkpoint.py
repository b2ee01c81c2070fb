"""A folder's files and databases as they were at a moment, kept so that they can come back.

Contents are kept once each, under the hash of their bytes. A database is read and comes back
through SQLite itself, into the file that is there: another connection that has it open, `%sql` in
the kernel or a shell in a terminal, then sees the new content and no stale page, and keeps its
locks. A process that opens and closes such a file by any other way loses all locks that it has on
it. SQLite counts its changes in the file, so the bytes differ afterwards from those that were
kept; `SAME` remembers which they stand for.
"""

import hashlib
import shutil
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from course.project.database.server import server_explained
from course.project.errors import ProjectError
from course.project.files import walk
from course.server.kept import bring_back, keep

LARGE = 32 * 1024 * 1024
"""Bytes from which on no copy of a file is kept: a database of 200 MB would fill the disk."""

FOLDER, LARGE_MARK = "/", "large:"
SAME = ".same"
BESIDE = ("-journal", "-wal", "-shm")
"""What SQLite keeps beside a database file."""
DATABASES = (".db", ".db3", ".sqlite", ".sqlite3")
"""Endings of SQLite's files. To look into one for its kind would be to open it."""
JUST_NOW = 50_000_000
"""Nanoseconds in which a file may change again and show the same time."""

State = Mapping[str, str]
"""What a folder holds: for each path (POSIX, relative) the hash of its content. A path that ends
with `/` is a folder; a large file is marked by its size and time alone."""


@dataclass(frozen=True)
class Restored:
    """What came back: paths that were written, paths that went, and large ones that stay."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    not_kept: tuple[str, ...] = ()


@dataclass
class Checkpoints:
    """The states of a folder, kept in another one, the store."""

    folder: Path
    store: Path
    _known: dict[str, tuple[tuple[int, int, int], str]] = field(default_factory=dict)
    _bytes: int | None = None

    def take(self) -> State:
        """Keep what the folder holds now, and give it.

        Raises OSError when something cannot be read or kept, ProjectError when a database that
        is being written to cannot be copied.
        """
        self.store.mkdir(parents=True, exist_ok=True)
        with server_explained():
            keep(self.folder)
        return dict(self._marks())

    def restore(self, state: State) -> Restored:
        """Bring the folder back to a state; what it holds now is kept first.

        Raises OSError, and ProjectError when a database is locked; then nothing was changed.
        """
        now = self.take()
        not_kept = sorted(
            path for path in now.keys() | state.keys() if _large(path, now, state) is not None
        )
        differing = [path for path in state if state[path] != now.get(path)]
        writing = [path for path in differing if path not in not_kept]
        going = [path for path in now if path not in state and path not in not_kept]
        for path in (*writing, *going):
            _refuse_locked(self.folder / path)
        with server_explained():
            bring_back(self.folder, {path: self.store / state[path] for path in writing})
        self._remove(going)
        for path in sorted(writing, key=lambda path: not path.endswith(FOLDER)):
            self._bring_back(path, state[path])
        return Restored(
            tuple(sorted(path for path in writing if not path.endswith(FOLDER))),
            tuple(sorted(path for path in going if not path.endswith(FOLDER))),
            tuple(not_kept),
        )

    def lay_out(self, state: State, target: Path) -> bool:
        """Write a state into another folder; tell whether all of it that counts is still kept.

        A large file is not kept and left out; without a large database, the state is not whole.
        """
        files = {path: mark for path, mark in state.items() if mark != FOLDER}
        large = {path for path, mark in files.items() if mark.startswith(LARGE_MARK)}
        kept = all((self.store / files[path]).is_file() for path in files.keys() - large)
        if not kept or any(path.endswith(DATABASES) for path in large):
            return False
        for path in sorted(state.keys() - large):
            place = target / path
            if path in files:
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self.store / files[path], place)
            else:
                place.mkdir(parents=True, exist_ok=True)
        return True

    def size(self) -> int:
        """Count the bytes that are kept."""
        if self._bytes is None:
            self._bytes = sum(path.stat().st_size for path in self.store.glob("*"))
        return self._bytes

    def forget_all_but(self, states: Iterable[State]) -> None:
        """Delete the contents that none of the states holds."""
        needed = {mark for state in states for mark in state.values()}
        for path in self.store.iterdir() if self.store.is_dir() else ():
            kept = path.read_text() if path.suffix == SAME else path.name
            if kept not in needed:
                path.unlink()
        self._bytes = None

    def _marks(self) -> Iterator[tuple[str, str]]:
        for parent, folders, names in walk(self.folder):
            within = parent.relative_to(self.folder)
            for name in folders:
                yield f"{(within / name).as_posix()}{FOLDER}", FOLDER
            for name in names:
                relative = (within / name).as_posix()
                yield relative, self._mark(parent / name, relative)

    def _mark(self, path: Path, relative: str) -> str:
        found = path.stat()
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        if found.st_size >= LARGE:
            return f"{LARGE_MARK}{found.st_size}:{found.st_mtime_ns}"
        known = self._known.get(relative)
        if known is not None and known[0] == seen:
            return known[1]
        try:
            mark = self._keep(path)
        except sqlite3.OperationalError as error:
            if known is None:
                raise ProjectError("locked", said=error) from error
            # Somebody writes and has not committed yet: it holds what it held.
            return known[1]
        if time.time_ns() - found.st_mtime_ns > JUST_NOW:
            self._known[relative] = seen, mark
        return mark

    def _keep(self, path: Path) -> str:
        content = _content(path)
        mark = hashlib.blake2b(content, digest_size=16).hexdigest()
        same = self.store / f"{mark}{SAME}"
        if same.is_file():
            return same.read_text()
        kept = self.store / mark
        if not kept.exists():
            new = self.store / f"{mark}.new"
            new.write_bytes(content)
            new.replace(kept)
            self._bytes = None if self._bytes is None else self._bytes + len(content)
        return mark

    def _remove(self, paths: Iterable[str]) -> None:
        # The deepest first, so that a folder is empty when its turn comes.
        for path in sorted(paths, reverse=True):
            if path.endswith(FOLDER):
                with suppress(OSError):
                    _remove_caches(self.folder / path)
                    (self.folder / path).rmdir()
            else:
                for file in (path, *(f"{path}{end}" for end in BESIDE)):
                    (self.folder / file).unlink(missing_ok=True)

    def _bring_back(self, path: str, mark: str) -> None:
        target = self.folder / path
        if path.endswith(FOLDER):
            target.mkdir(parents=True, exist_ok=True)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        kept = self.store / mark
        if not (_is_database(target) and _fill_database(target, kept)):
            target.write_bytes(kept.read_bytes())
        self._known.pop(path, None)
        now = hashlib.blake2b(_content(target), digest_size=16).hexdigest()
        if now != mark:
            (self.store / f"{now}{SAME}").write_text(mark)


def _large(path: str, *states: State) -> str | None:
    """Give the mark of a large file that is not the same in all states."""
    marks = [state.get(path, "") for state in states]
    if len(set(marks)) == 1:
        return None
    return next((mark for mark in marks if mark.startswith(LARGE_MARK)), None)


def _is_database(path: Path) -> bool:
    return path.suffix in DATABASES and path.is_file()


def _content(path: Path) -> bytes:
    """Read a file; a database as its last commit left it. Raises sqlite3.OperationalError."""
    if not _is_database(path):
        return path.read_bytes()
    if not path.stat().st_size:
        return b""
    try:
        with closing(sqlite3.connect(path, timeout=0.2)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master")
            [[pages]] = connection.execute("PRAGMA page_count")
            return connection.serialize() if pages else b""
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return path.read_bytes()  # no database after all


def _fill_database(target: Path, kept: Path) -> bool:
    """Make an existing database hold what was kept; tell whether both are databases."""
    source = f"file:{kept}?mode=ro&immutable=1" if kept.stat().st_size else ":memory:"
    try:
        with (
            closing(sqlite3.connect(source, uri=True)) as reading,
            closing(sqlite3.connect(target)) as there,
        ):
            there.execute("PRAGMA synchronous = OFF")
            reading.backup(there)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return False
    return True


def _refuse_locked(path: Path) -> None:
    if not _is_database(path):
        return
    with closing(sqlite3.connect(path, timeout=0.2, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            raise ProjectError("locked", said=error) from error
        except sqlite3.DatabaseError:
            return  # no database after all: its bytes are replaced


def _remove_caches(folder: Path) -> None:
    for cache in folder.glob("__pycache__"):
        for file in cache.iterdir():
            file.unlink()
        cache.rmdir()
