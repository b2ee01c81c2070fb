"""What a learner made stays: folders that were moved aside, a spoiled record, a full disk."""

import errno
import json
import os
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest

from course.contents import load_course
from course.lesson import progress, working_folder
from course.lesson.problem import LessonError
from course.lesson.session import current
from course.lesson.working_folder import WorkspaceError, old_folders, open_folder, remove
from tests.opened import stem

COURSE = load_course()
INIT = COURSE.lesson("init")
FULL = OSError(errno.ENOSPC, "No space left on device", "/somewhere/models.py")


# --- folders that were moved aside ---


def test_every_old_folder_is_kept(room):
    for number in range(12):
        open_folder(INIT).lock.release()
        (room / stem("init") / "mine.txt").write_text(str(number), encoding="utf-8")
    open_folder(INIT).lock.release()
    kept = old_folders(COURSE.root, INIT).paths
    assert [int((path / "mine.txt").read_text(encoding="utf-8")) for path in kept] == [*range(12)]


def test_old_folders_are_counted_by_lesson_and_in_all(room):
    assert old_folders(COURSE.root).paths == ()
    sizes = {f"{stem('init')}.1": 1, f"{stem('init')}-2.2": 2, f"{stem('moving')}.1": 4}
    for name, mb in sizes.items():
        (room / ".old" / name / "below").mkdir(parents=True)
        (room / ".old" / name / "below" / "shop.db").write_bytes(bytes(mb * 2**20))
    assert [path.name for path in old_folders(COURSE.root, INIT).paths] == [
        f"{stem('init')}.1",
        f"{stem('init')}-2.2",
    ]
    assert old_folders(COURSE.root, INIT).mb == 3
    assert old_folders(COURSE.root).mb == 7
    assert not old_folders(COURSE.root).are_much


@pytest.mark.parametrize(("name", "limit"), [("MUCH_MB", 1), ("MANY", 1)])
def test_many_or_large_old_folders_are_much(room, monkeypatch, name, limit):
    (room / ".old" / f"{stem('init')}.1").mkdir(parents=True)
    (room / ".old" / f"{stem('init')}.1" / "shop.db").write_bytes(bytes(2**20))
    monkeypatch.setattr(working_folder, name, limit)
    assert old_folders(COURSE.root).are_much


# --- a full disk, and rights ---


def half_filled(error: Exception):
    """A `fill` that writes one file and then fails."""

    def fill(_lesson: Path, folder: Path) -> None:
        folder.mkdir()
        (folder / "env.py").write_text("half", encoding="utf-8")
        raise error

    return fill


def sqlite_full() -> sqlite3.Error:
    """The error of SQLite itself on a database that may not grow."""
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA max_page_count=1")
    try:
        database.execute("CREATE TABLE users (id)")
    except sqlite3.OperationalError as error:
        return error
    finally:
        database.close()
    raise AssertionError("the database could grow")


SHUTILS = shutil.Error([("/a/env.py", "/b/env.py", str(FULL)), ("/a/x", "/b/x", str(FULL))])


