"""The committed notebooks are exactly what the lessons build; nbval runs them beside this."""

import pytest

from course.build.proof import notebook_problems, stray_notebooks
from course.build.source import read_lesson
from course.manifest import load_course

COURSE = load_course()


@pytest.mark.parametrize("entry", COURSE.lessons, ids=lambda entry: entry.slug)
def test_notebooks_are_what_the_lesson_builds(entry):
    assert notebook_problems(COURSE, read_lesson(COURSE, entry)) == []


def test_no_notebook_without_a_lesson():
    assert stray_notebooks(COURSE) == []
