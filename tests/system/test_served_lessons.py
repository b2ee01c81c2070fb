"""A lesson with a server as learners have it: on a server of their own, and interrupted."""

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from jupyter_core.utils import ensure_event_loop

from course.author.compose import targets
from course.author.execute import execute, write_apart
from course.author.notebook import code_cells, read
from course.author.source import read_lesson
from course.contents import load_course
from course.lesson import serving
from course.server.binaries import find_binaries
from course.server.server import start_server
from tests.kernels import Notebook, notebook

pytestmark = pytest.mark.system

COURSE = load_course()
LESSON = "postgresql"
INDEX = """
revision = "a1a1a1a1a1a1"
down_revision = "c57a91d3e840"

from alembic import op


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index("ix_orders_status", "orders", ["status"], postgresql_concurrently=True)


def downgrade() -> None:
    op.drop_index("ix_orders_status", table_name="orders")
"""
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('ix_orders_status')"
WAITING = "SELECT FROM pg_stat_activity WHERE query ~ '^CREATE INDEX' AND wait_event_type = 'Lock'"


@pytest.fixture(scope="module")
def own() -> Iterator[str]:
    """The URL of a server of the learner's: one of the programs that the system has."""
    binaries = find_binaries(wheel=False)
    assert binaries is not None, "the system has no PostgreSQL"
    server = start_server(binaries)
    yield server.address.url("postgres").render_as_string(hide_password=False)
    server.close()


def test_a_learners_own_server_says_the_same_in_every_cell(own, tmp_path, monkeypatch):
    monkeypatch.setenv(serving.URL, own)
    made = targets(COURSE, read_lesson(COURSE, COURSE.lesson(LESSON)))
    write_apart(made, tmp_path / "notebooks")
    [target] = [one for one in made if one.solved and one.lang == "en"]
    execute(target.notebook, tmp_path, target.name, target.meant_to_fail, tmp_path / "notebooks")
    first, *cells = code_cells(target.notebook)
    committed = code_cells(read(target.path))[1:]
    assert "the server of DATABASE_URL" in first["outputs"][0]["text"]
    for ours, theirs in zip(cells, committed, strict=True):
        assert (ours["id"], ours["outputs"]) == (theirs["id"], theirs["outputs"])


@pytest.fixture
def kernel(own, tmp_path, monkeypatch) -> Iterator[Notebook]:
    """A kernel with a lesson open on the learner's own server."""
    monkeypatch.setenv(serving.URL, own)
    with notebook(tmp_path / "workspace") as started:
        started.run("from course import open_lesson")
        said = started.run(f'lesson = open_lesson("{LESSON}", "en")')
        assert "DATABASE_URL" in said
        yield started


def test_an_index_that_was_interrupted_is_invalid_and_no_trap(own, kernel):
    database = own.replace("+psycopg", "").replace("/postgres?", "/course_shop?")
    path = "migrations/versions/a1a1a1a1a1a1_index.py"
    kernel.run(f"open({path!r}, 'w').write({INDEX!r})")
    with psycopg.connect(database) as idle:
        idle.execute("UPDATE orders SET status = status")
        stopping = threading.Thread(target=interrupt_when_it_waits, args=(kernel, database))
        stopping.start()
        kernel.run("!alembic upgrade head")
        stopping.join()
    assert asked(database, VALID) == [(False,)]
    said = kernel.run("!alembic upgrade head")
    assert 'relation "ix_orders_status" already exists' in said
    kernel.run("_ = lesson.undo()")
    assert asked(database, VALID) == []
    kernel.run("!alembic upgrade head")
    assert asked(database, VALID) == [(True,)]


def interrupt_when_it_waits(kernel: Notebook, database: str) -> None:
    while not asked(database, WAITING):
        time.sleep(0.1)
    kernel.manager.interrupt_kernel()
    # jupyter_client leaves the loop of this thread open.
    ensure_event_loop().close()


def asked(database: str, query: str) -> list[tuple]:
    with psycopg.connect(database, autocommit=True) as connection:
        return connection.execute(query).fetchall()
