"""What an error means: each one really caused, by the Alembic, SQLAlchemy and Python installed."""

import sqlite3
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from course.project.error_patterns import PATTERNS
from course.project.errors import ProjectError, one_line
from course.project.meanings import meaning, recognised
from course.project.project import Project
from course.project.trial import Command, trial
from tests.small_project import add_revision, make_project

pytestmark = pytest.mark.slow

TABLE = (
    'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), '
    'sa.Column("a", sa.Integer, sa.CheckConstraint("a > 0", name="ck"), nullable=False), '
    'sa.Column("u", sa.Integer, unique=True)); op.execute("INSERT INTO t VALUES (1, 1, 1)")'
)
UP: Command = "upgrade head"
Cause = Callable[[Path], Command]


def up(code: str) -> Cause:
    """A revision with the code, behind one that makes the table `t` with a row."""

    def make(folder: Path) -> Command:
        add_revision(folder, "a1", None, TABLE)
        add_revision(folder, "b2", "a1", code)
        return UP

    return make


def edited(path: str, old: str, new: str, then: Command = UP) -> Cause:
    """A file of the project with another text."""

    def make(folder: Path) -> Command:
        add_revision(folder, "a1")
        text = (folder / path).read_text(encoding="utf-8")
        assert old in text
        (folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")
        return then

    return make


def revision(old: str, new: str, *more: tuple[str, str]) -> Cause:
    def make(folder: Path) -> Command:
        file = add_revision(folder, "a1")
        text = file.read_text(encoding="utf-8")
        for before, after in ((old, new), *more):
            assert before in text
            text = text.replace(before, after, 1)
        file.write_text(text, encoding="utf-8")
        return UP

    return make


def env(first: str) -> Cause:
    return edited("migrations/env.py", "url = ", f"{first}\nurl = ")


def url(text: str) -> Cause:
    return edited("alembic.ini", "sqlite:///app.db", text)


def metadata(text: str, then: Command = "check") -> Cause:
    return edited(
        "migrations/env.py", "connection, target_metadata=None", f"connection, {text}", then
    )


def two_heads(folder: Path) -> Command:
    add_revision(folder, "a1")
    add_revision(folder, "b2")
    return UP


def unknown_revision(folder: Path) -> Command:
    add_revision(folder, "a1")
    return "upgrade nope"


def gap(folder: Path) -> Command:
    add_revision(folder, "a1", "abc123")
    return UP


def merged_and_one_down(folder: Path) -> Command:
    add_revision(folder, "a1")
    add_revision(folder, "b2")
    lines = ("alembic merge heads -m x", "alembic upgrade head", "alembic downgrade -1")
    return ("shell", *lines)


def offline_downgrade(folder: Path) -> Command:
    add_revision(folder, "a1")
    return ("shell", "alembic downgrade base --sql")


def downgrade_to_what_is_above(folder: Path) -> Command:
    add_revision(folder, "a1")
    add_revision(folder, "b2", "a1")
    return ("shell", "alembic upgrade a1", "alembic downgrade b2")


def too_far_down(folder: Path) -> Command:
    add_revision(folder, "a1")
    return ("shell", "alembic upgrade head", "alembic downgrade -2")


def in_another_encoding(folder: Path) -> Command:
    (folder / "alembic.ini").write_bytes("# 상점\n[alembic]\n".encode("cp949"))
    return UP


PASS = "    pass"
LOOP = """import asyncio
async def inner():
    pass
async def outer():
    coroutine = inner()
    try:
        asyncio.run(coroutine)
    finally:
        coroutine.close()
asyncio.run(outer())"""
TMP = 'op.execute("CREATE TABLE _alembic_tmp_t (id INTEGER)")'
AUTOGENERATE = ("shell", "alembic revision --autogenerate -m x")

CAUSES: list[tuple[str, Cause]] = [
    ("two_heads", two_heads),
    ("unknown_revision", unknown_revision),
    (
        "not_up_to_date",
        metadata("target_metadata=__import__('sqlalchemy').MetaData()", AUTOGENERATE),
    ),
    ("no_script_location", edited("alembic.ini", "script_location = %(here)s/migrations", "")),
    ("percent", url("sqlite:///a%b.db")),
    ("no_sqlalchemy", revision("import sqlalchemy as sa\n", "", (PASS, "    sa.Integer"))),
    ("no_op", revision("from alembic import op\n", "", (PASS, "    op.execute('x')"))),
    ("no_name", revision(PASS, "    text('x')")),
    ("no_module", env("import no_such_shop")),
    ("not_in_module", env("from sqlalchemy import Colum")),
    ("indentation", revision(PASS, "  x = 1\n    pass")),
    ("indentation", revision(PASS, "    x = 1\n\tpass")),
    ("indentation", revision(PASS, "pass")),
    ("syntax", revision("upgrade():", "upgrade()")),
    ("syntax", revision(PASS, "    op.execute('x'")),
    ("no_operation", up('op.create_tabel("x")')),
    ("no_attribute", up("sa.Integr")),
    ("no_metadata", metadata("target_metadata=object")),
    ("unknown_argument", up('op.add_column("t", sa.Column("b", sa.Integer), nullble=True)')),
    ("unknown_argument", up('op.add_column("t", sa.Column("b", sa.Integer, nulable=True))')),
    ("missing_argument", up('op.create_index("ix", "t")')),
    ("too_many_arguments", up('op.add_column("t", "b", sa.Integer, True)')),
    (
        "too_many_arguments",
        up('with op.batch_alter_table("t") as b: b.drop_column("t", "a", "b", schema="x")'),
    ),
    (
        "view_of_table",
        up(
            'op.execute("CREATE VIEW v AS SELECT a FROM t")\n'
            '    with op.batch_alter_table("t") as b: b.alter_column("a", nullable=True)'
        ),
    ),
    ("not_a_column", up('op.add_column(sa.Column("b", sa.Integer), "t")')),
    ("not_a_column", up('op.add_column("t", "b")')),
    ("list_for_name", up('op.create_index("ix_t_a", ["a"], "t")')),
    (
        "value_for_sql",
        up('op.add_column("t", sa.Column("b", sa.Boolean, server_default=True))'),
    ),
    (
        "not_in_batch",
        up(
            'with op.batch_alter_table("t") as t:\n        t.alter_column("c", new_column_name="d")'
        ),
    ),
    ("not_null_added", up('op.add_column("t", sa.Column("b", sa.Integer, nullable=False))')),
    (
        "default_computed",
        up('op.add_column("t", sa.Column("b", sa.DateTime, server_default=sa.func.now()))'),
    ),
    ("not_null", up('op.execute("INSERT INTO t (id) VALUES (7)")')),
    ("unique", up('op.execute("INSERT INTO t VALUES (8, 1, 1)")')),
    ("check", up('op.execute("INSERT INTO t VALUES (8, -1, 8)")')),
    (
        "foreign_key",
        up(
            'op.execute("CREATE TABLE c (id INTEGER REFERENCES t(id))"); '
            'op.execute("PRAGMA foreign_keys = ON"); op.execute("INSERT INTO c VALUES (9)")'
        ),
    ),
    ("no_table", up('op.add_column("nope", sa.Column("b", sa.Integer))')),
    ("no_table", up('op.create_index("t", "ix_t_a", ["a"])')),
    ("no_column", up('op.alter_column("t", "nope", new_column_name="x")')),
    ("no_column", up('op.execute("UPDATE t SET nope = 1")')),
    ("no_index", up('op.drop_index("nope", table_name="t")')),
    ("column_exists", up('op.add_column("t", sa.Column("a", sa.Integer))')),
    (
        "leftover_exists",
        up(f'{TMP}\n    with op.batch_alter_table("t") as b: b.alter_column("a", nullable=True)'),
    ),
    ("table_exists", up(TABLE)),
    ("index_exists", up('op.create_index("i", "t", ["a"]); op.create_index("i", "t", ["a"])')),
    ("no_alter_column", up('op.alter_column("t", "a", nullable=True)')),
    ("sql_syntax", up('op.execute("UPDAT t")')),
    ("sql_syntax", up('op.create_table(sa.Column("id", sa.Integer), "x")')),
    ("no_alter", up('op.create_unique_constraint("u", "t", ["a"])')),
    ("no_alter", up('op.drop_constraint("u", "t")')),
    (
        "no_constraint_name",
        up('with op.batch_alter_table("t") as b: b.create_unique_constraint(None, ["a"])'),
    ),
    ("no_constraint", up('with op.batch_alter_table("t") as b: b.drop_constraint("nope")')),
    ("several_statements", up('op.execute("SELECT 1; SELECT 2")')),
    ("sqlite_url", url("sqlite://app.db")),
    ("url", url("app.db")),
    ("url", url('"sqlite:///app.db"')),
    ("async_driver", url("sqlite+aiosqlite:///app.db")),
    (
        "sync_driver",
        env("from sqlalchemy.ext.asyncio import create_async_engine as c\nc('sqlite://')"),
    ),
    ("running_loop", env(LOOP)),
    ("gap", gap),
    ("ambiguous_walk", merged_and_one_down),
    ("offline_range", offline_downgrade),
    ("not_below", downgrade_to_what_is_above),
    ("too_far", too_far_down),
    ("bind", up('op.execute("UPDATE t SET a = :noon")')),
    ("encoding", in_another_encoding),
]


@pytest.mark.parametrize(
    ("key", "cause"), CAUSES, ids=[f"{key}-{number}" for number, (key, _) in enumerate(CAUSES)]
)
def test_an_error_of_a_project_is_known(tmp_path, key, cause):
    project = make_project(tmp_path / "project")
    command = cause(project)
    said = said_by(project, command)
    assert (recognised(said) or ("nothing", {}))[0] == key, said
    assert "/tmp" not in said
    assert str(tmp_path) not in said


def said_by(folder: Path, command: Command) -> str:
    try:
        with trial(Project(folder), command) as [step]:
            return step.error or "nothing"
    except ProjectError as reason:
        return str(reason.values.get("said", reason.key))


def no_dialect() -> object:
    return sa.create_engine("postgres://me@localhost/shop")


def not_opened() -> object:
    return sqlite3.connect("no-such-folder/shop.db")


def nameless_drop() -> object:
    table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer, unique=True))
    constraint = next(one for one in table.constraints if isinstance(one, sa.UniqueConstraint))
    return str(sa.schema.DropConstraint(constraint).compile(dialect=postgresql.dialect()))


