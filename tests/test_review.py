"""`review`: each rule finds what breaks it and nothing else, and the project stays as it is.

tests/review_projects has, for each rule, what makes the project of `common` break the rule, and
what is as near to that as it can be and keeps it.
"""

import json
import re
import shutil
import string
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from course.command import run as main
from course.command.language import languages
from course.contents import ROOT, load_course
from course.lesson.start import fill, start_files
from course.project.errors import ProjectError
from course.project.project import Project
from course.review import RULES, findings, review
from course.review.report import WORDS, mend, what, why
from course.review.run import STEPS

PROJECTS = ROOT / "tests" / "review_projects"
SECOND = "migrations/versions/0002_second.py"
BREAKS = {
    "empty_downgrade": (SECOND, "def downgrade"),
    "unnamed_constraint": (SECOND, "sa.ForeignKey("),
    "required_column": (SECOND, "op.add_column"),
    "schema_and_data": (SECOND, "op.execute"),
    "rename_as_drop_and_add": (SECOND, 'op.drop_column("users", "name")'),
    "models_in_revision": (SECOND, "from models import User"),
    "empty_message": (SECOND, "update table 2"),
    "several_heads": ("migrations/versions/0003_third.py", "revision ="),
    "models_not_imported": ("orders.py", "class Order"),
    "create_all": ("app.py", "create_all"),
    "password_in_settings": ("alembic.ini", "sqlalchemy.url"),
    "left_behind": (SECOND, "def downgrade"),
    "round_trip": (SECOND, "def downgrade"),
}
TRIP_RULES = ("left_behind", "round_trip")
BROKEN_ON_PURPOSE = {"safe_downgrade": {"empty_downgrade"}}
"""Lessons whose start breaks rules, because the lesson is about finding it."""


