"""A restart is no end: going on, going to a place, taking back, in kernels of their own."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from course.contents import load_course
from course.lesson.places import lay_of
from tests.kernels import Notebook, notebook
from tests.opened import stem

OPEN = 'from course import open_lesson\nlesson = open_lesson("{slug}", lang="en")'
NAMES = "print(sorted(name for name in globals() if name in {names!r}))"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def kernel(place: Path) -> Iterator[Notebook]:
    with notebook(place) as started:
        yield started


def code(slug: str) -> list[tuple[str, str]]:
    built = load_course().lesson(slug).notebook("en", solved=False)
    cells = json.loads(built.read_text(encoding="utf-8"))["cells"]
    return [(cell["id"], "".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]


def content(folder: Path) -> dict[str, object]:
    """What a folder holds: its files' bytes, its databases' rows."""
    held: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".db":
            with closing(sqlite3.connect(path)) as connection:
                held[name] = list(connection.iterdump())
        elif path.is_file() and "__pycache__" not in name and name != "README":
            lines = path.read_text(encoding="utf-8").splitlines()
            held[name] = [line for line in lines if not line.startswith("Create Date")]
    return held


def test_going_to_a_place_is_running_the_cells_before_it(tmp_path):
    """Files, rows and names are those that a learner has who ran every cell."""
    slug, name = "autogenerate", "rename_title"
    names = ["show", "new_lab", "shutil", "Path"]
    with notebook(tmp_path / "by_hand") as kernel:
        for cell, source in code(slug):
            if cell == name or source.startswith(f"# {name}") or cell == f"{name}-answer":
                break
            kernel.run(source, cell)
        expected = kernel.run(NAMES.format(names=names))
    with notebook(tmp_path / "gone_to") as kernel:
        kernel.run(OPEN.format(slug=slug))
        said = kernel.run(f'lesson.go_to("{name}")')
        assert "You're where 'Exercise 2 · `rename_title`' begins" in said
        assert kernel.run(NAMES.format(names=names)) == expected
        assert "products" in kernel.run("%sql SELECT name FROM sqlite_master")
    assert content(tmp_path / "gone_to" / stem(slug)) == content(tmp_path / "by_hand" / stem(slug))


@pytest.mark.parametrize("entry", load_course().lessons, ids=lambda entry: entry.slug)
def test_the_last_exercise_of_each_lesson_is_reached(kernel, entry):
    last = [place for place in lay_of(entry, "en").places if place.is_exercise][-1]
    kernel.run(OPEN.format(slug=entry.slug))
    said = kernel.run(f'lesson.go_to("{last.name}")')
    assert said.startswith("Go to\nYou're where")
    assert "Error" not in said
    assert not kernel.run(f'lesson.check("{last.name}")').startswith("✓")


def test_a_place_that_is_not_there_names_those_that_are(kernel):
    kernel.run(OPEN.format(slug="init"))
    said = kernel.run('lesson.go_to("set_ur")')
    assert "This lesson has no place 'set_ur'" in said
    assert "set_url           Exercise 1 · `set_url`" in said


def test_a_restart_is_no_end(kernel, place):
    every = code("autogenerate")
    last = [cell for cell, _ in every].index("product-rows")
    cells = every[: last + 1]
    for cell, source in cells:
        kernel.run(source, cell)
    folder = place / stem("autogenerate")
    before = content(folder)
    kernel.restart()
    said = kernel.run(cells[0][1])
    assert "You were in 'Change the model, generate, read, apply' at " in said
    assert "with 0 of 2 exercises passed. lesson.resume() takes you back there." in said
    assert content(folder) != before
    said = kernel.run("lesson.resume()")
    assert said.startswith("Back where you were\nYou're back in 'Change the model")
    assert "failed" not in said
    assert content(folder) == before
    assert "op.create_table('products'" in kernel.run("show('create products table')")
    assert "Notebook" in kernel.run("%sql SELECT name FROM products")
    assert not list((place / ".old").iterdir())
    # What was looked at last is known, too: since then the products have come.
    assert "rows added: 2" in kernel.run("lesson.changes()")
    # It is the same line of steps: what was done before the restart can be taken back.
    assert "rows lost: 2" in kernel.run("lesson.undo()")


def test_running_all_from_the_top_works_and_loses_nothing(kernel, place):
    cells = code("init")[:8]
    for _ in range(2):
        for cell, source in cells:
            said = kernel.run(source, cell)
            assert "Error" not in said
        (place / stem("init") / "mine.txt").write_text("mine", encoding="utf-8")
        kernel.restart()
    kernel.run(OPEN.format(slug="init"))
    assert len(list((place / ".old").glob("*/mine.txt"))) == 2


def test_what_a_killed_kernel_had_begun_is_gone_back_to(kernel, place):
    kernel.run(OPEN.format(slug="moving"))
    kernel.run("mark = 1")
    folder = place / stem("moving")
    kernel.client.execute(
        "import os, signal\nopen('half.txt', 'w').close()\nos.kill(os.getpid(), signal.SIGKILL)"
    )
    while not (folder / "half.txt").exists():
        pass
    (folder / "models.py").write_text("# by an editor, with no kernel\n", encoding="utf-8")
    kernel.restart()
    kernel.run(OPEN.format(slug="moving"))
    assert not (folder / "half.txt").exists()
    kernel.run("lesson.resume()")
    assert (folder / "half.txt").exists()
    assert (folder / "models.py").read_text(encoding="utf-8").startswith("# by an editor")
    assert kernel.run("mark") == "1\n"
    assert "It wasn't a cell that changed this" in kernel.run("lesson.undo()")


def test_a_folder_that_was_deleted_comes_back_too(kernel, place):
    kernel.run(OPEN.format(slug="moving"))
    kernel.run("mark = 1\nopen('notes.txt', 'w').close()")
    shutil.rmtree(place / stem("moving"))
    kernel.restart()
    kernel.run(OPEN.format(slug="moving"))
    kernel.run("lesson.resume()")
    assert kernel.run("mark") == "1\n"
    assert (place / stem("moving") / "notes.txt").exists()


def test_steps_that_cannot_be_read_are_none(kernel, place):
    kernel.run(OPEN.format(slug="moving"))
    kernel.run("open('notes.txt', 'w').close()")
    kernel.restart()
    kernel.run(OPEN.format(slug="moving"))
    [lines] = place.glob(".steps/.old/*/steps.jsonl")
    lines.write_text("no step", encoding="utf-8")
    assert "lesson.resume()" not in kernel.run(OPEN.format(slug="moving"))
    assert "haven't left anything unfinished" in kernel.run("lesson.resume()")


def test_taking_back_and_doing_again(kernel, place):
    kernel.run(OPEN.format(slug="moving"))
    kernel.run("!alembic downgrade -1")
    kernel.run("!alembic upgrade head")
    assert "→" in kernel.run("lesson.undo()")
    said = kernel.run("lesson.undo()")
    assert said.startswith("Taken back")
    assert "!alembic downgrade -1" in said
    assert "nothing to redo" not in kernel.run("lesson.redo()")
    assert kernel.run("lesson.redo()").startswith("Redone")
    assert "nothing to redo" in kernel.run("lesson.redo()")
    for _ in range(2):
        kernel.run("lesson.undo()")
    assert "There's nothing to take back" in kernel.run("lesson.undo()")


def test_a_revision_that_was_made_twice_is_noticed_and_taken_back(kernel, place):
    kernel.run(OPEN.format(slug="moving"))
    make = '!alembic revision -m "add a column"'
    assert "Note" not in kernel.run(make)
    said = kernel.run(make)
    assert "so now there's a second revision (migrations/versions/" in said
    assert said.endswith("lesson.undo()\n")
    kernel.run("lesson.undo()")
    assert len(list(place.rglob("*_add_a_column.py"))) == 1
    assert "second revision" in kernel.run(make)
    kernel.run("lesson.undo()")
    kernel.run("lesson.undo()")
    assert "Note" not in kernel.run(make)


def test_undo_of_a_locked_database_says_so(kernel, place):
    kernel.run(OPEN.format(slug="moving"))
    kernel.run("!alembic downgrade -1")
    database = place / stem("moving") / "shop.db"
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert "locked" in kernel.run("lesson.undo()")
    assert kernel.run("lesson.undo()").startswith("Taken back")


def test_undo_mends_what_cannot_be_read(kernel, place):
    kernel.run(OPEN.format(slug="moving"))
    kernel.run("open('shop.db', 'wb').write(b'no database at all, and never was one')")
    assert "not an SQLite file" in kernel.run("lesson.schema()")
    said = kernel.run("lesson.undo()")
    assert "shop.db" in said
    assert "users" in kernel.run("lesson.schema()")


def test_undo_says_of_what_is_too_large_that_it_keeps_no_copy(kernel, place):
    kernel.run(OPEN.format(slug="moving"))
    kernel.run("with open('large.db', 'wb') as file:\n    file.truncate(200 * 2**20)")
    kernel.run("open('notes.txt', 'w').close()\nopen('large.db', 'ab').write(b'x')")
    said = kernel.run("lesson.undo()")
    assert "No copy is kept of large.db, because it's too large." in said
    assert not (place / stem("moving") / "notes.txt").exists()
    assert sum(path.stat().st_size for path in (place / ".steps").rglob("*")) < 10 * 2**20


FULL = """
from course.project.checkpoint import Checkpoints
take = Checkpoints.take
def full(self):
    raise OSError(28, "No space left on device", str(self.store))
