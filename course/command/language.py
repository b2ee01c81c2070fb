"""The language in which the command line speaks, and its words. Standard library only."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from course import phrases as texts

WORDS = Path(__file__).with_name("words.toml")
FALLBACK = "en"


def languages() -> tuple[str, ...]:
    """Give the languages that the command line speaks: those that name themselves in its words."""
    return tuple(texts.load(WORDS)["name"])


def choose(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """Give the language that `--lang` asks for, else that of the locale, else English.

    In a lesson's kernel, COURSE_LANG has the lesson's language.
    """
    known = languages()
    asked, _ = split(arguments)
    for language in (asked, environ.get("COURSE_LANG")):
        if language in known:
            return language
    # Windows names a locale in words: Korean_Korea.
    local = _locale(environ)[:2].lower()
    return local if local in known else FALLBACK


def split(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """Give the language that `--lang` asks for, and the arguments without it."""
    asked, others = None, []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--lang":
            asked = next(rest, "")
        elif argument.startswith("--lang="):
            asked = argument.partition("=")[2]
        else:
            others.append(argument)
    return asked, others


def say(key: str, lang: str, **values: object) -> str:
    """Give a phrase of words.toml. Raises texts.MissingText."""
    return texts.phrase(WORDS, key, lang, **values)


def _locale(environ: Mapping[str, str]) -> str:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return environ[name]
    if os.name == "nt":
        import locale

        return locale.getlocale()[0] or ""
    return ""
