"""Rules on what revisions do: columns, constraints, data, renames, imports, messages."""

import pytest

from course.project.project import Project
from course.review import findings
from tests.review.project import PROJECTS, SECOND, edit, write_revision


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
        ("op.execute('CREATE VIEW v AS SELECT name FROM users')", "pass", ["empty_downgrade"]),
        ("op.execute(\"ALTER TYPE kind ADD VALUE 'x'\")", "pass", ["empty_downgrade"]),
        ("op.execute(\"ALTER TYPE kind ADD VALUE 'x'\")", '"""It can only stay."""', []),
        ("op.execute('ALTER TABLE t VALIDATE CONSTRAINT c')", "pass", ["empty_downgrade"]),
        ("op.execute('ALTER TABLE t VALIDATE CONSTRAINT c')", '"""It stays valid."""', []),
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
    "beside",
    [
        "op.execute('CREATE OR REPLACE VIEW names AS SELECT name FROM users')",
        "op.execute('DROP VIEW names')",
        "op.execute('ALTER TABLE ONLY t VALIDATE CONSTRAINT c')",
        "op.execute(\"ALTER TYPE kind ADD VALUE IF NOT EXISTS 'x'\")",
    ],
)
def test_what_is_no_change_of_tables_may_come_with_data(found_in, beside):
    assert found_in(f"{beside}\nop.execute('UPDATE users SET name = 1')") == []


@pytest.mark.parametrize(
    ("up", "found"),
    [
        ("op.add_column('users', sa.Column('title', {}))\nop.drop_column('users', 'name')", 1),
        ("op.drop_column('users', 'name')\nop.add_column('users', sa.Column('title', {}))", 1),
        (
            (
                "with op.batch_alter_table('users') as b:\n    b.add_column(sa.Column('title', {}))"
                "\n    b.drop_column('name')"
            ),
            1,
        ),
        ("op.add_column('users', sa.Column('title', {}))\nop.drop_column('users', 'id')", 0),
        ("op.add_column('users', sa.Column('title', sa.Text))\nop.drop_column('users', 'name')", 0),
        ("op.add_column('notes', sa.Column('title', {}))\nop.drop_column('users', 'name')", 0),
        (
            (
                "op.add_column('users', sa.Column('title', {}))\n"
                "op.execute('UPDATE users SET title = name')\nop.drop_column('users', 'name')"
            ),
            0,
        ),
        (
            (
                "op.drop_table('users')\nop.create_table('people', "
                "sa.Column('id', sa.Integer), sa.Column('name', {}))"
            ),
            1,
        ),
        (
            (
                "op.create_table('people', sa.Column('id', sa.Integer), sa.Column('name', {}))\n"
                "op.execute('INSERT INTO people SELECT * FROM users')\nop.drop_table('users')"
            ),
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
