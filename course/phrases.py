"""Words in several languages, read from TOML: a table a phrase, a key a language."""

import tomllib
from functools import cache
from pathlib import Path


class MissingText(KeyError):
    """A phrase that no table holds, or that a language lacks."""


@cache
def load(path: Path) -> dict:
    """Read a TOML file of phrases, once a process."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def phrase(path: Path, key: str, lang: str, /, **values: object) -> str:
    """Give the phrase `key` (dotted) of the file in the language, with `{name}` filled in.

    Raises MissingText when the phrase or its language is not there.
    """
    found = load(path)
    for part in [*key.split("."), lang]:
        if not isinstance(found, dict) or part not in found:
            raise MissingText(f"{path.name}: {key} ({lang})")
        found = found[part]
    return found.strip().format(**values) if values else found.strip()
