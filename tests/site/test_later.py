"""What a lesson needs beyond the kernel is found by the cell that opens it."""

import pytest

from course.contents import load_course
from course.site.kernel.later import OPENS, kinds, lacking


@pytest.mark.parametrize("entry", load_course().lessons, ids=lambda entry: entry.slug)
def test_the_cell_that_opens_a_lesson_is_known(entry):
    text = entry.notebook("ko", solved=False).read_text(encoding="utf-8").replace('\\"', '"')
    assert OPENS.findall(text)[0] == (entry.slug, "ko")


def test_a_lesson_that_needs_more_says_so_in_both_languages():
    for entry in load_course().lessons:
        said = {lacking(entry, lang) for lang in ("ko", "en")}
        needs_more = kinds(entry)
        assert len(said) == 2 if needs_more else said == {""}