def locked(folder: Path) -> object:
    file = folder / "shop.db"
    with closing(sqlite3.connect(file)) as one, closing(sqlite3.connect(file, timeout=0)) as other:
        one.execute("BEGIN EXCLUSIVE")
        return other.execute("CREATE TABLE t (id)")


@pytest.mark.parametrize("key", ["no_dialect", "not_opened", "locked", "nameless_drop"])
def test_an_error_of_a_connection_is_known(tmp_path, key):
    causes = {
        "no_dialect": no_dialect,
        "not_opened": not_opened,
        "locked": lambda: locked(tmp_path),
        "nameless_drop": nameless_drop,
    }
    with pytest.raises((sqlite3.Error, sa.exc.SQLAlchemyError)) as raised:
        causes[key]()
    assert (recognised(one_line(raised.value)) or ("nothing", {}))[0] == key


def test_autogenerate_without_metadata_is_known(tmp_path):
    project = make_project(tmp_path / "project")
    said = said_by(project, AUTOGENERATE)
    assert (recognised(said) or ("nothing", {}))[0] == "no_models", said


def test_one_id_in_two_files_is_known(tmp_path):
    project = make_project(tmp_path / "project")
    text = add_revision(project, "a1").read_text(encoding="utf-8")
    (project / "migrations" / "versions" / "other.py").write_text(text, encoding="utf-8")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        list(Project(project).scripts().walk_revisions())
    said = [str(one.message) for one in caught if "more than once" in str(one.message)]
    assert [recognised(one) for one in said] == [("twice", {"revision": "a1"})]


def test_every_meaning_has_a_cause():
    caused = {key for key, _ in CAUSES}
    others = {"no_dialect", "not_opened", "locked", "no_models", "twice", "nameless_drop"}
    assert set(PATTERNS) == caused | others


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_what_is_named_is_said(lang):
    assert "`shop`" in meaning("ModuleNotFoundError: No module named 'shop'", lang)
    assert meaning("ValueError: something else", lang) == ""


def test_the_path_of_a_module_is_not_said():
    error = ImportError("cannot import name 'Bases' from 'models' (/tmp/course-1/models.py)")
    assert one_line(error) == "ImportError: cannot import name 'Bases' from 'models'"
    windows = ImportError(r"cannot import name 'x' from 'models' (C:\Temp\models.py)")
    assert one_line(windows) == "ImportError: cannot import name 'x' from 'models'"
