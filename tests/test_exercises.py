"""Every exercise rehearsed in a kernel; every lesson's end held against the next one's start."""

import pytest

from course.build.rehearse import rehearse
from course.build.source import read_lesson
from course.build.starts import differences, following
from course.manifest import load_course

COURSE = load_course()


@pytest.mark.slow
@pytest.mark.parametrize("entry", COURSE.lessons, ids=lambda entry: entry.slug)
def test_every_answer_earns_its_verdict_and_the_end_is_the_next_start(entry):
    with rehearse(COURSE, read_lesson(COURSE, entry)) as rehearsal:
        assert rehearsal.problems == []
        after = following(COURSE, entry)
        if after is not None:
            assert differences(rehearsal.folder, after.folder / "start") == []
