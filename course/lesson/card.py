"""What a lesson shows in words: a card with a heading, and cards below something else."""

import html
import re
from dataclasses import dataclass
from typing import Any

BLUE = "#0969da"
VIOLET = "#8250df"


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
    """Something that displays itself, with cards (or what else displays itself) below it."""

    shown: object
    notes: tuple[object, ...]

    def __repr__(self) -> str:
        return "\n\n".join(repr(part) for part in (self.shown, *self.notes))

    def _repr_html_(self) -> str:
        parts = [_html(part) for part in (self.shown, *self.notes)]
        return "\n".join(part or f"<pre>{html.escape(repr(self.shown))}</pre>" for part in parts)


def _html(part: Any) -> str | None:
    """Give the HTML that IPython would ask the part for."""
    if hasattr(part, "_repr_mimebundle_"):
        bundle: dict[str, str] = part._repr_mimebundle_()
        return bundle.get("text/html")
    shown: str = part._repr_html_()
    return shown


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))