@pytest.fixture(autouse=True)
def english(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES", "COURSE_LANG", "DATABASE_URL", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    # The command sets it for its process.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)


@pytest.fixture
def make(tmp_path):
    """Make a project: `common`, changed by what a rule has for it."""

    def make_it(*parts: str) -> Path:
        folder = tmp_path / "project"
        shutil.copytree(PROJECTS / "common", folder)
        if parts:
            shutil.copytree(PROJECTS.joinpath(*parts), folder, dirs_exist_ok=True)
        return folder

    return make_it


@pytest.fixture
def found_in(make):
    """Give the rules that a second revision breaks, made of an upgrade and a way back."""

    def find(up: str, back: str = "op.nothing()", top: str = "") -> list[str]:
        folder = make()
        write_revision(folder / SECOND, "0002", "0001", up, back, top)
        return [one.rule for one in findings(Project(folder))]

    return find


def write_revision(file: Path, id: str, down: object, up: str, back: str, top: str = "") -> None:
    body = textwrap.indent(textwrap.dedent(up).strip(), "    ")
    way_back = textwrap.indent(textwrap.dedent(back).strip(), "    ")
    head = (
        f'"""add something to users of {id}"""\nimport sqlalchemy as sa\nfrom alembic import op\n'
    )
    ids = f"revision = {id!r}\ndown_revision = {down!r}\n"
    text = f"{head}{textwrap.dedent(top)}\n{ids}\ndef upgrade():\n{body}\n\n"
    file.write_text(f"{text}def downgrade():\n{way_back}\n", encoding="utf-8")


def line_of(file: Path, text: str) -> int:
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


# --- the rules ---


def test_each_rule_has_its_projects_and_words():
    assert {*RULES, *TRIP_RULES} == set(BREAKS)
    assert {path.name for path in PROJECTS.iterdir()} == {"common", *BREAKS}
    for rule in BREAKS:
        for lang in languages():
            assert why(rule, lang) and mend(rule, lang)


@pytest.mark.parametrize("rule", RULES)
def test_what_breaks_a_rule_is_found_there_and_nothing_else(make, rule):
    folder = make(rule, "breaks")
    file, text = BREAKS[rule]
    [found] = findings(Project(folder))
    assert (found.rule, found.file, found.line) == (rule, file, line_of(folder / file, text))
    for lang in languages():
        assert "{" not in what(found, lang)


@pytest.mark.parametrize("rule", RULES)
def test_what_keeps_a_rule_is_not_found(make, rule):
    assert findings(Project(make(rule, "keeps"))) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_is_switched_off_is_missed(make, monkeypatch, rule):
    """No other rule stands in for it: without it, the test above fails."""
    monkeypatch.setitem(RULES, rule, lambda reading: iter(()))
    assert findings(Project(make(rule, "breaks"))) == []


@pytest.mark.parametrize("rule", TRIP_RULES)
def test_what_only_migrating_finds(make, rule):
    folder = make(rule, "breaks")
    before = content(folder)
    made = review(Project(folder), migrate=True)
    [found] = made.findings
    file, text = BREAKS[rule]
    assert (found.rule, found.file, found.line) == (rule, file, line_of(folder / file, text))
    assert (made.migrated, made.notes) == (True, [])
    assert review(Project(folder), migrate=False).findings == []
    assert content(folder) == before
    for lang in languages():
        assert "0002" in what(found, lang) or "notes" in what(found, lang)


def test_a_rule_can_be_asked_for_alone(make):
    project = Project(make("create_all", "breaks"))
    assert findings(project, "empty_downgrade", "several_heads") == []
    assert [one.rule for one in findings(project, "create_all")] == ["create_all"]
    with pytest.raises(KeyError):
        findings(project, "no_such_rule")


def test_an_empty_downgrade_is_told_once(make):
    made = review(Project(make("empty_downgrade", "breaks")), migrate=True)
    assert [one.rule for one in made.findings] == ["empty_downgrade"]


@pytest.mark.parametrize(
    ("up", "back", "rules"),
    [
        ("op.execute('DELETE FROM users')", "pass", ["empty_downgrade"]),
        ("op.drop_table('users')", '"""Downgrade schema."""\nreturn None', ["empty_downgrade"]),
        ("op.drop_table('users')", "...", ["empty_downgrade"]),
        ("op.drop_table('users')", "raise NotImplementedError('the rows are gone')", []),
        ("op.execute('UPDATE users SET name = 1')", '"""Downgrade schema."""', ["empty_downgrade"]),
        ("op.execute('UPDATE users SET name = 1')", '"""The names are equal before."""', []),
        ("op.execute('DELETE FROM users WHERE name = 1')", '"""Doubles stay merged."""', []),
        ("op.execute('INSERT INTO users VALUES (1)')", '"""Stays."""', ["empty_downgrade"]),
        ("pass", "pass", []),
    ],
)
def test_empty_downgrades(found_in, up, back, rules):
    assert found_in(up, back) == rules


def test_the_downgrade_of_each_database_of_a_multidb_project(make):
    folder = make()
    text = (PROJECTS / "empty_downgrade" / "breaks" / SECOND).read_text()
    for name in ("upgrade", "downgrade"):
        text = text.replace(f"def {name}()", f"{DISPATCH.format(name=name)}\n\ndef {name}_shop()")
    (folder / SECOND).write_text(text)
    [found] = findings(Project(folder))
    assert (found.rule, found.values["function"]) == ("empty_downgrade", "downgrade_shop")


DISPATCH = """def {name}(engine_name):
    globals()[f"{name}_{{engine_name}}"]()
"""


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("op.create_foreign_key(None, 'a', 'b', ['x'], ['y'])", 1),
        ("op.create_foreign_key('fk_a_x', 'a', 'b', ['x'], ['y'])", 0),
        ("op.create_unique_constraint(None, 'users', ['name'])", 1),
        ("op.create_unique_constraint(op.f('uq'), 'users', ['name'])", 0),
        ("op.create_check_constraint(constraint_name=None, table_name='a', condition='x')", 1),
        ("op.drop_constraint(None, 'users', type_='unique')", 1),
        ("op.create_table('a', sa.Column('x', sa.Integer, unique=True))", 1),
        ("op.create_table('a', sa.Column('x', sa.Integer, unique=True, index=True))", 0),
        ("op.create_table('a', sa.ForeignKeyConstraint(['x'], ['b.y']))", 1),
        ("op.create_table('a', sa.ForeignKeyConstraint(['x'], ['b.y'], 'fk_a_x'))", 0),
        ("op.create_table('a', sa.UniqueConstraint('x', 'y'), sa.PrimaryKeyConstraint('x'))", 1),
        ("op.create_table('a', sa.CheckConstraint('x > 0'), sa.CheckConstraint('y', 'ck'))", 1),
        ("op.create_table('a', sa.Column('x', sa.ForeignKey('b.y', name='fk_a_x')))", 0),
        ("op.add_column('a', sa.Column('x', sa.Integer, sa.ForeignKey('b.y'), unique=True))", 2),
        ("with op.batch_alter_table('a') as b: b.create_unique_constraint(None, ['x'])", 1),
        ("with op.batch_alter_table('a') as b: b.create_check_constraint('ck', 'x > 0')", 0),
    ],
)
def test_constraints_without_a_name(make, call, found):
    folder = make("unnamed_constraint", "breaks")
    write_revision(folder / SECOND, "0002", "0001", call, "op.nothing()")
    assert [one.rule for one in findings(Project(folder))] == ["unnamed_constraint"] * found


