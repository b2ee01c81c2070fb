"""The sections of a view, and how they are drawn."""

from dataclasses import dataclass
from pathlib import Path

WORDS = Path(__file__).with_name("words.toml")

NAMES = ("parts", "graph", "changes", "schema")
"""The sections that a look can draw, from top to bottom."""


@dataclass(frozen=True)
class Section:
    """One picture of a view: a name by which it is known again, its heading, picture and text."""

    name: str
    label: str
    html: str
    text: str = ""
    open: bool = True
