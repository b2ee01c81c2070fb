"""Each rule finds what breaks it and nothing else; a rule is a file in a folder, and its words."""

import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from course.command.language import languages
from course.project.project import Project
from course.review import RULES, findings, review, rules
from course.review.rules import TRIP_RULES
from tests.review.project import BREAKS, PROJECTS, assert_alike, content, line_of

FOLDER = Path(rules.__file__).parent
PHRASES = {"title", "what", "why", "mend"}
MORE = {"empty_message": {"weak_words"}}


def names_of(suffix: str) -> set[str]:
    return {path.stem for path in FOLDER.glob(f"*{suffix}")} - {"__init__"}


def test_each_rule_is_two_files_and_the_table_has_it():
    assert names_of(".py") == names_of(".toml") == {*RULES, *TRIP_RULES}
    orders = [rule.order for rule in [*RULES.values(), *TRIP_RULES.values()]]
    assert orders == sorted(set(orders))


@pytest.mark.parametrize("name", [*RULES, *TRIP_RULES])
def test_the_words_of_a_rule(name):
    words = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    assert set(words) == PHRASES | MORE.get(name, set())
    for key in PHRASES:
        one_way = all(isinstance(text, str) for text in words[key].values())
        for variant, texts in {"": words[key]}.items() if one_way else words[key].items():
            assert_alike(f"{key}.{variant}", texts)


def test_titles_name_every_rule_in_order():
    for lang in languages():
        assert list(rules.titles(lang)) == [*RULES, *TRIP_RULES]
    assert rules.titles("en")["several_heads"] == "several heads"


def test_each_rule_has_its_projects():
    assert {*RULES, *TRIP_RULES} == set(BREAKS)
    assert {path.name for path in PROJECTS.iterdir()} == {"common", *BREAKS}


@pytest.mark.parametrize("rule", RULES)
def test_what_breaks_a_rule_is_found_there_and_nothing_else(make, rule):
    folder = make(rule, "breaks")
    file, text = BREAKS[rule]
    [found] = findings(Project(folder))
    assert (found.rule, found.file, found.line) == (rule, file, line_of(folder / file, text))
    for lang in languages():
        assert "{" not in RULES[rule].what(found, lang)


@pytest.mark.parametrize("rule", RULES)
def test_what_keeps_a_rule_is_not_found(make, rule):
    assert findings(Project(make(rule, "keeps"))) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_is_switched_off_is_missed(make, monkeypatch, rule):
    """No other rule stands in for it: without it, the test above fails."""
    monkeypatch.setitem(RULES, rule, replace(RULES[rule], check=lambda text: iter(())))
    assert findings(Project(make(rule, "breaks"))) == []


@pytest.mark.parametrize("rule", TRIP_RULES)
def test_what_only_migrating_finds(make, rule):
    folder = make(rule, "breaks")
    before = content(folder)
    made = review(Project(folder), migrate=True)
    [found] = made.findings
    file, text = BREAKS[rule]
    assert (found.rule, found.file, found.line) == (rule, file, line_of(folder / file, text))
    assert (made.migrated, made.notes) == (True, [])
    assert review(Project(folder), migrate=False).findings == []
    assert content(folder) == before
    for lang in languages():
        said = TRIP_RULES[rule].what(found, lang)
        assert "0002" in said or "notes" in said


def test_a_rule_can_be_asked_for_alone(make):
    project = Project(make("create_all", "breaks"))
    assert findings(project, "empty_downgrade", "several_heads") == []
    assert [one.rule for one in findings(project, "create_all")] == ["create_all"]
    with pytest.raises(KeyError):
        findings(project, "no_such_rule")


def test_an_empty_downgrade_is_told_once(make):
    made = review(Project(make("empty_downgrade", "breaks")), migrate=True)
    assert [one.rule for one in made.findings] == ["empty_downgrade"]


def test_a_review_loads_no_notebook_and_no_command_line():
    """What a rule or a lesson's check imports is a project's text, and nothing to show it with."""
    show = "import sys, course.review; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", show], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "alembic" in loaded
    unwanted = {"IPython", "ipykernel", "jupyter_client", "jupyterlab", "nbformat", "rich", "typer"}
    assert unwanted.isdisjoint(loaded)