@pytest.mark.parametrize(
    ("base", "rules"),
    [
        ("M = MetaData(naming_convention={'fk': 'x'})", []),
        ("M = MetaData(naming_convention=dict(fk='x'))", []),
        ("M = MetaData()\nM.naming_convention = {ForeignKeyConstraint: 'x'}", []),
        ("import names\nM = MetaData(naming_convention=names.CONVENTION)", []),
        ("M = MetaData(naming_convention=made_elsewhere())", []),
        ("M = MetaData(naming_convention={'uq': 'x'})", ["unnamed_constraint"]),
        ("M = MetaData(naming_convention={'fk': '%(constraint_name)s'})", ["unnamed_constraint"]),
        ("M = MetaData()", ["unnamed_constraint"]),
    ],
)
def test_the_naming_convention_is_that_of_the_target_metadata(make, base, rules):
    folder = make("unnamed_constraint", "breaks")
    (folder / "names.py").write_text("CONVENTION = {'fk': 'x'}\n")
    edit(folder / "base.py", "    pass", "    metadata = M")
    edit(folder / "base.py", "\n\nclass", f"\n{base}\n\nclass")
    assert [one.rule for one in findings(Project(folder))] == rules


def test_sqlmodel_has_no_convention_and_another_package_may(make):
    folder = make("unnamed_constraint", "breaks")
    for package, found in (("sqlmodel", 1), ("elsewhere", 0)):
        (folder / "models.py").write_text(f"from {package} import Base\n")
        assert len(findings(Project(folder), "unnamed_constraint")) == found


def test_a_convention_that_env_does_not_hand_over_names_nothing(make):
    folder = make("unnamed_constraint", "keeps")
    edit(folder / "migrations" / "env.py", "target_metadata=Base.metadata", "target_metadata=None")
    assert [one.rule for one in findings(Project(folder), "unnamed_constraint")] == [
        "unnamed_constraint"
    ]


@pytest.mark.parametrize(
    ("column", "found"),
    [
        ("sa.Column('x', sa.Integer, nullable=False)", 1),
        ("sa.Column('x', sa.Integer, nullable=False, default=1)", 1),
        ("sa.Column('x', sa.Integer, nullable=False, server_default=None)", 1),
        ("sa.Column('x', sa.Integer, nullable=False, server_default='1')", 0),
        ("sa.Column('x', sa.Integer, sa.Computed('y + 1'), nullable=False)", 0),
        ("sa.Column('x', sa.Integer, sa.Identity(), nullable=False)", 0),
        ("sa.Column('x', sa.Integer)", 0),
    ],
)
@pytest.mark.parametrize(
    "way",
    [
        "op.add_column('users', {})",
        "with op.batch_alter_table('users') as batch: batch.add_column({})",
        "column = {}\nop.add_column('users', column)",
        "def add(op, one):\n    op.add_column('users', one)\nadd(op, {})",
        "for table in ('users', 'orders'): op.add_column(table, {})",
    ],
)
def test_required_columns(found_in, way, column, found):
    assert found_in(way.format(column)) == ["required_column"] * found


@pytest.mark.parametrize(
    "way",
    [
        "op.add_column('notes', sa.Column('x', sa.Text, nullable=False))",
        "for one in ('notes',): op.add_column(one, sa.Column('x', sa.Text, nullable=False))",
    ],
)
def test_a_required_column_on_a_table_of_the_same_revision_is_fine(found_in, way):
    made = "op.create_table('notes', sa.Column('id', sa.Integer))\n"
    assert found_in(f"{made}{way}") == []


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("op.execute('UPDATE users SET name = 1')", 1),
        ("op.execute(sa.text('-- all\\n  insert into users values (1)'))", 1),
        ("op.execute(f'DELETE FROM users WHERE id = {1}')", 1),
        ("op.get_bind().execute(sa.update(users).values(name='x'))", 1),
        ("op.execute(users.update().where(users.c.id == 1).values(name='x'))", 1),
        ("op.bulk_insert(users, [{'name': 'x'}])", 1),
        ("statement = sa.delete(users)\nop.execute(statement)", 1),
        ("fill()", 1),
        ("with Session(op.get_bind()) as session: session.add_all([1])", 1),
        ("op.execute('WITH a AS (SELECT 1) UPDATE users SET name = 1')", 1),
        ("query = 'UPDATE users'\nquery = query + ' SET name = 1'\nop.execute(query)", 1),
        ("first = second.x()\nsecond = first.y()\nop.execute(first)", 0),
        ("op.execute('INSERT INTO notes VALUES (1)')", 0),
        ("op.bulk_insert(notes, [{'id': 1}])", 0),
        ("op.execute('CREATE INDEX ix ON users (name)')", 0),
        ("op.execute('SELECT 1')", 0),
        ("op.execute('PRAGMA foreign_keys=OFF')", 0),
        ("op.execute('CREATE TRIGGER t AFTER INSERT ON users BEGIN SELECT 1; END')", 0),
    ],
)
def test_schema_and_data_in_one_revision(found_in, data, found):
    up = "notes = op.create_table('notes', sa.Column('id', sa.Integer))\n"
    top = """
    from sqlalchemy.orm import Session
    users = sa.table("users", sa.column("id"), sa.column("name"))

    def fill():
        op.execute("UPDATE users SET name = ''")
    """
    assert found_in(up + data, top=top) == ["schema_and_data"] * found