Checkpoints.take = full
"""


def test_on_a_full_disk_cells_go_on_and_it_is_said_once(kernel, place):
    kernel.run(OPEN.format(slug="moving"))
    assert "can't take this step back" in kernel.run(FULL)
    assert kernel.run("1 + 1") == "2\n"
    assert "No space left" in kernel.run("lesson.undo()")
    assert "The disk is full" in kernel.run('lesson.go_to("repair_stamp")')
    assert kernel.run("Checkpoints.take = take") == ""
    kernel.run("open('notes.txt', 'w').close()")
    assert "new file" not in kernel.run("lesson.undo()")
    assert not (place / stem("moving") / "notes.txt").exists()


def test_a_cell_that_awaits_is_run_on_the_way(kernel):
    kernel.run(OPEN.format(slug="async"))
    assert "where 'Remember' begins" in kernel.run('lesson.go_to("remember")')


def test_going_on_solves_what_was_not_done_and_undo_brings_the_own_work_back(kernel, place):
    """Also after a file was left broken, which no later cell could live with."""
    slug = "manual_revision"
    name = load_course().lesson(slug).exercises[0]
    kernel.run(OPEN.format(slug=slug))
    kernel.run(f'lesson.go_to("{name}")')
    versions = place / stem(slug) / "migrations" / "versions"
    applied = min(versions.glob("*.py"))
    whole = applied.read_text(encoding="utf-8")
    applied.write_text("def upgrade(:\n", encoding="utf-8")
    kernel.run("# nothing yet", f"{name}-answer")
    assert not kernel.run(f'lesson.check("{name}")').startswith("✓")

    said = kernel.run(f'lesson.go_on("{name}")')
    assert said.startswith("Go on\n`add_orders` isn't done yet, so its solution was run for you.")
    assert "alembic upgrade head" in said
    assert applied.read_text(encoding="utf-8") == whole
    assert kernel.run(f'lesson.check("{name}")').startswith("✓")
    assert "You go on with what you made." in kernel.run(f'lesson.go_on("{name}")')

    kernel.run("lesson.undo()")
    assert applied.read_text(encoding="utf-8") == "def upgrade(:\n"
