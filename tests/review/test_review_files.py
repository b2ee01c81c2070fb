"""Rules on what lies around the revisions: history, models, env.py, settings."""

from pathlib import Path

import pytest

from course.project.project import Project
from course.review import findings
from tests.review.project import SECOND, edit, line_of, write_revision


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
        ("from base import Base as db\nclass Order(db.Model): id = 1", 1),
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
    assert [one.rule for one in findings(Project(folder))] == ["models_not_imported"]
    (folder / "below" / name).write_text(text)
    assert findings(Project(folder)) == []


def test_metadata_of_a_package_counts_where_env_reaches_the_package(make):
    folder = make("models_not_imported", "breaks")
    edit(folder / "orders.py", "from base", "from elsewhere.base")
    assert findings(Project(folder)) == []
    edit(folder / "models.py", "from base", "import elsewhere\nfrom base")
    assert [one.rule for one in findings(Project(folder))] == ["models_not_imported"]


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
