"""A third language is added by text alone, and every half of it is better than none."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from course.author.build import lacking, plan_all
from course.author.compose import targets
from course.author.proof.lesson import kit_problems, lesson_problems
from course.author.source import read_lesson
from course.command.reset import reset_lesson
from course.contents import load_course
from course.lesson.verdict import Outcome, Verdict, verdict_message
from tests.checkout import SLUG, import_path, skeleton_checkout


def add_phrases(path: Path) -> None:
    """Say in French, with the English words, whatever a TOML file says in English."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r'(?ms)^en = (""".*?""")$', r"en = \1\nfr = \1", text)
    text = re.sub(r'(?m)^en = (?!""")(.*)$', r"en = \1\nfr = \1", text)
    text = re.sub(r', en = ("[^"]*") }', r", en = \1, fr = \1 }", text)
    path.write_text(text, encoding="utf-8")


def add_prose(path: Path) -> None:
    """Follow each English prose cell of a lesson by a French one."""
    text = path.read_text(encoding="utf-8")
    cells = re.split(r"(?m)^(?=\+\+\+|```\{code-cell\})", text)
    french = [cell.replace('"lang": "en"', '"lang": "fr"') for cell in cells]
    pairs = zip(cells, french, strict=True)
    path.write_text(
        "".join(cell if cell == other else cell + other for cell, other in pairs), encoding="utf-8"
    )


def test_a_language_without_its_texts_is_named(tmp_path):
    root = skeleton_checkout(tmp_path / "kit").root
    add_phrases(root / "lessons" / "course.toml")
    course = load_course(root)
    said = lesson_problems(course, read_lesson(course, course.lesson(SLUG)))
    assert f"{SLUG}: prose 'goals' lacks fr" in said
    assert f"{SLUG}: message 'set_file.hint.1' lacks fr" in said
    assert "words.toml: needs lacks fr" in kit_problems(course)


def test_a_language_with_its_texts_has_notebooks(tmp_path, monkeypatch):
    root = skeleton_checkout(tmp_path / "kit").root
    for path in [*root.rglob("course/**/*.toml"), *root.rglob("lessons/**/*.toml")]:
        if path.name != "style.toml":
            add_phrases(path)
    add_prose(root / "lessons" / SLUG / "lesson.md")
    course = load_course(root)
    source = read_lesson(course, course.lesson(SLUG))
    problems = lesson_problems(course, source)
    assert [problem for problem in problems if "is not accepted" not in problem] == []
    assert kit_problems(course) == []
    monkeypatch.setattr("course.author.compose.WORDS", root / "course" / "author" / "words.toml")
    rooms = [target.path.parent.relative_to(root).as_posix() for target in targets(course, source)]
    assert rooms[-2:] == ["notebooks/fr", "notebooks/solutions/fr"]
    cells = targets(course, source)[-1].notebook["cells"]
    code = next(cell["source"] for cell in cells if cell["id"] == "open")
    assert code.endswith('lang="fr")')


@pytest.fixture(scope="module")
def half_added(tmp_path_factory) -> Path:
    """A checkout that names French as one of its languages and says nothing in it."""
    root = skeleton_checkout(tmp_path_factory.mktemp("half") / "kit").root
    manifest = root / "lessons" / "course.toml"
    text = manifest.read_text(encoding="utf-8")
    text = text.replace('en = "English"\n', 'en = "English"\nfr = "Français"\n', 1)
    manifest.write_text(text, encoding="utf-8")
    return root


def course(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the checkout as `python3 -m course` does once its packages are there."""
    return subprocess.run(
        [sys.executable, "-m", "course.command", *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": import_path(root), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["progress"], "Exercises"),
        (["review", ".", "--no-migrate"], "alembic.ini"),
        (["new", SLUG], SLUG),
        (["reset", "9"], "9"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_half_added_language_speaks_english(half_added, arguments, words):
    ran = course(half_added, *arguments, "--lang", "fr")
    assert "Traceback" not in ran.stderr
    assert words in ran.stdout + ran.stderr
    assert not re.search("[가-힣]", ran.stdout + ran.stderr)


def test_a_half_added_language_is_composed_and_what_lacks_is_named(half_added):
    kit = load_course(half_added)
    plans = plan_all(kit, kit.lessons, accept=False)
    said = lacking(kit, kit.lessons, plans, "fr")
    [line] = [line for line in said if line.startswith(f"{SLUG} lacks ")]
    assert "in fr: 'title' in course.toml, " in line
    assert "prose 'goals'" in line
    [english, french] = [
        target.notebook["cells"]
        for target in targets(kit, plans[SLUG].source)
        if target.lang in ("en", "fr") and not target.solved
    ]
    prose = [cell["source"] for cell in french if cell["cell_type"] == "markdown"]
    assert (
        prose[:-1] == [cell["source"] for cell in english if cell["cell_type"] == "markdown"][:-1]
    )
    assert 'lang="fr"' in next(cell["source"] for cell in french if cell["id"] == "open")


def test_a_half_added_language_is_reset(half_added, monkeypatch, capsys):
    monkeypatch.delenv("COURSE_WORKSPACE", raising=False)
    assert reset_lesson(load_course(half_added), "fr", SLUG) == 0
    assert f"{SLUG}: its passed exercises are forgotten" in capsys.readouterr().out


def test_messages_of_a_half_added_language_are_english(half_added):
    entry = load_course(half_added).lesson(SLUG)
    verdict = Verdict(Outcome.NOT_YET, "other_file", {"file": "app.db"})
    said = verdict_message(verdict, entry.messages["set_file"], "fr")
    assert said == verdict_message(verdict, entry.messages["set_file"], "en")
