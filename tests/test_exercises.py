"""Every exercise rehearsed in a kernel; every lesson's end held against what it has to be."""

import pytest

from course.author.proof.exercises import exercise_problems
from course.author.source import read_lesson
from course.contents import load_course

COURSE = load_course()


@pytest.mark.slow
@pytest.mark.parametrize("entry", COURSE.lessons, ids=lambda entry: entry.slug)
def test_every_answer_earns_its_verdict_and_the_end_is_right(entry):
    assert exercise_problems(COURSE, read_lesson(COURSE, entry)) == []
