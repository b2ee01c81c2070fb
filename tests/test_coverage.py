"""Everything that the two source documents state is shown by a cell that ran."""

from copy import deepcopy

import pytest

from course.author.proof.claims import coverage_problems, load_statements, speaking_cells, unshown
from course.contents import load_course

COURSE = load_course()
STATEMENTS = load_statements(COURSE)


def test_every_statement_is_shown():
    assert coverage_problems(COURSE, STATEMENTS) == []


def test_both_documents_are_covered():
    assert {statement["seed"] for statement in STATEMENTS} == {"tutorial", "reference"}


@pytest.mark.parametrize(
    ("shown", "problem"),
    [
        ([], "names a cell or more"),
        (["init:no-such-cell"], "no cell init:no-such-cell ran"),
        (["no_such_lesson:open"], "no cell no_such_lesson:open ran"),
        (["rollback:copy-database"], "no cell rollback:copy-database ran"),
        (["init:current"], "the cell init:current has nothing of alembic downgrade -1"),
        (["rollback:down-rename", "moving:history"], "the cell moving:history has nothing of"),
    ],
    ids=["no cell", "unknown cell", "unknown lesson", "silent", "unrelated", "one unrelated"],
)
def test_a_statement_that_no_cell_shows_is_found(shown, problem):
    spoiled = deepcopy(STATEMENTS)
    [statement] = [each for each in spoiled if "`alembic downgrade -1` goes back" in each["says"]]
    statement["shown"] = shown
    found = coverage_problems(COURSE, spoiled)
    assert problem in found[0]


def test_a_statement_that_names_nothing_is_found():
    spoiled = deepcopy(STATEMENTS)
    statement = next(each for each in spoiled if "`" not in each["says"])
    del statement["needs"]
    [found] = coverage_problems(COURSE, spoiled)
    assert "it names nothing in backquotes" in found


def test_hardly_any_other_cell_would_do():
    """Of all cells, what a statement needs is in those that it names and in few others."""
    speaking = {entry.slug: speaking_cells(COURSE, entry) for entry in COURSE.lessons}
    cells = [f"{slug}:{key}" for slug, keys in speaking.items() for key in keys]
    would = [
        (statement["says"], cell)
        for statement in STATEMENTS
        for cell in cells
        if cell not in statement["shown"]
        and not list(unshown(statement | {"shown": [cell]}, speaking))
    ]
    assert len(would) < len(STATEMENTS) * len(cells) / 50
