"""Projects of every shape: templates, packages, pyproject, async, the course's own."""

import shutil

import pytest
from alembic import command
from alembic.config import Config

from course.command import run as main
from course.contents import ROOT, load_course
from course.lesson.start import start_files
from course.lesson.working_folder import fill
from course.project.errors import ProjectError
from course.project.project import Project
from course.review import findings, review
from tests.review.project import PROJECTS, content, edit, write_revision

BROKEN_ON_PURPOSE = {
    "safe_downgrade": {"empty_downgrade"},
    "columns_and_indexes": {"required_column"},
    "application": {"create_all"},
}
"""Lessons whose start breaks rules, because the lesson is about finding it."""


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


def test_the_reference_project_goes_up_down_and_up(tmp_path, capsys):
    """Alone, as a project is: the checks of lessons beside it declare tables of their own."""
    for name in ("shop", "migrations"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "alembic.ini", tmp_path)
    assert main.run(["review", str(tmp_path), "--lang", "en"]) == 0
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


def test_a_pyproject_that_cannot_be_read_is_named(make):
    folder = make("empty_downgrade", "breaks")
    (folder / "pyproject.toml").write_text("[tool.alembic\n")
    with pytest.raises(ProjectError) as raised:
        review(Project(folder), migrate=True)
    assert raised.value.key == "toml"
    assert "pyproject.toml` cannot be read. TOMLDecodeError" in raised.value.words("en")


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
