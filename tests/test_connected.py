"""Projects that keep their URL outside of alembic.ini: env.py says which database is theirs."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from course.lesson.start import fill
from course.project.errors import ProjectError
from course.project.project import Project
from course.project.trial import trial
from tests.opened import alembic

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
VARIABLE = "SHOP_DATABASE_URL"
FROM_ENVIRONMENT = """
config.set_main_option("sqlalchemy.url", __import__("os").environ["SHOP_DATABASE_URL"])
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The shop at its head; the URL of shop.db is in the environment and in no file."""
    folder = tmp_path / "shop"
    fill(ROOT / "lessons" / "moving", folder)
    edit(folder / "alembic.ini", "sqlalchemy.url = sqlite:///shop.db", "")
    env = folder / "migrations" / "env.py"
    edit(env, "config = context.config\n", f"config = context.config\n{FROM_ENVIRONMENT}")
    monkeypatch.setenv(VARIABLE, "sqlite:///shop.db")
    return Project(folder)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_env_says_which_database_it_is(project, monkeypatch):
    assert project.database().path == project.folder / "shop.db"
    assert project.database().versions() == project.heads()
    monkeypatch.setenv(VARIABLE, "sqlite:///other.db")
    project = Project(project.folder)
    assert project.database().path == project.folder / "other.db"
    assert not (project.folder / "other.db").exists()


def test_env_that_stops_or_asks_another_server_is_said_in_words(project, monkeypatch):
    monkeypatch.delenv(VARIABLE)
    with pytest.raises(ProjectError) as stopped:
        project.database()
    assert stopped.value.key == "no_connection"
    assert VARIABLE in stopped.value.words("en")
    monkeypatch.setenv(VARIABLE, "postgresql://shop:secret@db.invalid/shop")
    project = Project(project.folder)
    assert project.url() == sa.make_url("postgresql+psycopg:///shop")
    with pytest.raises(ProjectError) as other:
        project.database()
    assert other.value.key == "other_server"


def test_a_trial_goes_where_its_environment_says(project):
    elsewhere = {VARIABLE: "sqlite:///stage/other.db"}
    with trial(project, "upgrade head", environment=elsewhere) as [step]:
        assert (step.error, step.connected) == (None, "stage/other.db")
        assert step.database.versions() == project.heads()
        assert step.database.count("users") == 0
    with trial(project, "forget", "upgrade head", "downgrade -1") as steps:
        assert [step.error for step in steps] == [None, None, None]
        assert [step.connected for step in steps] == [None, "shop.db", "shop.db"]
        assert steps[1].database.count("users") == 0
    assert sorted(path.name for path in project.folder.glob("*.db")) == ["shop.db"]


def test_a_throwaway_takes_the_place_of_any_url_in_the_settings(tmp_path):
    fill(ROOT / "lessons" / "moving", tmp_path / "shop")
    project = Project(tmp_path / "shop")
    nowhere = "sqlalchemy.url = postgresql://db.invalid/shop"
    edit(project.folder / "alembic.ini", "sqlalchemy.url = sqlite:///shop.db", nowhere)
    with trial(project, "upgrade head", "downgrade base", throwaway=True) as [up, down]:
        assert (up.error, down.error) == (None, None)
        assert up.database.versions() == project.heads()
        assert (up.database.count("users"), down.database.tables()) == (0, [])


@pytest.mark.parametrize("template", ["async", "pyproject"])
def test_alembics_own_templates_are_read(tmp_path, template):
    assert alembic(tmp_path, "init", "-t", template, "migrations").returncode == 0
    url = "sqlite+aiosqlite:///shop.db" if template == "async" else "sqlite:///shop.db"
    edit(tmp_path / "alembic.ini", "driver://user:pass@localhost/dbname", url)
    assert alembic(tmp_path, "revision", "-m", "create users table").returncode == 0
    project = Project(tmp_path)
    assert [revision.message for revision in project.revisions()] == ["create users table"]
    with trial(project, "upgrade head", "check") as [up, check]:
        assert (up.error, up.connected, check.error) == (None, "shop.db", None)
        assert up.database.versions() == project.heads()


def test_a_lesson_shows_what_it_can_where_the_variable_is_missing(opened, monkeypatch):
    lesson = opened("settings")
    edit(Path("alembic.ini"), "sqlalchemy.url = sqlite:///shop.db", "sqlalchemy.url =")
    env = Path("migrations/env.py")
    edit(env, "config = context.config\n", f"config = context.config\n{FROM_ENVIRONMENT}")
    monkeypatch.delenv(VARIABLE, raising=False)
    assert "c57a91d3e840  create orders table" in repr(lesson.graph())
    assert VARIABLE in repr(lesson.graph())
    assert VARIABLE in repr(lesson.schema())
    assert "alembic.ini" in repr(lesson.changes())
    monkeypatch.setenv(VARIABLE, "sqlite:///shop.db")
    assert "[current · head]" in repr(lesson.graph())
    assert VARIABLE not in repr(lesson.graph())
    assert "users" in repr(lesson.schema())
