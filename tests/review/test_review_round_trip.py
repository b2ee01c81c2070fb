"""The round trip on a copy: what it finds, where, and when it is left out."""

import pytest

from course.command import run as main
from course.project.project import Project
from course.review import review
from course.review.rules import TRIP_RULES
from tests.review.project import SECOND, edit, line_of, write_revision


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
    made = review(Project(folder), migrate=True)
    [found] = [one for one in made.findings if one.rule == "left_behind"]
    assert (found.values["table"], found.file) == ("memos", third.relative_to(folder).as_posix())


def test_the_second_upgrade_meets_what_the_downgrade_left(make):
    folder = make("round_trip", "keeps")
    edit(folder / SECOND, 'op.drop_column("users", "phone")', "op.execute('SELECT 1')")
    write = 'op.execute("CREATE VIEW phones AS SELECT 1")'
    edit(folder / SECOND, 'op.add_column("users", sa.Column("phone", sa.String(20)))', write)
    [found] = review(Project(folder), migrate=True).findings
    assert found.values["phase"] == "again"
    assert "phones already exists" in TRIP_RULES["round_trip"].what(found, "en")
