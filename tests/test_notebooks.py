"""The committed notebooks are exactly what the lessons build; nbval runs them beside this."""

import pytest

from course.author.proof.lesson import notebook_problems, stray_notebooks
from course.author.source import read_lesson
from course.contents import load_course

COURSE = load_course()


@pytest.mark.parametrize("entry", COURSE.lessons, ids=lambda entry: entry.slug)
def test_notebooks_are_what_the_lesson_builds(entry):
    assert notebook_problems(COURSE, read_lesson(COURSE, entry)) == []


def test_no_notebook_without_a_lesson():
    assert stray_notebooks(COURSE) == []
