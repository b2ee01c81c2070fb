"""The surface of a lesson: hints in steps, solutions, verdicts, progress."""

import dataclasses
import json
import stat

import pytest

from course.contents import load_course
from course.lesson import beginning, progress
from course.lesson.card import Card, Noted
from course.lesson.problem import LessonError
from course.lesson.verdict import COLORS, WORDS, Outcome, not_yet, verdict_card
from course.phrases import phrase
from tests.opened import stem


def test_hints_come_one_by_one_and_the_last_one_stays(opened):
    lesson = opened("init")
    shown = [repr(lesson.hint("set_url")).splitlines() for _ in range(4)]
    assert [lines[0] for lines in shown] == [
        "Hint 1 of 3 · set_url",
        "Hint 2 of 3 · set_url",
        "Hint 3 of 3 · set_url",
        "Hint 3 of 3 · set_url",
    ]
    assert shown[2] == shown[3]
    assert shown[2][-1] == 'This is the last hint. `lesson.solution("set_url")` shows the solution.'
    assert len(shown[0]) == 2


@pytest.mark.parametrize("entry", load_course().lessons, ids=lambda entry: entry.slug)
@pytest.mark.parametrize("lang", load_course().languages)
def test_every_solution_is_shown(opened, entry, lang):
    lesson = opened(entry.slug, lang)
    for exercise in entry.exercises:
        card = lesson.solution(exercise)
        assert card.code.strip()
        assert exercise in card.heading


@pytest.mark.parametrize("lang", load_course().languages)
def test_a_lesson_whose_packages_are_lacking_names_them_and_the_command(room, monkeypatch, lang):
    entry = dataclasses.replace(load_course().lesson("init"), extra="application")
    asked = []

    def lacking(root, choice):
        asked.append(root / choice)
        return ["fastapi", "sqlmodel"]

    monkeypatch.setattr(beginning, "lacking_packages", lacking)
    with pytest.raises(LessonError) as raised:
        beginning.begin(entry, lang, None)
    said = str(raised.value)
    assert "fastapi, sqlmodel" in said and "requirements-application.txt" in said
    assert "python3 -m course lab --with application" in said
    assert [path.name for path in asked] == ["requirements-application.in"] and asked[0].is_file()
    assert not room.exists(), "nothing was made"


def test_a_pass_is_remembered(opened, room):
    lesson = opened("init")
    assert repr(lesson.check("set_url")).startswith("Not started · set_url")
    assert progress.load(room) == {}
    (room / stem("init") / "alembic.ini").write_text(
        "[alembic]\nscript_location = migrations\nsqlalchemy.url = sqlite:///shop.db\n",
        encoding="utf-8",
    )
    assert repr(lesson.check("set_url")).startswith("✓ Passed · set_url")
    assert progress.load(room) == {"init": ["set_url"]}
    lesson.check("set_url")
    assert progress.load(room) == {"init": ["set_url"]}
    progress.forget(room, "init")
    assert progress.load(room) == {}


def test_a_broken_progress_file_counts_as_none(room):
    room.mkdir()
    (room / "progress.json").write_text("{", encoding="utf-8")
    assert progress.load(room) == {}
    progress.record(room, "init", "set_url")
    assert json.loads((room / "progress.json").read_text(encoding="utf-8")) == {"init": ["set_url"]}


def test_a_pass_that_cannot_be_remembered_is_still_a_pass(opened, room, monkeypatch):
    lesson = opened("init")
    text = "[alembic]\nscript_location = migrations\nsqlalchemy.url = sqlite:///shop.db\n"
    (room / stem("init") / "alembic.ini").write_text(text, encoding="utf-8")

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(progress, "record", full)
    said = repr(lesson.check("set_url"))
    assert said.startswith("✓ Passed · set_url")
    assert "`progress.json` cannot be written (No space left on device)" in said


def test_words_of_a_learner_are_escaped():
    messages = {"not_yet": {"x": {"en": "`{file}` is not right"}}}
    card = verdict_card(not_yet("x", file="<script>"), "set_url", messages, "en")
    assert "<code>&lt;script&gt;</code> is not right" in card._repr_html_()
    assert repr(card) == "△ Not yet · set_url\n`<script>` is not right"


@pytest.mark.parametrize("lang", load_course().languages)
def test_a_verdict_reads_without_colour(lang):
    words = {phrase(WORDS, f"outcome.{outcome}", lang) for outcome in Outcome}
    assert len(words) == len(Outcome) == len(COLORS)


def test_notes_stand_below_what_they_belong_to():
    noted = Noted(Card("a", ("b",), "#000000"), (Card("c", ("d",), "#000000"),))
    assert repr(noted) == "a\nb\n\nc\nd"
    assert noted._repr_html_().index("<p>b</p>") < noted._repr_html_().index("<p>d</p>")


def test_files_in_the_working_folder_can_be_written(opened, room):
    opened("moving")
    for path in (room / stem("moving")).rglob("*"):
        assert path.stat().st_mode & stat.S_IWUSR
