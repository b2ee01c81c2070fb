"""What `%sql` has open keeps up with the file: made again, changed or deleted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kernels import Notebook, notebook

OPEN = """%load_ext sql
from course import open_lesson
lesson = open_lesson("rollback", lang="en")"""
MAKE = """import sqlite3
from contextlib import closing
from pathlib import Path
def make(columns):
    Path("t.db").unlink(missing_ok=True)
    with closing(sqlite3.connect("t.db")) as connection:
        connection.execute(f"CREATE TABLE t ({columns})")"""


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Notebook]:
    with notebook(tmp_path / "workspace") as started:
        started.run(OPEN)
        started.run(MAKE)
        started.run('make("old")')
        started.run("%sql sqlite:///t.db")
        yield started


def test_a_file_made_again_is_written_to(kernel):
    assert "Error" not in kernel.run("%sql INSERT INTO t VALUES (1)")
    kernel.run('make("old")')
    assert "Error" not in kernel.run("%sql INSERT INTO t VALUES (2)")
    assert kernel.run('print(sqlite3.connect("t.db").execute("SELECT old FROM t").fetchall())') == (
        "[(2,)]\n"
    )


def test_a_column_that_another_added_can_be_dropped(kernel):
    kernel.run("%sql SELECT * FROM t")
    kernel.run(
        'with closing(sqlite3.connect("t.db")) as other: other.execute("ALTER TABLE t ADD new")'
    )
    assert "Error" not in kernel.run("%sql ALTER TABLE t DROP COLUMN new")


def test_a_file_that_is_gone_is_not_made(kernel):
    kernel.run('Path("t.db").unlink()')
    kernel.run("1")
    assert kernel.run('print(Path("t.db").exists())') == "False\n"
