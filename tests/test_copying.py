"""What is no file to copy is copied around; what a project is not is said in words."""

import os
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from course.contents import ROOT
from course.lesson.start import fill
from course.project.copying import copy_project
from course.project.errors import ProjectError
from course.project.project import Project
from course.project.trial import trial


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shop of a lesson, with all that does not let itself be copied."""
    folder = tmp_path / "shop"
    fill(ROOT / "lessons" / "moving", folder)
    (folder / ".#models.py").symlink_to("somebody@somewhere.1234")
    (folder / "loop").symlink_to(folder)
    (folder / "migrations" / "up").symlink_to(folder / "migrations")
    os.mkfifo(folder / "pipe")
    (folder / ".venv").mkdir()
    (folder / ".venv" / "pyvenv.cfg").write_text("home = x")
    (folder / "linked.py").symlink_to(folder / "models.py")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "more.py").write_text("MORE = 1")
    (folder / "shared").symlink_to(tmp_path / "shared")
    return folder


def test_links_sockets_and_loops_are_copied_around(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    with closing(socket.socket(socket.AF_UNIX)) as server:
        server.bind("socket")
        copy = tmp_path / "copy"
        copy_project(folder, copy)
    names = {path.relative_to(copy).as_posix() for path in copy.rglob("*")}
    assert {"models.py", "linked.py", "shared/more.py", "migrations/env.py"} <= names
    assert names.isdisjoint({".#models.py", "loop", "migrations/up", "pipe", "socket", ".venv"})
    assert not (copy / "linked.py").is_symlink()
    assert "shop.db" not in names


def test_a_trial_of_such_a_project_runs(folder):
    with trial(Project(folder), "downgrade -1", "upgrade head") as steps:
        assert [step.error for step in steps] == [None, None]


def test_a_file_that_cannot_be_read_is_one_line(folder, monkeypatch):
    def refuse(source: str, target: Path) -> None:
        raise PermissionError(13, "Permission denied", source)

    monkeypatch.setattr("course.project.copying.shutil.copy2", refuse)
    with pytest.raises(ProjectError) as raised, trial(Project(folder), "upgrade head"):
        pass
    said = raised.value.words("en")
    assert said.startswith("The project could not be copied. Permission denied: ")
    assert "[(" not in said


def test_the_url_may_be_in_env_alone_and_a_check_has_a_database_of_its_own(folder):
    """The own database is where env.py connects, whatever the settings say."""
    for link in (".#models.py", "loop", "migrations/up", "pipe"):
        (folder / link).unlink()
    ini, env = folder / "alembic.ini", folder / "migrations" / "env.py"
    ini.write_text(ini.read_text().replace("sqlalchemy.url = sqlite:///shop.db", ""))
    line = 'config.set_main_option("sqlalchemy.url", "sqlite:///data/other.db")\n'
    text = env.read_text()
    env.write_text(text.replace("config = context.config\n", f"config = context.config\n{line}"))
    (folder / "data").mkdir()
    own = "CREATE TABLE only_here (id INTEGER); INSERT INTO only_here VALUES (5);"
    with trial(Project(folder), "look", "upgrade head", database=own) as [before, after]:
        assert before.database.tables() == ["only_here"]
        assert after.error is None
        assert after.database.rows("SELECT id FROM only_here") == [(5,)]
        assert "inventories" in after.database.tables()
    assert not (folder / "data" / "other.db").exists()


def test_no_message_names_the_temporary_place(folder):
    [newest] = (folder / "migrations" / "versions").glob("*create_inventories*")
    text = newest.read_text(encoding="utf-8")
    kept = text.partition("def downgrade")[0]
    newest.write_text(f"{kept}def downgrade() -> None:\n    open('migrations/no.txt')\n")
    with trial(Project(folder), "downgrade -1") as [step]:
        missing = "FileNotFoundError: [Errno 2] No such file or directory: 'migrations/no.txt'"
        assert step.error == missing
    newest.write_text(f"{kept}def downgrade() -> None:\n    raise OSError(__file__)\n")
    with trial(Project(folder), "downgrade -1") as [step]:
        assert step.error == f"OSError: migrations/versions/{newest.name}"


def test_a_check_sees_an_index_over_an_expression(folder):
    with closing(sqlite3.connect(folder / "shop.db")) as connection:
        connection.execute("CREATE UNIQUE INDEX ux_lower ON users (lower(email))")
    database = Project(folder).database()
    assert database.indexes("users")["ux_lower"].columns == ("lower(email)",)
    assert ("lower(email)",) in database.uniques("users")
