"""What a check says of an exercise, and how it looks."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from course.phrases import fill_in, phrase
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
    Outcome.CANNOT_CHECK: "#8250df",
}


@dataclass(frozen=True)
class Card:
    """A short text with a heading and a coloured edge; the heading's words carry the meaning."""

    heading: str
    paragraphs: tuple[str, ...]
    color: str
    code: str | None = None

    @property
    def text(self) -> str:
        """The card as plain text."""
        parts = [self.heading, *self.paragraphs]
        return "\n".join(parts if self.code is None else [*parts, "", self.code])

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        body = "".join(f"<p>{_inline(paragraph)}</p>" for paragraph in self.paragraphs)
        if self.code is not None:
            body += f"<pre>{html.escape(self.code)}</pre>"
        style = f"border-left: 4px solid {self.color}; padding: 2px 12px"
        return f'<div style="{style}"><p><strong>{_inline(self.heading)}</strong></p>{body}</div>'


@dataclass(frozen=True)
class Noted:
    """Something that displays itself, with cards below it."""

    shown: object
    notes: tuple[Card, ...]

    def __repr__(self) -> str:
        return "\n\n".join(repr(part) for part in (self.shown, *self.notes))

    def _repr_html_(self) -> str:
        parts = [_html(part) for part in (self.shown, *self.notes)]
        return "\n".join(part or f"<pre>{html.escape(repr(self.shown))}</pre>" for part in parts)


def _html(part: object) -> str | None:
    if hasattr(part, "_repr_mimebundle_"):
        return part._repr_mimebundle_().get("text/html")
    return part._repr_html_()


def verdict_message(verdict: Verdict, messages: dict, lang: str) -> str:
    """Give the words of a verdict: the reason, or what the exercise's table of messages.toml says.

    Raises KeyError when there are none in the language.
    """
    if verdict.outcome is Outcome.CANNOT_CHECK:
        return phrase(ERROR_WORDS, verdict.mistake, lang, **verdict.values)
    table = messages["not_yet"][verdict.mistake] if verdict.mistake else messages[verdict.outcome]
    return fill_in(table[lang].strip(), verdict.values)


def verdict_card(verdict: Verdict, exercise: str, messages: dict, lang: str) -> Card:
    """Show a verdict with its message in the language."""
    word = phrase(WORDS, f"outcome.{verdict.outcome}", lang)
    message = verdict_message(verdict, messages, lang)
    return Card(f"{word} · {exercise}", tuple(message.split("\n")), COLORS[verdict.outcome])


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
