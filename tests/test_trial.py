"""Trying a project out on a copy: what the copy does never reaches the project."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from course.lesson.start import fill
from course.project import trial as trial_module
from course.project.errors import ProjectError
from course.project.project import Project
from course.project.trial import trial
from tests.small_project import make_history

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
HEAD = "f6a2b7416f97"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The shop with eight revisions applied."""
    fill(ROOT / "lessons" / "moving", tmp_path / "shop")
    return Project(tmp_path / "shop")


def content(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_each_step_has_the_database_as_it_stood_then(project):
    before = content(project.folder)
    with trial(project, "downgrade base", "upgrade head", "check") as steps:
        down, up, check = steps
        assert [step.error for step in steps] == [None, None, None]
        assert (down.database.tables(), down.database.versions()) == ([], ())
        assert "inventories" in up.database.tables()
        assert up.database.versions() == (HEAD,)
        assert up.database.count("users") == 0
        assert check.compared.differences == ()
        assert check.compared.models["profiles"] == ("user_id", "phone")
    assert content(project.folder) == before


def test_absolute_url_does_not_reach_the_learners_database(project):
    ini = project.folder / "alembic.ini"
    absolute = f"sqlite:///{(project.folder / 'shop.db').as_posix()}"
    text = ini.read_text(encoding="utf-8").replace("sqlite:///shop.db", absolute)
    ini.write_text(text, encoding="utf-8")
    before = content(project.folder)
    with trial(project, "downgrade base", "forget", "upgrade head") as [down, gone, up]:
        assert (down.error, up.error) == (None, None)
        assert down.database.tables() == []
        assert not gone.database.exists()
        assert up.database.count("users") == 0
    assert content(project.folder) == before


def test_forget_starts_with_no_database(project):
    with trial(project, "forget", "upgrade head") as [gone, up]:
        assert not gone.database.exists()
        assert up.database.count("users") == 0


def test_the_first_error_ends_the_trial(project):
    [path] = (project.folder / "migrations" / "versions").glob("*create_inventories*")
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("def downgrade() -> None:\n", "def downgrade() -> None:\n    1 / 0\n")
    )
    with trial(project, "downgrade -1", "upgrade head") as steps:
        [step] = steps
        assert step.error == "ZeroDivisionError: division by zero"


def test_database_errors_are_the_drivers_own(project):
    with closing(sqlite3.connect(project.folder / "shop.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = 'a5b8ce6472ef'")
        database.commit()
    with trial(project, "upgrade head") as [step]:
        assert step.error == "OperationalError: table profiles already exists"


def test_syntax_error_cannot_be_tried(project):
    (project.folder / "migrations" / "env.py").write_text("def (:\n", encoding="utf-8")
    with pytest.raises(ProjectError) as raised, trial(project, "upgrade head"):
        pass
    assert raised.value.key == "syntax"
    assert "`migrations/env.py` has a syntax error in line 1." in raised.value.words("en")


def test_endless_migration_is_ended(project, monkeypatch):
    monkeypatch.setattr(trial_module, "SECONDS", 2)
    (project.folder / "migrations" / "env.py").write_text("while True: pass\n", encoding="utf-8")
    with pytest.raises(ProjectError) as raised, trial(project, "upgrade head"):
        pass
    assert raised.value.words("ko").startswith(
        "복사본에서 마이그레이션이 2초 안에 끝나지 않았습니다."
    )


def test_process_that_ends_itself(project):
    (project.folder / "migrations" / "env.py").write_text("import os; os._exit(7)\n", "utf-8")
    with pytest.raises(ProjectError) as raised, trial(project, "upgrade head"):
        pass
    assert raised.value.key == "no_result"
    assert "exit code 7" in raised.value.words("en")


def test_server_is_never_connected(project):
    ini = project.folder / "alembic.ini"
    text = ini.read_text(encoding="utf-8")
    ini.write_text(text.replace("sqlite:///shop.db", "postgresql+psycopg://u@127.0.0.1:1/x"))
    with pytest.raises(ProjectError) as raised, trial(project, "upgrade head"):
        pass
    assert raised.value.key == "other_server"


def test_server_in_env_is_never_connected(project):
    env = project.folder / "migrations" / "env.py"
    text = env.read_text(encoding="utf-8")
    server = 'config.set_main_option("sqlalchemy.url", "postgresql+psycopg://u@127.0.0.1:1/x")\n'
    env.write_text(
        text.replace("def run_migrations_offline", server + "\n\ndef run_migrations_offline")
    )
    with pytest.raises(ProjectError) as raised, trial(project, "upgrade head"):
        pass
    assert raised.value.key == "other_server"


def test_locked_database_is_said(project):
    with closing(sqlite3.connect(project.folder / "shop.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ProjectError) as raised, trial(project, "upgrade head"):
            pass
        other.execute("ROLLBACK")
    assert raised.value.key == "locked"


LISTENING = """
import sys
import sqlalchemy as sa
from sqlalchemy import event

sys.heard = []

def enforce(connection, record):
    sys.heard.append("enforce")

def count(connection, record):
    sys.heard.append("count")

event.listen(sa.Engine, "connect", enforce)
event.listen(sa.Engine, "connect", count)
"""


def test_what_a_program_leaves_open_ends_with_it(project):
    writing = """
import gc
import sqlalchemy as sa
gc.disable()
connection = sa.create_engine("sqlite:///shop.db").connect()
connection.execute(sa.text("UPDATE users SET name = name"))
def use():
    return connection
raise SystemExit("stopped in the middle")
"""
    commands = (("python", "-c", writing), "downgrade base")
    with trial(project, *commands, keep_going=True) as [program, down]:
        assert program.error
        assert down.error is None
        assert down.database.tables() == []


def test_each_command_has_modules_and_listeners_of_its_own(tmp_path):
    folder = make_history(tmp_path / "project")
    (folder / "models.py").write_text(LISTENING, encoding="utf-8")
    env = folder / "migrations" / "env.py"
    first = (
        "import models, sqlalchemy as sa\n"
        "from sqlalchemy import event\n"
        'event.remove(sa.Engine, "connect", models.enforce)\n'
    )
    last = '\nassert models.sys.heard == ["count"], models.sys.heard\n'
    env.write_text(first + env.read_text(encoding="utf-8") + last, encoding="utf-8")
    ini = folder / "alembic.ini"
    text = ini.read_text(encoding="utf-8")
    ini.write_text(text.replace("path_separator", "prepend_sys_path = .\npath_separator", 1))
    with trial(Project(folder), "upgrade head", "downgrade base", "upgrade head") as steps:
        assert [step.error for step in steps] == [None, None, None]


def test_what_alembic_makes_of_target_metadata_is_said_in_its_words(tmp_path):
    folder = make_history(tmp_path / "project")
    env = folder / "migrations" / "env.py"
    text = env.read_text(encoding="utf-8")
    env.write_text(text.replace("target_metadata=None", "target_metadata=object"), encoding="utf-8")
    with pytest.raises(ProjectError) as raised, trial(Project(folder), "upgrade head", "check"):
        pass
    assert "sorted_tables" in str(raised.value.values["said"])
