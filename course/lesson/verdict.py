"""What a check says of an exercise, and its words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from course.lesson.card import VIOLET, Card
from course.phrases import fill_in, phrase, with_fallback
from course.project.errors import WORDS as ERROR_WORDS

WORDS = Path(__file__).with_name("lesson.toml")


class Outcome(StrEnum):
    """The four ways a check can end."""

    NOT_STARTED = "not_started"
    PASSED = "passed"
    NOT_YET = "not_yet"
    CANNOT_CHECK = "cannot_check"


@dataclass(frozen=True)
class Verdict:
    """An outcome; `mistake` names which mistake or, for CANNOT_CHECK, which reason.

    `values` fill in its message.
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

    A language that lacks them gets another's (`course.phrases`). Raises KeyError when there are
    none at all.
    """
    if verdict.outcome is Outcome.CANNOT_CHECK:
        return phrase(ERROR_WORDS, verdict.mistake or "other", lang, **verdict.values)
    table = messages["not_yet"][verdict.mistake] if verdict.mistake else messages[verdict.outcome]
    return fill_in(with_fallback(table)[lang].strip(), verdict.values)


def note_card(words: str, lang: str, code: str | None = None) -> Card:
    """Show a note, with code below its words if there is any."""
    return Card(phrase(WORDS, "note", lang), (words,), VIOLET, code)


def verdict_card(verdict: Verdict, exercise: str, messages: Messages, lang: str) -> Card:
    """Show a verdict with its message in the language."""
    word = phrase(WORDS, f"outcome.{verdict.outcome}", lang)
    message = verdict_message(verdict, messages, lang)
    return Card(f"{word} · {exercise}", tuple(message.split("\n")), COLORS[verdict.outcome])
