"""States of a folder: kept, brought back, and never at the cost of a connection that is open."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from course.project import checkpoint
from course.project.checkpoint import Checkpoints
from course.project.errors import ProjectError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    (made / "migrations" / "versions").mkdir(parents=True)
    (made / "models.py").write_text("one = 1\n", encoding="utf-8")
    with closing(sqlite3.connect(made / "shop.db")) as connection:
        connection.execute("CREATE TABLE users (id INTEGER)")
    return made


@pytest.fixture
def checkpoints(folder: Path, tmp_path: Path) -> Checkpoints:
    return Checkpoints(folder, tmp_path / "kept")


def count(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "shop.db")) as connection:
        [[rows]] = connection.execute("SELECT count(*) FROM users")
    return int(rows)


def insert(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "shop.db")) as connection, connection:
        connection.execute("INSERT INTO users VALUES (1)")


def test_files_folders_and_rows_come_back_and_go_again(folder, checkpoints):
    before = checkpoints.take()
    (folder / "models.py").write_text("two = 2\n", encoding="utf-8")
    (folder / "scratch" / "deep").mkdir(parents=True)
    (folder / "scratch" / "deep" / "new.py").write_text("", encoding="utf-8")
    (folder / "migrations" / "versions").rmdir()
    insert(folder)
    after = checkpoints.take()
    restored = checkpoints.restore(before)
    assert restored.written == ("models.py", "shop.db")
    assert restored.removed == ("scratch/deep/new.py",)
    assert (folder / "models.py").read_text(encoding="utf-8") == "one = 1\n"
    assert (folder / "migrations" / "versions").is_dir()
    assert not (folder / "scratch").exists()
    assert count(folder) == 0
    assert checkpoints.take() == before
    checkpoints.restore(after)
    assert (folder / "scratch" / "deep" / "new.py").is_file()
    assert count(folder) == 1
    assert checkpoints.take() == after


def test_another_look_knows_what_came_back(folder, checkpoints):
    """SQLite counts its changes in the file: its bytes are others, what it holds is the same."""
    before = checkpoints.take()
    insert(folder)
    checkpoints.restore(before)
    assert Checkpoints(folder, checkpoints.store).take() == before


def test_a_connection_that_is_open_sees_what_came_back(folder, checkpoints):
    before = checkpoints.take()
    insert(folder)
    with closing(sqlite3.connect(folder / "shop.db")) as connection:
        assert connection.execute("SELECT count(*) FROM users").fetchall() == [(1,)]
        checkpoints.restore(before)
        assert connection.execute("SELECT count(*) FROM users").fetchall() == [(0,)]


def test_a_locked_database_leaves_everything_as_it_is(folder, checkpoints):
    before = checkpoints.take()
    insert(folder)
    (folder / "models.py").write_text("two = 2\n", encoding="utf-8")
    with closing(sqlite3.connect(folder / "shop.db", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(ProjectError) as refused:
            checkpoints.restore(before)
    assert refused.value.key == "locked"
    assert (folder / "models.py").read_text(encoding="utf-8") == "two = 2\n"
    assert count(folder) == 1


def is_locked(database: Path) -> bool:
    code = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"
    command = [sys.executable, "-c", code, str(database)]
    return "database is locked" in subprocess.run(command, capture_output=True, text=True).stderr


def test_a_look_takes_no_lock_away(folder, checkpoints):
    """A process that opens a file and closes it loses its locks on it, SQLite's among them."""
    with closing(sqlite3.connect(folder / "shop.db", isolation_level=None)) as connection:
        first = checkpoints.take()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO users VALUES (1)")
        assert checkpoints.take() == first, "what is not committed is not there"
        (folder / "models.py").write_text("two = 2\n", encoding="utf-8")
        assert checkpoints.take() != first
        assert is_locked(folder / "shop.db")
        connection.execute("COMMIT")
    assert checkpoints.take() != first
    assert count(folder) == 1


def test_a_database_without_a_page_keeps_its_lock_too(folder, checkpoints):
    with closing(sqlite3.connect(folder / "new.db", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        checkpoints.take()
        assert is_locked(folder / "new.db")


def test_what_only_looks_like_a_database_comes_back_too(folder, checkpoints):
    before = checkpoints.take()
    (folder / "shop.db").write_bytes(b"no database at all, and never was one" * 9)
    spoiled = checkpoints.take()
    checkpoints.restore(before)
    assert count(folder) == 0
    checkpoints.restore(spoiled)
    assert (folder / "shop.db").read_bytes().startswith(b"no database")
    (folder / "shop.db").write_bytes(b"")
    empty = checkpoints.take()
    checkpoints.restore(before)
    checkpoints.restore(empty)
    with closing(sqlite3.connect(folder / "shop.db")) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchall() == [(0,)]
    assert checkpoints.take() == empty


def test_of_a_large_file_no_copy_is_kept(folder, checkpoints, monkeypatch):
    monkeypatch.setattr(checkpoint, "LARGE", 1000)
    large = folder / "large.db"
    large.write_bytes(b"x" * 2000)
    before = checkpoints.take()
    large.write_bytes(b"y" * 3000)
    insert(folder)
    restored = checkpoints.restore(before)
    # shop.db is larger than that, too.
    assert restored.not_kept == ("large.db", "shop.db")
    assert large.read_bytes() == b"y" * 3000
    assert checkpoints.size() < 1000


def test_a_transaction_that_was_cut_off_is_kept_as_sqlite_reads_it(folder, checkpoints):
    with closing(sqlite3.connect(folder / "shop.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("INSERT INTO users VALUES (1)")
        connection.commit()
        state = checkpoints.take()
    insert(folder)
    checkpoints.restore(state)
    assert count(folder) == 1


def test_contents_that_no_state_holds_are_forgotten(folder, checkpoints):
    first = checkpoints.take()
    (folder / "models.py").write_text("x" * 5000, encoding="utf-8")
    checkpoints.take()
    before = checkpoints.size()
    (folder / "models.py").write_text("one = 1\n", encoding="utf-8")
    checkpoints.forget_all_but([first])
    assert checkpoints.size() <= before - 5000
    assert checkpoints.take() == first
