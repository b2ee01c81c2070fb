"""Every lesson as it is written: prose in pairs, exercises whole, words in every language."""

import pytest

from course.author.chain import following
from course.author.compose import blank
from course.author.proof.lesson import kit_problems, lesson_problems
from course.author.proof.teaching import teaching_problems, without_teaching
from course.author.source import read_lesson
from course.contents import load_course

COURSE = load_course()


@pytest.mark.parametrize("entry", COURSE.lessons, ids=lambda entry: entry.slug)
def test_lesson_is_whole(entry):
    source = read_lesson(COURSE, entry)
    assert [*lesson_problems(COURSE, source), *teaching_problems(COURSE, source)] == []


def test_the_kit_speaks_every_language_in_the_words_of_the_course():
    assert kit_problems(COURSE) == []


def test_every_lesson_has_notes_for_instructors():
    assert without_teaching(COURSE) == []


def test_lessons_build_on_lessons_before_them():
    seen = set()
    for entry in COURSE.lessons:
        assert set(entry.needs) <= seen, entry.slug
        seen.add(entry.slug)


def test_the_tutorial_is_one_chain():
    tutorial = [entry for entry in COURSE.lessons if entry.part == "tutorial"]
    assert [following(COURSE, entry) for entry in tutorial[:-1]] == tutorial[1:]


@pytest.mark.parametrize(
    ("written", "korean", "english"),
    [
        ("# 여기 · here", "\n# 여기", "\n# here"),
        ("# 1. 하나 · one", "\n# 1. 하나", "\n# 1. one"),
        ("price = 1  # 값 · the price", "price = 1  # 값", "price = 1  # the price"),
        ("# !alembic", "\n# !alembic", "\n# !alembic"),
        ('print("a · b")', 'print("a · b")', 'print("a · b")'),
        ('print("#1 · b")', 'print("#1 · b")', 'print("#1 · b")'),
        ("%%writefile x.py\n# 값 · value", "%%writefile x.py\n# 값", "%%writefile x.py\n# value"),
    ],
)
def test_an_answer_cell_speaks_one_language_and_leaves_its_first_line_free(
    written, korean, english
):
    languages = ["ko", "en"]
    assert blank(written, "ko", languages) == korean
    assert blank(written, "en", languages) == english
    assert blank(written, "fr", [*languages, "fr"]) == english