@pytest.mark.parametrize("error", [FULL, SHUTILS, sqlite_full()], ids=["os", "shutil", "sqlite"])
def test_a_full_disk_is_said_in_one_line_and_loses_nothing(opened, room, monkeypatch, error):
    opened("init")
    (room / stem("init") / "mine.txt").write_text("mine", encoding="utf-8")
    monkeypatch.setattr(working_folder, "fill", half_filled(error))
    with pytest.raises(LessonError) as raised:
        opened("init")
    [line] = raised.value._render_traceback_()
    assert line.startswith("The disk is full") and "MB free" in line
    assert "\n" not in line and "[(" not in line
    assert (room / stem("init") / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert not (room / f".{stem('init')}.new").exists(), "what was half made takes no space"
    monkeypatch.undo()
    monkeypatch.setenv("COURSE_WORKSPACE", str(room))
    opened("init")
    [old] = (room / ".old").iterdir()
    assert (old / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_a_folder_that_may_not_be_written_is_another_problem(room, monkeypatch):
    denied = PermissionError(errno.EACCES, "Permission denied", "/somewhere")
    monkeypatch.setattr(working_folder, "fill", half_filled(denied))
    with pytest.raises(WorkspaceError) as raised:
        open_folder(INIT)
    assert raised.value.key == "unwritable"
    assert raised.value.values["where"] == "/somewhere"
    assert raised.value.values["why"] == "Permission denied"


def test_a_defect_in_a_start_is_not_called_a_full_disk(room, monkeypatch):
    defect = sqlite3.OperationalError('near "CREAT": syntax error')
    defect.sqlite_errorcode = sqlite3.SQLITE_ERROR
    monkeypatch.setattr(working_folder, "fill", half_filled(defect))
    with pytest.raises(sqlite3.OperationalError, match="syntax error"):
        open_folder(INIT)


# Windows has no modes.
if os.name != "nt":

    def test_a_new_workspace_is_its_owners_alone(room):
        open_folder(INIT).lock.release()
        assert stat.S_IMODE(room.stat().st_mode) == 0o700

    def test_a_workspace_that_is_there_keeps_its_rights(room):
        room.mkdir(mode=0o750)
        open_folder(INIT).lock.release()
        assert stat.S_IMODE(room.stat().st_mode) == 0o750


# --- progress.json ---

SPOILED = [
    b"[]",
    b"null",
    b"5",
    b"{",
    b"",
    b"\xff\xfe",
    b'{"init": 5}',
    b'{"init": [5]}',
    b'{"init": null}',
    b"[" * 100_000,
]


@pytest.mark.parametrize("spoiled", SPOILED, ids=lambda text: repr(text[:12]))
def test_a_spoiled_record_is_put_aside(room, spoiled):
    room.mkdir()
    (room / "progress.json").write_bytes(spoiled)
    assert progress.load(room) == {}
    aside = progress.record(room, "init", "set_url")
    assert aside is not None and aside.read_bytes() == spoiled
    assert aside.name.startswith("progress.json.spoiled-")
    assert json.loads((room / "progress.json").read_text(encoding="utf-8")) == {"init": ["set_url"]}
    assert progress.record(room, "init", "models") is None, "it is said once"
    assert progress.load(room) == {"init": ["set_url", "models"]}


def test_a_sound_record_is_not_put_aside(room):
    assert progress.put_spoiled_aside(room) is None
    progress.record(room, "init", "set_url")
    assert progress.put_spoiled_aside(room) is None
    assert progress.load(room) == {"init": ["set_url"]}


def test_a_reset_does_not_stumble_over_a_spoiled_record(room):
    room.mkdir()
    (room / "progress.json").write_text("[]", encoding="utf-8")
    aside = progress.forget(room, "init")
    assert progress.load(room) == {}
    assert [*room.glob("progress.json.spoiled-*")] == [aside]


def test_a_record_that_cannot_be_read_is_not_written_over(room, monkeypatch):
    progress.record(room, "init", "set_url")

    def denied(_path):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    assert progress.load(room) == {}
    with pytest.raises(PermissionError):
        progress.record(room, "init", "models")
    monkeypatch.undo()
    assert progress.load(room) == {"init": ["set_url"]}


def test_steps_count_with_their_folder_and_go_with_it(opened, room):
    for number in range(2):
        opened("init")
        (room / stem("init") / f"{number}.txt").write_text("mine", encoding="utf-8")
        current().steps.after_cell(None, "a cell", True, None)
    opened("init")
    old = old_folders(COURSE.root)
    assert old.count == 2
    assert len(old.paths) == 4
    remove(old.paths)
    assert old_folders(COURSE.root).count == 0
    assert not list((room / ".steps" / ".old").iterdir())
