"""The language in which the command line speaks, and its words. Standard library only."""

import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from course import contents, phrases

WORDS = Path(__file__).with_name("words.toml")

NAMES = {"chinese": "zh", "hindi": "hi", "indonesian": "id", "ukrainian": "uk", "vietnamese": "vi"}
"""Languages that a locale may call by name, and whose names Python does not know."""


def languages() -> tuple[str, ...]:
    """Give the languages of the course.

    Where the table of contents cannot be read it is English alone, in which the command that
    needs the table says why.
    """
    try:
        return tuple(contents.load_course().languages)
    except (OSError, tomllib.TOMLDecodeError, LookupError):
        return (phrases.FALLBACK,)


def choose(arguments: Sequence[str], environ: Mapping[str, str]) -> str:
    """Give the language that `--lang` asks for, else that of the locale, else English.

    In a lesson's kernel, COURSE_LANG has the lesson's language.
    """
    known = languages()
    asked, _ = split(arguments)
    for language in (asked, environ.get("COURSE_LANG"), language_of(_locale(environ))):
        if language in known:
            return language
    return phrases.FALLBACK


def split(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """Give the language that `--lang` asks for, and the arguments without it."""
    asked, others = taken_out(arguments, "--lang")
    return (asked[-1] if asked else None), others


def taken_out(arguments: Sequence[str], option: str) -> tuple[list[str], list[str]]:
    """Give the values of an option, written with a blank or `=`, and the arguments without it."""
    values, others = [], []
    rest = iter(arguments)
    for argument in rest:
        if argument == option:
            values.append(next(rest, ""))
        elif argument.startswith(f"{option}="):
            values.append(argument.partition("=")[2])
        else:
            others.append(argument)
    return values, others


def say(key: str, lang: str, **values: object) -> str:
    """Give a phrase of words.toml. Raises phrases.MissingText."""
    return phrases.phrase(WORDS, key, lang, **values)


def language_of(locale_name: str) -> str:
    """Give the code of a locale's language: ko of ko_KR.UTF-8, and of Windows' Korean_Korea."""
    import locale

    language = locale_name.lower().replace("-", "_").partition("_")[0].partition(".")[0]
    if len(language) <= 3:
        return language
    name = language.partition(" ")[0]
    return NAMES.get(name) or locale.normalize(name).partition("_")[0]


def _locale(environ: Mapping[str, str]) -> str:
    import locale

    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return environ[name]
    return locale.windows_locale.get(_menus(), "")


def _menus() -> int:
    """Give Windows' number for the language of its menus; 0 on other systems."""
    if sys.platform == "win32":
        import ctypes

        return int(ctypes.windll.kernel32.GetUserDefaultUILanguage())
    return 0
