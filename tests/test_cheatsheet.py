"""The cheat sheet: every command of it exists, and both languages are whole."""

import os
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator

import pytest
from alembic.config import CommandLine

from course.author import readme
from course.author.problem import LessonProblem
from course.author.proof.style import unwanted
from course.author.teaching.cheatsheet import cheatsheet, lacking, load, used
from course.contents import ROOT, load_course
from course.project.effects import Part
from tests.small_course import make_course

COURSE = load_course()
COMMANDS = [command["run"] for command in load(COURSE)["command"]]
ERRORS = [error["text"] for error in load(COURSE)["error"]]


@pytest.mark.parametrize("line", COMMANDS)
def test_alembic_takes_every_command_as_it_is_written(line):
    program, *words = shlex.split(line)
    assert program == "alembic"
    assert CommandLine().parser.parse_args(words).cmd[0].__name__ == words[0]


@pytest.mark.parametrize("name", sorted({shlex.split(line)[1] for line in COMMANDS}))
def test_alembic_explains_every_command(name):
    done = subprocess.run(
        [sys.executable, "-m", "alembic", name, "--help"],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert done.returncode == 0 and f"alembic {name}" in done.stdout.replace(
        "__main__.py", "alembic"
    )


def test_what_a_command_reads_and_changes_is_what_the_lessons_draw():
    models, revisions, version, schema = Part
    assert used("alembic upgrade head") == {
        models: "",
        revisions: "reads",
        version: "both",
        schema: "writes",
    }
    assert used("alembic stamp head")[schema] == ""
    assert used("alembic check") == dict.fromkeys(Part, "reads")
    with pytest.raises(LessonProblem):
        used("git status")


def test_every_text_is_in_every_language():
    assert lacking(COURSE) == []


@pytest.mark.parametrize("name", ["cheatsheet.toml", "schedules.toml"])
def test_the_texts_keep_to_the_words_of_the_course(name):
    said = list(texts(tomllib.loads((ROOT / "lessons" / name).read_text(encoding="utf-8"))))
    assert len(said) > 10
    assert [word for lang, text in said for word in unwanted(text, lang)] == []


def texts(table: object) -> Iterator[tuple[str, str]]:
    for key, below in table.items() if isinstance(table, dict) else enumerate(table):
        if isinstance(below, dict | list):
            yield from texts(below)
        elif key in COURSE.languages:
            yield key, below


@pytest.mark.parametrize("lang", COURSE.languages)
def test_a_page_has_every_command_and_error_and_is_the_same_each_time(lang):
    page = cheatsheet(COURSE, lang)
    assert page == cheatsheet(COURSE, lang)
    assert page.count('<td class="run">') == len(COMMANDS)
    assert len(ERRORS) == 5
    assert all(error.replace("'", "&#x27;") in page for error in ERRORS)
    assert f'<html lang="{lang}">' in page and "http" not in page


def test_the_pages_are_what_the_build_writes():
    for path, page in readme.cheatsheets(COURSE).items():
        assert path.read_text(encoding="utf-8") == page


def test_a_text_that_lacks_a_language_and_a_page_that_differs_are_found(tmp_path):
    course = make_course(tmp_path, "init")
    table = tmp_path / "lessons" / "cheatsheet.toml"
    shutil.copy(ROOT / "lessons" / "cheatsheet.toml", table)
    assert "cheatsheet.ko.html: `python3 -m course build` writes it anew" in readme.problems(course)
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace('en = "Models"', 'en = ""'), encoding="utf-8")
    assert lacking(course) == ["lessons/cheatsheet.toml: part.models.title lacks en"]
    assert "모델" in cheatsheet(course, "en")
    table.write_text(text.replace("[title]", "[titel]"), encoding="utf-8")
    with pytest.raises(LessonProblem, match="lacks 'title'"):
        cheatsheet(course, "en")
