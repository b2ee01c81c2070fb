"""Everything that the two source documents state is shown by a cell that ran."""

from copy import deepcopy

import pytest

from course.author.proof.claims import coverage_problems, load_statements
from course.contents import load_course

COURSE = load_course()
STATEMENTS = load_statements(COURSE)


def test_every_statement_is_shown():
    assert coverage_problems(COURSE, STATEMENTS) == []


def test_both_documents_are_covered_by_lessons_of_both_parts():
    lessons = {cell.partition(":")[0] for one in STATEMENTS for cell in one["shown"]}
    assert {one["seed"] for one in STATEMENTS} == {"tutorial", "reference"}
    assert lessons == {entry.slug for entry in COURSE.lessons}


@pytest.mark.parametrize(
    ("shown", "problem"),
    [
        ([], "names a cell or more"),
        (["init:no-such-cell"], "no cell init:no-such-cell ran"),
        (["no_such_lesson:open"], "no cell no_such_lesson:open ran"),
        (["rollback:copy-database"], "no cell rollback:copy-database ran"),
    ],
    ids=["no cell", "unknown cell", "unknown lesson", "silent cell"],
)
def test_a_statement_that_no_cell_shows_is_found(shown, problem):
    spoiled = deepcopy(STATEMENTS)
    spoiled[0]["shown"] = shown
    [found] = coverage_problems(COURSE, spoiled)
    assert problem in found
