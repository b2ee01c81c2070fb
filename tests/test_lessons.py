"""Every lesson as it is written: prose in pairs, exercises whole, words in every language."""

import pytest

from course.author.chain import following
from course.author.proof.lesson import lesson_problems, missing_words
from course.author.source import read_lesson
from course.contents import load_course

COURSE = load_course()


@pytest.mark.parametrize("entry", COURSE.lessons, ids=lambda entry: entry.slug)
def test_lesson_is_whole(entry):
    assert lesson_problems(COURSE, read_lesson(COURSE, entry)) == []


def test_the_kit_speaks_every_language():
    assert missing_words(COURSE) == []


def test_lessons_build_on_lessons_before_them():
    seen = set()
    for entry in COURSE.lessons:
        assert set(entry.needs) <= seen, entry.slug
        seen.add(entry.slug)


def test_the_tutorial_is_one_chain():
    tutorial = [entry for entry in COURSE.lessons if entry.part == "tutorial"]
    assert [following(COURSE, entry) for entry in tutorial[:-1]] == tutorial[1:]
