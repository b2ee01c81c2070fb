"""Whatever a learner does to a project, the kit says what it sees, in their words."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from course.lesson import exercises
from course.lesson.problem import LessonError
from tests.opened import alembic, stem

HEAD = "f6a2b7416f97"


def migration(folder: Path, words: str) -> Path:
    [path] = (folder / "migrations" / "versions").glob(f"*{words}*.py")
    return path


def looks(lesson) -> list[str]:
    """What every display says, as text; none of them may raise."""
    return [repr(look()) for look in (lesson.graph, lesson.schema, lesson.changes)]


def test_first_cell_again_moves_the_folder_aside_and_names_it(opened, room, capsys):
    opened("moving")
    (room / stem("moving") / "mine.txt").write_text("kept", encoding="utf-8")
    capsys.readouterr()
    opened("moving")
    said = capsys.readouterr().out
    [old] = (room / ".old").iterdir()
    assert f"The folder from before was moved aside: workspace/.old/{old.name}" in said
    assert (old / "mine.txt").read_text(encoding="utf-8") == "kept"
    assert not (room / stem("moving") / "mine.txt").exists()


def test_first_cell_again_without_work_moves_nothing(opened, room, capsys):
    opened("moving")
    opened("moving")
    assert not (room / ".old").exists()
    assert "moved aside" not in capsys.readouterr().out


def test_two_notebooks_of_one_lesson(opened, other_notebook, room, capsys):
    other_notebook("moving")
    theirs = room / stem("moving") / "theirs.txt"
    theirs.write_text("ko", encoding="utf-8")
    lesson = opened("moving")
    assert f"workspace/{stem('moving')} is open in another notebook" in capsys.readouterr().out
    assert Path.cwd() == room / f"{stem('moving')}-2"
    assert theirs.read_text(encoding="utf-8") == "ko"
    assert HEAD in repr(lesson.graph())
    assert not (room / ".old").exists()


def test_killed_kernel_leaves_the_lesson_free(opened, other_notebook, room, capsys):
    process = other_notebook("moving")
    with closing(sqlite3.connect(room / stem("moving") / "shop.db")) as half:
        half.execute("CREATE TABLE half_way (id INTEGER)")
    process.kill()
    process.wait()
    opened("moving")
    assert Path.cwd() == room / stem("moving")
    assert "moved aside" in capsys.readouterr().out


def test_folder_that_cannot_be_written(room, opened, monkeypatch):
    room.write_text("a file where the workspace should be", encoding="utf-8")
    with pytest.raises(LessonError) as raised:
        opened("init")
    [line] = raised.value._render_traceback_()
    assert "\n" not in line
    assert line.startswith(f"The working folder cannot be made ({room}: ")
    assert line.endswith("Name a folder you can write to in COURSE_WORKSPACE.")


def test_unknown_lesson_and_language(opened):
    with pytest.raises(LessonError, match=r"There is no lesson 'innit'\. Lessons: init, manual"):
        opened("innit")
    with pytest.raises(LessonError, match=r"lang='fr' is none of ko, en\."):
        opened("init", "fr")
    with pytest.raises(LessonError, match=r"There is no exercise 'x'\. This lesson has: .*set_url"):
        opened("init").check("x")


def test_syntax_error_in_a_migration(opened, room):
    lesson = opened("moving")
    path = migration(room / stem("moving"), "add_sku")
    path.write_text("def upgrade(:\n", encoding="utf-8")
    graph, schema, changes = looks(lesson)
    assert f"`migrations/versions/{path.name}` has a syntax error in line 1." in graph
    assert "products" in schema
    assert path.name in changes


def test_migration_that_raises_when_loaded(opened, room):
    lesson = opened("moving")
    path = migration(room / stem("moving"), "add_sku")
    path.write_text("import nothing_of_that_name\n", encoding="utf-8")
    graph = repr(lesson.graph())
    assert f"`migrations/versions/{path.name}` stops with an error in line 1." in graph
    assert "No module named 'nothing_of_that_name'" in graph


def test_migration_that_exits(opened, room):
    lesson = opened("moving")
    migration(room / stem("moving"), "add_sku").write_text(
        "raise SystemExit(3)\n", encoding="utf-8"
    )
    assert "SystemExit: 3" in repr(lesson.graph())


def test_migration_without_its_parent_line(opened, room):
    lesson = opened("moving")
    path = migration(room / stem("moving"), "add_sku")
    path.write_text('revision = "946941d04618"\n', encoding="utf-8")
    assert "has no `down_revision`" in repr(lesson.graph())


def test_deleted_migration_in_the_middle(opened, room):
    lesson = opened("moving")
    migration(room / stem("moving"), "add_sku").unlink()
    graph, _, changes = looks(lesson)
    assert "946941d04618" in graph
    assert "a5b8ce6472ef" in graph
    assert "add_sku_to_products.py" in changes


def test_deleted_newest_migration(opened, room):
    lesson = opened("moving")
    migration(room / stem("moving"), "create_inventories").unlink()
    for said in looks(lesson):
        assert f"The database says it is at `{HEAD}`, and no file has that revision." in said


def test_settings_deleted_and_broken(opened, room):
    lesson = opened("moving")
    ini = room / stem("moving") / "alembic.ini"
    text = ini.read_text(encoding="utf-8")
    ini.write_text(text.replace("shop.db", "my%20shop.db"), encoding="utf-8")
    assert "`alembic.ini` cannot be read." in repr(lesson.graph())
    ini.write_text("no section\n", encoding="utf-8")
    assert "`alembic.ini` cannot be read." in repr(lesson.schema())
    ini.unlink()
    assert f"There is no `alembic.ini` in `{stem('moving')}`." in repr(lesson.graph())


def test_lost_url_is_no_lost_table(opened, room):
    lesson = opened("moving")
    ini = room / stem("moving") / "alembic.ini"
    ini.write_text(ini.read_text(encoding="utf-8").replace("sqlite:///shop.db", "sqllite:///x"))
    changes = repr(lesson.changes())
    assert "alembic.ini" in changes
    assert "products" not in changes
    assert "shop.db" not in changes


def test_script_folder_renamed(opened, room):
    lesson = opened("moving")
    (room / stem("moving") / "migrations").rename(room / stem("moving") / "scripts")
    assert "The script folder `" in repr(lesson.graph())


def test_locked_database(opened, room):
    lesson = opened("moving")
    with closing(sqlite3.connect(room / stem("moving") / "shop.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert all("Another connection holds a lock for writing" in said for said in looks(lesson))
        other.execute("ROLLBACK")
        other.execute("BEGIN EXCLUSIVE")
        assert "The database is locked." in repr(lesson.schema())
        other.execute("ROLLBACK")
    assert all("lock" not in said for said in looks(lesson))


def test_dropped_table(opened, room):
    lesson = opened("moving")
    with closing(sqlite3.connect(room / stem("moving") / "shop.db")) as database:
        database.execute("DROP TABLE profiles")
    changes = repr(lesson.changes())
    assert "profiles" in changes
    assert "2" in changes, "the rows that went are counted"


def test_emptied_version_table(opened, room):
    lesson = opened("moving")
    with closing(sqlite3.connect(room / stem("moving") / "shop.db")) as database:
        database.execute("DELETE FROM alembic_version")
        database.commit()
    assert all("In `shop.db`, `alembic_version` is empty, and" in said for said in looks(lesson))


def test_file_that_is_no_database(opened, room):
    lesson = opened("moving")
    (room / stem("moving") / "shop.db").write_bytes(b"this is not a database, it is a text" * 40)
    for said in looks(lesson):
        assert "The database file is broken, or it is not an SQLite file." in said


def test_working_folder_gone(opened, room):
    lesson = opened("moving")
    os.chdir(room)
    shutil.rmtree(room / stem("moving"))
    for said in looks(lesson):
        assert f"The working folder `{stem('moving')}` is gone. Run the first cell again" in said


def test_korean_words_for_a_bad_day(opened, room):
    lesson = opened("moving", "ko")
    (room / stem("moving") / "alembic.ini").unlink()
    assert f"`{stem('moving')}`에 `alembic.ini`가 없습니다." in repr(lesson.graph())


def test_two_heads_are_drawn(opened, room):
    lesson = opened("moving")
    alembic(
        room / stem("moving"), "revision", "-m", "left", "--head", "f6a2b7416f97", "--rev-id", "aa"
    )
    extra = ("--splice", "--rev-id", "bb")
    alembic(room / stem("moving"), "revision", "-m", "right", "--head", "a5b8ce6472ef", *extra)
    graph = repr(lesson.graph())
    assert graph.count("[head ·") == 2


def test_check_that_meets_the_unexpected_says_so(opened, monkeypatch):
    lesson = opened("init")

    def broken(_entry, _name):
        raise ZeroDivisionError("a defect of ours")

    monkeypatch.setattr(exercises, "load_check", broken)
    said = repr(lesson.check("set_url"))
    assert said.startswith("? Cannot check · set_url")
    assert "ZeroDivisionError: a defect of ours" in said


def test_learners_module_does_not_stay_in_the_kernel(opened, room):
    import sys

    lesson = opened("moving")
    path = migration(room / stem("moving"), "add_sku")
    path.write_text("import models\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert "946941d04618" in repr(lesson.graph())
    assert "models" not in sys.modules, (sys.modules["models"].__file__, room)