def test_data_alone_is_fine(found_in):
    assert found_in("op.execute('UPDATE users SET name = 1')") == []


@pytest.mark.parametrize(
    ("up", "found"),
    [
        ("op.add_column('users', sa.Column('title', {}))\nop.drop_column('users', 'name')", 1),
        ("op.drop_column('users', 'name')\nop.add_column('users', sa.Column('title', {}))", 1),
        (
            "with op.batch_alter_table('users') as b:\n"
            "    b.add_column(sa.Column('title', {}))\n    b.drop_column('name')",
            1,
        ),
        ("op.add_column('users', sa.Column('title', {}))\nop.drop_column('users', 'id')", 0),
        ("op.add_column('users', sa.Column('title', sa.Text))\nop.drop_column('users', 'name')", 0),
        ("op.add_column('notes', sa.Column('title', {}))\nop.drop_column('users', 'name')", 0),
        (
            "op.add_column('users', sa.Column('title', {}))\n"
            "op.execute('UPDATE users SET title = name')\nop.drop_column('users', 'name')",
            0,
        ),
        (
            "op.drop_table('users')\nop.create_table('people', "
            "sa.Column('id', sa.Integer), sa.Column('name', {}))",
            1,
        ),
        (
            "op.create_table('people', sa.Column('id', sa.Integer), sa.Column('name', {}))\n"
            "op.execute('INSERT INTO people SELECT * FROM users')\nop.drop_table('users')",
            0,
        ),
        ("op.drop_table('users')\nop.create_table('people', sa.Column('id', sa.Integer))", 0),
    ],
)
def test_renames_written_as_drop_and_add(make, up, found):
    folder = make()
    write_revision(folder / SECOND, "0002", "0001", up.format("sa.String(length=50)"), "pass")
    rules = [one.rule for one in findings(Project(folder), "rename_as_drop_and_add")]
    assert rules == ["rename_as_drop_and_add"] * found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from models import User", 1),
        ("import models", 1),
        ("from app.models import User", 1),
        ("from app import models", 1),
        ("from shop import User", 1),
        ("from shop.helpers import now", 0),
        ("from tables import users", 0),
        ("import json, uuid", 0),
        ("from sqlalchemy.dialects import postgresql", 0),
    ],
)
def test_models_in_a_revision(make, line, found):
    folder = make("models_in_revision", "keeps")
    (folder / "shop").mkdir()
    (folder / "shop" / "__init__.py").write_text("from models import User\n")
    (folder / "shop" / "helpers.py").write_text("from models import User\nnow = 1\n")
    edit(folder / SECOND, "from tables import users", line)
    rules = [one.rule for one in findings(Project(folder), "models_in_revision")]
    assert rules == ["models_in_revision"] * found


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("", 1),
        ("auto migration", 1),
        ("Update.", 1),
        ("fix", 1),
        ("wip 2", 1),
        ("20240501", 1),
        ("new table", 1),
        ("테이블을 수정", 1),
        ("자동 생성", 1),
        ("Revision ID: 0002", 1),
        ("empty message", 1),
        ("add email index to orders", 0),
        ("initial schema", 0),
        ("users", 0),
        ("merge phone and city", 0),
        ("주문 테이블 추가", 0),
        ("add table for logins\n\nRevision ID: 0002", 0),
    ],
)
def test_messages(make, message, found):
    folder = make("empty_message", "keeps")
    edit(folder / SECOND, "add phone to users", message)
    assert [one.rule for one in findings(Project(folder))] == ["empty_message"] * found


def test_heads_with_branch_labels_of_their_own_are_meant_so(make):
    folder = make("several_heads", "breaks")
    versions = folder / "migrations" / "versions"
    edit(versions / "0002_second.py", "\n\n\ndef up", '\nbranch_labels = "phones"\n\n\ndef up')
    assert [one.rule for one in findings(Project(folder))] == ["several_heads"]
    edit(versions / "0003_third.py", "\n\n\ndef up", '\nbranch_labels = ("cities",)\n\n\ndef up')
    assert findings(Project(folder)) == []


@pytest.mark.parametrize(
    ("env", "rules"),
    [
        ("from models import Base\nimport orders", []),
        ("from models import *\nfrom importlib import import_module\nimport_module('x')", []),
        ("from base import Base", ["models_not_imported"] * 2),
        ("from other.db import Base", []),
        ("Base = None", []),
    ],
)
def test_what_env_imports(make, env, rules):
    folder = make("models_not_imported", "breaks")
    edit(folder / "migrations" / "env.py", "from models import Base", env)
    assert [one.rule for one in findings(Project(folder))] == rules


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("orders = Table('orders', Base.metadata)", 1),
        ("class Order(Base, table=True): id: int", 1),
        ("class Order(Base): __table__ = made()", 1),
        ("from app import db\nclass Order(db.Model): id = 1", 1),
        ("if True:\n    class Order(Base): __tablename__ = 'orders'", 1),
        ("class Order(Base): __abstract__ = True", 0),
        ("class Table: pass\nprint(Table())", 0),
    ],
)
def test_what_defines_a_table(make, text, found):
    folder = make("models_not_imported", "breaks")
    (folder / "orders.py").write_text(f"from base import Base\n{text}\n")
    assert [one.rule for one in findings(Project(folder))] == ["models_not_imported"] * found


