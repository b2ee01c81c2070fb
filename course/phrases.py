"""Words in several languages, read from TOML: a table a phrase, a key a language."""

import string
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from course.particles import PARTICLES, particle

Text = TypeVar("Text")

FALLBACK = "en"
"""The language of what another one does not say yet."""


class MissingText(KeyError):
    """A phrase that no table holds, or that no language says."""


class Words(dict[str, Text]):
    """One thing said in several languages; one that lacks it gets the English, else the first."""

    def __missing__(self, lang: str) -> Text:
        """Give the words for a language that has none of its own. Raises KeyError without any."""
        if not self:
            raise KeyError(lang)
        return self.get(FALLBACK) or next(iter(self.values()))


class _Filling(string.Formatter):
    """Fills in values, and what depends on them: a particle, one or many."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        if "|" in format_spec:
            one, many = format_spec.split("|")
            return one if str(value) == "1" else many
        if format_spec in PARTICLES:
            return particle(str(value), format_spec)
        return super().format_field(value, format_spec)


@cache
def load(path: Path) -> dict[str, Any]:
    """Read a TOML file of phrases, once a process."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def phrase(path: Path, key: str, lang: str, /, **values: object) -> str:
    """Give the phrase `key` (dotted) of the file in the language, with `{name}` filled in.

    A language without the phrase gets it in English, or in the first language that has it.
    Raises MissingText when there is no such phrase.
    """
    table: Any = load(path)
    for part in key.split("."):
        table = table.get(part) if isinstance(table, dict) else None
    if not is_phrase(table):
        raise MissingText(f"{path.name}: {key}")
    text: str = with_fallback(table)[lang].strip()
    return fill_in(text, values) if values else text


def with_fallback(table: Mapping[str, Any]) -> Any:
    """Give a table, or tables in tables, of phrases so that a language that lacks one gets another.

    An empty text counts as none.
    """
    if is_phrase(table):
        return Words({lang: text for lang, text in table.items() if text})
    return {name: with_fallback(below) for name, below in table.items()}


def fill_in(text: str, values: Mapping[str, object]) -> str:
    """Fill in `{name}` as `str.format` does, and what follows from a value beside it.

    `{name:을}` writes the Korean particle that fits the value and not the value itself:
    "`{file}`{file:을}" is "`shop.db`를". `{count:cell|cells}` writes the first form for one,
    the second for any other number. Raises KeyError for a name without a value.
    """
    return _Filling().vformat(text, (), values)


def is_phrase(table: object) -> bool:
    """Tell whether a table of a TOML file holds a phrase: words by language, nothing below."""
    return isinstance(table, dict) and bool(table) and not any(map(_is_table, table.values()))


def all_phrases(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every phrase of a file by its dotted key."""
    for name, below in table.items():
        key = f"{above}.{name}".lstrip(".")
        if is_phrase(below):
            yield key, below
        elif _is_table(below):
            yield from all_phrases(below, key)


def _is_table(value: object) -> bool:
    return isinstance(value, dict)
