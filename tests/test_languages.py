"""A third language is added by text alone: no line of code changes."""

import re
from pathlib import Path

from course.author.build import targets
from course.author.proof.lesson import lesson_problems, missing_words
from course.author.source import read_lesson
from course.contents import load_course
from tests.checkout import SLUG, skeleton_checkout


def add_phrases(path: Path) -> None:
    """Say in French, with the English words, whatever a TOML file says in English."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^en = (.*)$", r"en = \1\nfr = \1", text)
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
    assert f"{SLUG}: exercise 'set_file': 'hints' lacks fr" in said
    assert "words.toml: needs lacks fr" in missing_words(course)


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
    assert missing_words(course) == []
    monkeypatch.setattr("course.author.compose.WORDS", root / "course" / "build" / "words.toml")
    rooms = [target.path.parent.relative_to(root).as_posix() for target in targets(course, source)]
    assert rooms[-2:] == ["notebooks/fr", "notebooks/solutions/fr"]
    code = next(cell for cell in targets(course, source)[-1].notebook.cells if cell.id == "open")
    assert code.source.endswith('lang="fr")')
