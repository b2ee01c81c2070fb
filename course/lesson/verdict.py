"""What a check says of an exercise, and its words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from course.lesson.card import VIOLET, Card
from course.phrases import all_phrases, fill_in, load, phrase, with_fallback
from course.project.errors import BEYOND_THE_LEARNER, ProjectError
from course.project.errors import WORDS as ERROR_WORDS
from course.project.meanings import meaning

WORDS = Path(__file__).with_name("lesson.toml")
ALWAYS = Path(__file__).with_name("always.toml")
"""What is said of what every check asks (`course.lesson.always`)."""


class Outcome(StrEnum):
    """The four ways a check can end."""

    NOT_STARTED = "not_started"
    PASSED = "passed"
    NOT_YET = "not_yet"
    CANNOT_CHECK = "cannot_check"


@dataclass(frozen=True)
class Verdict:
    """An outcome; `mistake` names which mistake or, for CANNOT_CHECK, which reason.

    `values` fill in its message. One called `said` is an error's own line.
    """

    outcome: Outcome
    mistake: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)


def not_started() -> Verdict:
    """The project shows no sign of the exercise."""
    return Verdict(Outcome.NOT_STARTED)


def passed() -> Verdict:
    """The project's state is what the exercise asks for."""
    return Verdict(Outcome.PASSED)


def not_yet(mistake: str, **values: object) -> Verdict:
    """Something is there and it is not right: name the mistake, as messages.toml has it."""
    return Verdict(Outcome.NOT_YET, mistake, values)


def of_error(reason: ProjectError) -> Verdict:
    """What keeps a project from being looked at: a mistake in it is *not yet*."""
    beyond = reason.key in BEYOND_THE_LEARNER
    outcome = Outcome.CANNOT_CHECK if beyond else Outcome.NOT_YET
    return Verdict(outcome, reason.key, reason.values)


@cache
def kit_mistakes() -> frozenset[str]:
    """Give the mistakes for which a lesson needs no message of its own."""
    errors = {key for key, _ in all_phrases(load(ERROR_WORDS))} - BEYOND_THE_LEARNER
    return frozenset(errors | {key for key, _ in all_phrases(load(ALWAYS))})


OTHER_WORK = "other_work"
"""Not started by what the lesson's check asks, although something was done."""

COLORS = {
    Outcome.NOT_STARTED: "#6e7781",
    Outcome.PASSED: "#1a7f37",
    Outcome.NOT_YET: "#bf5700",
    Outcome.CANNOT_CHECK: VIOLET,
}

Messages = Mapping[str, Any]
"""An exercise's table of messages.toml."""


def verdict_message(verdict: Verdict, messages: Messages, lang: str) -> str:
    """Give the words of a verdict: the reason, or what the exercise's messages say.

    What they do not say of a mistake, the course's own words do (`kit_mistakes`). A language that
    lacks them gets another's (`course.phrases`). Raises KeyError when there are none at all.
    """
    mistake, values = verdict.mistake, verdict.values
    if verdict.outcome is Outcome.CANNOT_CHECK:
        return phrase(ERROR_WORDS, mistake or "other", lang, **values)
    if mistake is None:
        return fill_in(with_fallback(messages[verdict.outcome])[lang].strip(), values)
    own = messages.get("not_yet", {})
    if mistake in own or mistake not in kit_mistakes():
        return fill_in(with_fallback(own[mistake])[lang].strip(), values)
    if mistake == OTHER_WORK:
        untouched = with_fallback(messages[Outcome.NOT_STARTED])[lang].strip()
        return f"{untouched}\n{phrase(ALWAYS, OTHER_WORK, lang, **values)}"
    words = ALWAYS if mistake in load(ALWAYS) else ERROR_WORDS
    return phrase(words, mistake, lang, **values)


def note_card(words: str, lang: str, code: str | None = None) -> Card:
    """Show a note, with code below its words if there is any."""
    return Card(phrase(WORDS, "note", lang), (words,), VIOLET, code)


def verdict_card(verdict: Verdict, exercise: str, messages: Messages, lang: str) -> Card:
    """Show a verdict with its message in the language, and what an error in it means."""
    word = phrase(WORDS, f"outcome.{verdict.outcome}", lang)
    lines = verdict_message(verdict, messages, lang).split("\n")
    means = meaning(str(verdict.values.get("said", "")), lang, verdict.mistake or "")
    paragraphs = (*lines, means) if means else tuple(lines)
    return Card(f"{word} · {exercise}", paragraphs, COLORS[verdict.outcome])
