"""The committed notebooks are exactly what the lessons build; nbval runs them beside this."""

import nbformat
import pytest

from course.author import notebook, readme
from course.author.proof.lesson import notebook_problems, stray_notebooks
from course.author.proof.pace import pace_problems
from course.author.source import read_lesson
from course.contents import load_course
from course.review.rules import titles
from tests.checkout import copy_everything

COURSE = load_course()


@pytest.mark.parametrize("entry", COURSE.lessons, ids=lambda entry: entry.slug)
def test_notebooks_are_what_the_lesson_builds(entry):
    assert notebook_problems(COURSE, read_lesson(COURSE, entry)) == []


@pytest.mark.parametrize("entry", COURSE.lessons, ids=lambda entry: entry.slug)
def test_a_learner_acts_early_and_often(entry):
    assert pace_problems(COURSE, read_lesson(COURSE, entry)) == []


def test_no_notebook_without_a_lesson():
    assert stray_notebooks(COURSE) == []


def test_a_notebook_is_written_as_nbformat_writes_it():
    for entry in COURSE.lessons:
        path = entry.notebook(next(iter(COURSE.languages)), solved=True)
        text = path.read_text(encoding="utf-8")
        assert notebook.as_text(notebook.read(path)) == text
        assert nbformat.writes(nbformat.reads(text, as_version=4)) + "\n" == text


def test_readmes_have_the_lessons_and_the_rules():
    assert readme.problems(COURSE) == []


@pytest.mark.parametrize("lang", COURSE.languages)
def test_the_rules_of_a_readme_are_those_of_the_review(lang):
    assert readme.rule_titles(COURSE.root, lang) == list(titles(lang).values())


def test_a_readme_that_lacks_a_lesson_is_found(tmp_path):
    course = copy_everything(tmp_path / "kit")
    path = course.root / "README.ko.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("| 5 | [", "| 6 | [", 1), encoding="utf-8")
    assert readme.problems(course) == [
        "README.ko.md: `python3 -m course build` writes its tables anew"
    ]
    path.write_text(text.replace("<!-- rules: end -->", ""), encoding="utf-8")
    assert readme.problems(course) == ["README.ko.md: there is no block 'rules'"]
