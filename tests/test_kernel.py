"""The kernel of a lesson: `!` as in a terminal, and commands that repeat themselves."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from course.lesson import kernel
from course.running.alembic_plugin import MARKER, revision_id


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    made = InteractiveShell()
    made.system = lambda command: kernel.run(made, command)
    kernel.failures.clear()
    return made


def python(code: str) -> str:
    return f'!"{sys.executable}" -c "{code}"'


def test_both_streams_in_their_true_order(shell, capsys):
    code = "import sys; print(1); print(2, file=sys.stderr); print(3)"
    shell.run_cell(python(code))
    assert capsys.readouterr().out == "1\n2\n3\n"


def test_long_lines_are_not_wrapped(shell, capsys):
    shell.run_cell(python("print('x' * 5000)"))
    assert capsys.readouterr().out == "x" * 5000 + "\n"


def test_hangul_and_variables(shell, capsys):
    shell.run_cell("name = '사용자 표'")
    shell.run_cell(python("print('{name}')"))
    assert capsys.readouterr().out == "사용자 표\n"


def test_exit_code_and_failures(shell):
    shell.run_cell(python("raise SystemExit(3)"))
    assert shell.user_ns["_exit_code"] == 3
    assert [failure.exit_code for failure in kernel.failures] == [3]
    shell.run_cell(python("pass"))
    assert shell.user_ns["_exit_code"] == 0
    assert len(kernel.failures) == 1


def test_a_command_that_asks_gets_no_answer_and_does_not_hang(shell, capsys):
    shell.run_cell(python("input()"))
    assert "EOFError" in capsys.readouterr().out


def test_the_interpreters_own_folder_comes_first_once():
    path = kernel.path_with(Path("/venv/bin"))
    assert path.split(kernel.os.pathsep)[0] == str(Path("/venv/bin"))
    assert path.split(kernel.os.pathsep).count(str(Path("/venv/bin"))) == 1


def test_revision_id_follows_from_command_and_scripts(tmp_path):
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    words = ["revision", "-m", "create users table"]
    first = revision_id(words, tmp_path)
    assert first == "da3e790c3662", "the texts of the lessons quote these ids"
    assert revision_id(words, tmp_path) == first
    (versions / f"{first}_create_users_table.py").write_text("", encoding="utf-8")
    second = revision_id(words, tmp_path)
    assert re.fullmatch("[0-9a-f]{12}", second)
    assert second != first
    assert revision_id(["revision", "-m", "other"], tmp_path) != second


def test_revision_id_is_never_one_that_is_there(tmp_path):
    versions = tmp_path / "versions"
    versions.mkdir()
    (versions / "a.py").write_text("", encoding="utf-8")
    made = revision_id(["revision"], tmp_path)
    (versions / "a.py").rename(versions / f"{made}_.py")
    assert revision_id(["revision"], tmp_path) != made


def test_outside_a_lesson_alembic_is_as_it_is(tmp_path, monkeypatch):
    alembic = [sys.executable, "-m", "alembic"]
    subprocess.run([*alembic, "init", "migrations"], cwd=tmp_path, check=True, capture_output=True)
    subprocess.run([*alembic, "revision", "-m", "x"], cwd=tmp_path, check=True, capture_output=True)
    [path] = (tmp_path / "migrations" / "versions").glob("*.py")
    path.rename(path.with_name("first.py"))
    assert not path.name.startswith(revision_id(["revision", "-m", "x"], tmp_path))
    failed = subprocess.run([*alembic, "current"], cwd=tmp_path, capture_output=True, text=True)
    assert "Traceback (most recent call last)" in failed.stderr


def test_in_a_lessons_folder_a_terminals_alembic_config_steers_nothing(tmp_path, monkeypatch):
    mine, strange = tmp_path / "workspace" / "lesson", tmp_path / "strange"
    for folder, said in ((mine, "mine"), (strange, "strange")):
        (folder / "migrations").mkdir(parents=True)
        (folder / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/migrations\n")
        (folder / "migrations" / "env.py").write_text(f"print({said!r})\n")
    (mine.parent / MARKER).touch()
    monkeypatch.setenv("ALEMBIC_CONFIG", str(strange / "alembic.ini"))
    command = [sys.executable, "-m", "alembic", "current"]
    for folder, said in ((mine, "mine\n"), (tmp_path, "strange\n")):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert done.stdout == said, done.stderr


def test_in_a_lesson_an_error_has_its_own_lines_alone(tmp_path, monkeypatch):
    (tmp_path / MARKER).touch()
    monkeypatch.chdir(tmp_path)
    alembic = [sys.executable, "-m", "alembic"]
    subprocess.run([*alembic, "init", "migrations"], cwd=tmp_path, check=True, capture_output=True)
    failed = subprocess.run([*alembic, "current"], cwd=tmp_path, capture_output=True, text=True)
    wanted = "sqlalchemy.exc.NoSuchModuleError: Can't load plugin: sqlalchemy.dialects:driver\n"
    assert failed.stderr == wanted
