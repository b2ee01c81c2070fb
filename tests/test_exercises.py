"""Every exercise rehearsed in a kernel; every lesson's end held against the next one's start.

The end is also what the lesson builds right: a review by the course's own rules finds nothing.
"""

import pytest

from course.author.chain import differences, following
from course.author.rehearse import rehearse
from course.author.source import read_lesson
from course.contents import load_course
from course.project.project import Project
from course.review import findings

COURSE = load_course()


@pytest.mark.slow
@pytest.mark.parametrize("entry", COURSE.lessons, ids=lambda entry: entry.slug)
def test_every_answer_earns_its_verdict_and_the_end_is_right(entry):
    with rehearse(COURSE, read_lesson(COURSE, entry)) as rehearsal:
        assert rehearsal.problems == []
        assert findings(Project(rehearsal.folder)) == []
        after = following(COURSE, entry)
        if after is not None:
            assert differences(rehearsal.folder, after.folder) == []
