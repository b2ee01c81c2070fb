"""`course explain`: the error in what was pasted, what it means, and the lessons that show it."""

import io
import sys

import pytest

from course.command import run as main
from course.contents import load_course
from course.lesson.shown_errors import shown_errors
from course.project.pasted import Pasted, read_pasted
from tests.opened import stem

TRACEBACK = """INFO  [alembic.runtime.migration] Running upgrade  -> 0001
Traceback (most recent call last):
  File "/home/mina/shop/.venv/lib/python3.12/site-packages/alembic/config.py", line 12, in main
    self.run_cmd(cfg, options)
  File "/home/mina/shop/migrations/versions/0001_users.py", line 21, in upgrade
    op.create_index("ix", "t", ["a"])
  File "/home/mina/shop/.venv/lib/python3.12/site-packages/alembic/operations/ops.py", line 1, in x
    return impl()
sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such table: main.t
[SQL: CREATE INDEX ix ON t (a)]
(Background on this error at: https://sqlalche.me/e/21/e3q8)
"""


def test_the_last_error_counts_and_the_learners_own_file():
    found = read_pasted(f"FAILED: Target database is not up to date.\n{TRACEBACK}")
    assert found == Pasted(
        "sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such table: main.t",
        "no_table",
        "/home/mina/shop/migrations/versions/0001_users.py",
        21,
    )


def test_what_a_terminal_wrapped_or_coloured_is_one_line():
    text = "\x1b[31mFAILED: Can't locate revision\x1b[0m\n  identified by 'bbb222'\nshop $ \n"
    found = read_pasted(text)
    assert found == Pasted(
        "FAILED: Can't locate revision identified by 'bbb222'", "unknown_revision", "", 0
    )


def test_an_error_that_is_not_known_is_still_found():
    frame = 'File "C:\\shop\\env.py", line 3, in <module>'
    text = f"Traceback (most recent call last):\n  {frame}\nZeroDivisionError: division by zero"
    found = read_pasted(text)
    assert found == Pasted("ZeroDivisionError: division by zero", "", "C:\\shop\\env.py", 3)


@pytest.mark.parametrize("text", ["", "INFO  [alembic] Running upgrade  -> 0001", "hello"])
def test_a_text_without_an_error_has_none(text):
    assert read_pasted(text) is None


@pytest.mark.parametrize(
    ("lang", "meaning", "shown"),
    [
        ("en", "Run `alembic upgrade head` first.", "2 · Write a revision by hand · Apply it"),
        ("ko", "`alembic upgrade head`를 먼저 실행합니다.", "2 · 리비전을 손으로 쓰기 · "),
    ],
)
def test_a_known_error_is_explained_in_the_language(capsys, lang, meaning, shown):
    error = "FAILED: Target database is not up to date."
    assert main.run(["explain", "--lang", lang, *error.split()]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{error}\n")
    assert meaning in said
    assert shown in said
    assert f"notebooks/{lang}/{stem('manual_revision')}.ipynb" in said


def test_the_lessons_can_be_left_out(capsys):
    error = "FAILED: Target database is not up to date."
    assert main.run(["explain", "--lang", "en", "--no-lessons", error]) == 0
    said = capsys.readouterr().out
    assert "Run `alembic upgrade head` first." in said
    assert "notebooks/" not in said and not said.endswith("\n\n")


def test_what_is_piped_in_is_read(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(TRACEBACK))
    assert main.run(["explain", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "It stopped in `/home/mina/shop/migrations/versions/0001_users.py`, line 21." in said
    assert "The database has no table `t` at that moment." in said


def test_who_has_to_paste_is_told_how_to_end(capsys, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("hello"))
    assert main.run(["explain", "--lang", "en"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    asked, problem = said.err.splitlines()
    assert asked.startswith("Paste what the terminal printed, then press Ctrl-")
    assert problem.startswith("There's no error in this text.")


def test_an_unknown_error_says_how_to_read_it(capsys):
    assert main.run(["explain", "--lang", "en", "ZeroDivisionError: division by zero"]) == 1
    said = capsys.readouterr().out
    assert "The course doesn't know this error." in said


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_each_section_is_named_once_for_an_error_and_says_its_heading(lang):
    shown = shown_errors(load_course(), lang)
    places = [(one.key, one.entry.slug, one.section) for one in shown]
    assert len(set(places)) == len(places) > 50
    assert all(one.section for one in shown)
    numbers = [one.entry.number for one in shown]
    assert numbers == sorted(numbers)
