"""The sections of a view, and how they are drawn."""

from dataclasses import dataclass
from pathlib import Path

WORDS = Path(__file__).with_name("words.toml")


@dataclass(frozen=True)
class ViewOptions:
    """How the graph is drawn: with rows that can be clicked, and one of them selected."""

    clickable: bool = False
    selected: str | None = None


@dataclass(frozen=True)
class Section:
    """One picture of a view: a name by which it is known again, its heading, picture and text."""

    name: str
    label: str
    html: str
    text: str = ""
    open: bool = True