def test_an_import_for_type_checkers_alone_does_not_count(make):
    folder = make("models_not_imported", "breaks")
    edit(folder / "migrations" / "env.py", "\n\nengine", f"{CHECKED}\n\nengine")
    assert [one.rule for one in findings(Project(folder))] == ["models_not_imported"]


CHECKED = """
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import orders
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [("alembic.ini", "[alembic]\n"), ("pyproject.toml", "[tool.alembic]\n"), ("pyvenv.cfg", "")],
)
def test_a_project_or_environment_below_is_another_one(make, name, text):
    folder = make("models_not_imported", "breaks")
    (folder / "below").mkdir()
    (folder / "orders.py").rename(folder / "below" / "orders.py")
    edit(folder / "below" / "orders.py", "from base", "from elsewhere")
    assert [one.rule for one in findings(Project(folder))] == ["models_not_imported"]
    (folder / "below" / name).write_text(text)
    assert findings(Project(folder)) == []


def test_metadata_that_is_nothing_is_found_in_env(make):
    folder = make()
    env = folder / "migrations" / "env.py"
    edit(env, "\n\nengine", "\n\ntarget_metadata = None\n\nengine")
    edit(env, "target_metadata=Base.metadata", "target_metadata=target_metadata")
    [found] = findings(Project(folder))
    line = line_of(env, "target_metadata = None")
    assert (found.file, found.line) == ("migrations/env.py", line)


def test_tables_of_another_metadata_are_another_databases(make):
    folder = make("models_not_imported", "breaks")
    edit(
        folder / "orders.py",
        "from base import Base",
        "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase):\n    pass\n",
    )
    assert findings(Project(folder)) == []


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("await connection.run_sync(Base.metadata.create_all)", 1),
        ("db.create_all()", 1),
        ("Base.metadata.drop_all(engine)", 0),
        ("print('create_all')", 0),
    ],
)
def test_calls_of_create_all(make, call, found):
    folder = make()
    (folder / "app.py").write_text(f"async def start():\n    {call}\n")
    assert [one.line for one in findings(Project(folder))] == [2] * found


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("postgresql+psycopg://shop:t%%40ger@db/shop", 1),
        ("mysql://shop:tiger@db/shop", 1),
        ("postgresql://shop:%(word)s@db/shop\nword = tiger", 1),
        ("postgresql://shop:${PASSWORD}@db/shop", 0),
        ("postgresql://shop:%(word)s@db/shop", 0),
        ("postgresql://shop@db/shop", 0),
        ("driver://user:pass@localhost/dbname", 0),
        ("sqlite:///shop.db", 0),
        ("", 0),
    ],
)
def test_passwords_in_alembic_ini(make, url, found):
    folder = make()
    edit(folder / "alembic.ini", "sqlite:///shop.db", url)
    assert [one.rule for one in findings(Project(folder))] == ["password_in_settings"] * found


def test_passwords_in_other_sections_and_in_pyproject(make):
    folder = make()
    with (folder / "alembic.ini").open("a") as ini:
        ini.write("\n[production]\nsqlalchemy.url = mysql://shop:tiger@db/shop\n")
    (folder / "pyproject.toml").write_text('[tool.alembic]\nurl = "mysql://shop:tiger@db/shop"\n')
    found = [(one.file, one.line, one.values["section"]) for one in findings(Project(folder))]
    assert found == [("alembic.ini", 8, "production"), ("pyproject.toml", 2, "tool.alembic")]


def test_findings_are_in_the_order_of_the_history(make):
    folder = make("empty_message", "breaks")
    (folder / SECOND).rename(folder / "migrations" / "versions" / "z_second.py")
    write_revision(folder / "migrations/versions/a_third.py", "0003", "0002", "op.x()", "pass")
    (folder / "app.py").write_text("db.create_all()\ndb.create_all()\n")
    found = [(Path(one.file).name, one.line) for one in findings(Project(folder))]
    assert found == [("app.py", 1), ("app.py", 2), ("z_second.py", 1), ("a_third.py", 11)]


# --- projects of every shape ---


@pytest.mark.parametrize(
    "template", ["generic", "async", "pyproject", "pyproject_async", "multidb"]
)
def test_what_alembic_init_writes_is_no_alarm(tmp_path, monkeypatch, capsys, template):
    monkeypatch.chdir(tmp_path)
    files = {"file_": "alembic.ini", "toml_file": "pyproject.toml"}
    command.init(Config(**files), "migrations", template=template)
    command.revision(Config(**files), "create users table")
    assert findings(Project(tmp_path)) == []
    assert main.run(["review", ".", "--no-migrate"]) == 0


def test_the_reference_project_goes_up_down_and_up(capsys):
    assert main.run(["review", str(ROOT), "--lang", "en"]) == 0
    assert "up, down and up again" in capsys.readouterr().out


def starts() -> list[str]:
    lessons = [entry.folder for entry in load_course().lessons]
    return sorted(lesson.name for lesson in lessons if "alembic.ini" in start_files(lesson))


@pytest.mark.parametrize("slug", starts())
def test_lessons_start_without_alarm(slug, tmp_path):
    fill(ROOT / "lessons" / slug, tmp_path / slug)
    found = findings(Project(tmp_path / slug))
    assert {one.rule for one in found} == BROKEN_ON_PURPOSE.get(slug, set())


def test_a_package_below_src_with_two_folders_of_versions(tmp_path):
    folder = tmp_path / "project"
    app = folder / "src" / "app"
    shutil.copytree(PROJECTS / "common", folder)
    (app / "models").mkdir(parents=True)
    for name in ("__init__.py", "models/__init__.py"):
        (app / name).write_text("")
    shutil.move(folder / "base.py", app / "base.py")
    shutil.move(folder / "models.py", app / "models" / "users.py")
    shutil.move(folder / "migrations", app / "migrations")
    edit(app / "models" / "users.py", "from base", "from ..base")
    edit(app / "migrations" / "env.py", "from models", "from app.models.users")
    (app / "more").mkdir()
    write_revision(app / "more" / "b.py", "0002", "0001", "op.drop_table('users')", "pass")
    edit(folder / "alembic.ini", "script_location = %(here)s/migrations", LAYOUT)
    edit(folder / "alembic.ini", "prepend_sys_path = .", "prepend_sys_path = src")
    edit(folder / "alembic.ini", "path_separator = os", "path_separator = newline")
    found = [(one.rule, one.file) for one in findings(Project(folder))]
    assert found == [("empty_downgrade", "src/app/more/b.py")]
    write_revision(
        app / "more" / "b.py", "0002", "0001", "op.x()", "op.y()", "import app.models.users"
    )
    found = [(one.rule, one.file) for one in findings(Project(folder))]
    assert found == [("models_in_revision", "src/app/more/b.py")]


LAYOUT = """script_location = app:migrations
version_locations =
    src/app/migrations/versions
    src/app/more"""


def test_settings_in_pyproject_alone_and_the_url_in_the_environment(make, monkeypatch, capsys):
    folder = make("round_trip", "breaks")
    (folder / "alembic.ini").write_text("[alembic]\n")
    settings = '[tool.alembic]\nscript_location = "%(here)s/migrations"\nprepend_sys_path = ["."]\n'
    (folder / "pyproject.toml").write_text(settings)
    env = folder / "migrations" / "env.py"
    edit(env, 'context.config.get_main_option("sqlalchemy.url")', 'os.environ["SHOP_URL"]')
    edit(env, "from alembic import", "import os\n\nfrom alembic import")
    before = content(folder)
    monkeypatch.delenv("SHOP_URL", raising=False)
    assert main.run(["review", str(folder)]) == 0
    assert "Note: `env.py` stopped before it connected" in capsys.readouterr().out
    monkeypatch.setenv("SHOP_URL", f"sqlite:///{folder / 'shop.db'}")
    assert main.run(["review", str(folder)]) == 1
    assert "fails at revision 0002" in capsys.readouterr().out
    assert content(folder) == before


def test_without_an_ini_the_settings_are_those_of_pyproject(make):
    folder = make("empty_downgrade", "breaks")
    (folder / "alembic.ini").unlink()
    settings = '[tool.alembic]\nscript_location = "migrations"\nprepend_sys_path = ["."]\n'
    (folder / "pyproject.toml").write_text(settings)
    made = review(Project(folder), migrate=True)
    assert ([one.rule for one in made.findings], made.migrated) == (["empty_downgrade"], True)


def test_an_async_project_is_migrated_too(make, capsys):
    folder = make("left_behind", "breaks")
    edit(folder / "alembic.ini", "sqlite:", "sqlite+aiosqlite:")
    (folder / "migrations" / "env.py").write_text(ASYNC_ENV)
    made = review(Project(folder), migrate=True)
    assert ([one.rule for one in made.findings], made.migrated) == (["left_behind"], True)


ASYNC_ENV = """
import asyncio

from alembic import context
from models import Base
from sqlalchemy.ext.asyncio import create_async_engine


def migrate(connection):
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def connect():
    engine = create_async_engine(context.config.get_main_option("sqlalchemy.url"))
    async with engine.connect() as connection:
        await connection.run_sync(migrate)


asyncio.run(connect())
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("sqlite:///shop.db", "postgresql://db/shop", "for a `postgresql` database"),
        ("sqlite:///shop.db", "%(nothing)s", "No copy could be migrated"),
    ],
)
def test_settings_that_cannot_be_migrated_are_a_note(make, capsys, old, new, said):
    folder = make()
    edit(folder / "alembic.ini", old, new)
    assert main.run(["review", str(folder)]) == 0
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ('engine = create_engine("postgresql://nowhere/shop")', "for a `postgresql` database"),
        ("import no_such_package\n\nengine = None", "no_such_package"),
    ],
)
def test_an_env_that_cannot_be_run_here_is_a_note(make, capsys, new, said):
    folder = make()
    old = 'engine = create_engine(context.config.get_main_option("sqlalchemy.url"))'
    edit(folder / "migrations" / "env.py", old, new)
    assert main.run(["review", str(folder)]) == 0
    assert said in capsys.readouterr().out


def test_a_downgrade_that_refuses_is_a_note(make, capsys):
    folder = make("round_trip", "breaks")
    edit(folder / SECOND, 'op.drop_column("users", "fone")', 'raise ValueError("rows are gone")')
    assert main.run(["review", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "Revision 0002 says itself" in said and "rows are gone" in said


def test_the_revision_that_fails_is_found_among_branches(make):
    folder = make("several_heads", "keeps")
    third = folder / "migrations" / "versions" / "0003_third.py"
    edit(
        third, 'op.add_column("users", sa.Column("city", sa.String(20)))', "op.execute('nonsense')"
    )
    [found] = review(Project(folder), migrate=True).findings
    assert (found.rule, found.values["revision"]) == ("round_trip", "0003")
    assert found.line == line_of(third, "def upgrade")


@pytest.mark.parametrize(("phase", "function"), [("up", "upgrade"), ("down", "downgrade")])
def test_the_revision_that_fails_is_found_when_all_is_rolled_back(make, phase, function):
    folder = make("round_trip", "keeps")
    third = folder / "migrations" / "versions" / "0003_third.py"
    write_revision(third, "0003", "0002", "op.execute('SELECT 1')", "op.execute('SELECT 1')")
    env = folder / "migrations" / "env.py"
    edit(env, "target_metadata=", "transactional_ddl=True, target_metadata=")
    edit(env, "\n\nengine =", "\nfrom sqlalchemy import event\n\nengine =")
    edit(env, "with engine.connect", f"{BEGIN}\n\nwith engine.connect")
    start = f"def {function}() -> None:\n"
    edit(folder / SECOND, start, f"{start}    op.no()\n")
    [found] = review(Project(folder), migrate=True).findings
    assert (found.values["phase"], found.values["revision"]) == (phase, "0002")


BEGIN = """
@event.listens_for(engine, "connect")
def no_begin_of_its_own(connection, _record):
    connection.isolation_level = None


@event.listens_for(engine, "begin")
def begin(connection):
    connection.exec_driver_sql("BEGIN")
"""


def test_what_is_left_behind_under_a_new_name_is_where_it_got_it(make):
    folder = make("left_behind", "breaks")
    up = "op.drop_index('ix_notes_text', 'notes')\nop.rename_table('notes', 'memos')"
    back = "op.create_index('ix_notes_text', 'memos', ['text'])"
    third = folder / "migrations" / "versions" / "0003_third.py"
    write_revision(third, "0003", "0002", up, back)
    edit(folder / SECOND, 'table_name="notes"', 'table_name="memos"')
    [found] = review(Project(folder), migrate=True).findings
    assert (found.values["table"], found.file) == ("memos", third.relative_to(folder).as_posix())


def test_the_second_upgrade_meets_what_the_downgrade_left(make):
    folder = make("round_trip", "keeps")
    edit(folder / SECOND, 'op.drop_column("users", "phone")', "op.execute('SELECT 1')")
    write = 'op.execute("CREATE VIEW phones AS SELECT 1")'
    edit(folder / SECOND, 'op.add_column("users", sa.Column("phone", sa.String(20)))', write)
    [found] = review(Project(folder), migrate=True).findings
    assert found.values["phase"] == "again"
    assert "phones already exists" in what(found, "en")


# --- the command ---


def test_the_report_names_place_rule_reason_and_mend(make, capsys):
    folder = make("empty_downgrade", "breaks")
    before = content(folder)
    assert main.run(["review", str(folder), "--no-migrate"]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "migrations/versions/0002_second.py:14 empty_downgrade",
        "  `downgrade()` does nothing, so what `upgrade` changed stays.",
        f"  Why: {why('empty_downgrade', 'en')}",
        f"  Mend: {mend('empty_downgrade', 'en')}",
        "",
        "Revisions: 2. To mend: 1.",
    ]
    assert said.err == ""
    assert content(folder) == before


@pytest.mark.parametrize("chosen", ["--lang", "COURSE_LANG"])
def test_the_report_is_in_the_language_that_is_chosen(make, monkeypatch, capsys, chosen):
    folder = make("empty_downgrade", "breaks")
    arguments = ["review", str(folder), "--no-migrate"]
    if chosen == "--lang":
        arguments += ["--lang", "ko"]
    else:
        monkeypatch.setenv("COURSE_LANG", "ko")
    assert main.run(arguments) == 1
    assert "고치는 법:" in capsys.readouterr().out


def test_the_report_for_programs(make, capsys):
    folder = make("create_all", "breaks")
    assert main.run(["review", str(folder), "--format", "json", "--no-migrate"]) == 1
    said = json.loads(capsys.readouterr().out)
    [found] = said.pop("findings")
    assert said == {"schema": 1, "revisions": 1, "migrated": False, "notes": []}
    assert sorted(found) == ["file", "line", "mend", "rule", "values", "what", "why"]
    assert (found["rule"], found["file"], found["line"]) == ("create_all", "app.py", 4)
    assert found["values"] == {"call": "Base.metadata.create_all"}


def test_an_ini_of_another_name_is_reviewed(make, capsys):
    folder = make("password_in_settings", "breaks")
    (folder / "alembic.ini").rename(folder / "production.ini")
    assert main.run(["review", str(folder / "production.ini"), "--no-migrate"]) == 1
    assert "production.ini:5 password_in_settings" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("alembic.ini", None, "has no alembic.ini"),
        ("alembic.ini", "[alembic\n", "cannot be read"),
        (SECOND, "def upgrade(:\n", f"`{SECOND}` has a syntax error in line 1"),
        (SECOND, "revision = '0002'\n", "has no `down_revision`"),
        (SECOND, "revision = '0002'\ndown_revision = '0009'\n", "`0009`"),
        ("migrations/env.py", "import (\n", "`migrations/env.py` has a syntax error in line 1"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_exit_code_2(make, capsys, file, text, said):
    folder = make()
    path = folder / file
    path.unlink(missing_ok=True)
    if text is not None:
        path.write_text(text)
    assert main.run(["review", str(folder)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and said in lines[0]


def test_a_revision_that_cannot_be_loaded_is_exit_code_2(make, capsys):
    folder = make("empty_downgrade", "keeps")
    edit(folder / SECOND, "def upgrade", "nonsense\n\n\ndef upgrade")
    before = content(folder)
    assert main.run(["review", str(folder)]) == 2
    assert f"`{SECOND}` stops with an error in line 10" in capsys.readouterr().err
    assert content(folder) == before


def test_a_path_that_is_not_there_is_exit_code_2(capsys):
    assert main.run(["review", "no_such_folder"]) == 2
    assert "There is no `no_such_folder`" in capsys.readouterr().err


def test_a_file_of_no_matter_that_is_no_python_is_a_note(make, capsys):
    folder = make()
    (folder / "old.py").write_text("print 'create_all'\n")
    assert main.run(["review", str(folder), "--no-migrate"]) == 0
    assert "Note: `old.py` is not Python of this version" in capsys.readouterr().out


def test_nothing_of_the_project_runs_while_it_is_read(make):
    folder = make()
    for file in folder.rglob("*.py"):
        file.write_text(f"{file.read_text()}\nraise SystemExit('executed')\n")
    assert findings(Project(folder)) == []


def test_each_step_is_announced(make):
    begun: list[str] = []
    review(Project(make("round_trip", "keeps")), migrate=False, begin=begun.append)
    assert begun == list(STEPS[:-1])


def test_every_phrase_has_a_use_and_the_same_places_in_each_language():
    source = "".join(path.read_text() for path in (ROOT / "course" / "review").glob("*.py"))
    source += (ROOT / "course" / "command" / "review.py").read_text()
    kinds = [*BREAKS, *(f"round_trip_{phase}" for phase in ("up", "down", "again"))]
    kinds += [f"rename_as_drop_and_add_{of}" for of in ("column", "table")]
    for part, phrases in tomllib.loads(WORDS.read_text(encoding="utf-8")).items():
        for key, texts in phrases.items():
            assert key in kinds or re.search(rf'["._]{key}"', source), f"{part}.{key}"
            places = [
                {name for _, name, _, _ in string.Formatter().parse(text) if name}
                for text in texts.values()
            ]
            assert places[0] == places[-1] and set(texts) == set(languages()), f"{part}.{key}"


def test_unreadable_is_what_checks_meet(make):
    folder = make()
    (folder / SECOND).write_text("def upgrade(:\n")
    with pytest.raises(ProjectError) as met:
        findings(Project(folder), "empty_downgrade")
    assert (met.value.key, met.value.values["file"]) == ("syntax", SECOND)
