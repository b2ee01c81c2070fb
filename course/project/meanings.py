"""What an error's line means, and what to do: a sentence in the learner's language.

`course.project.error_patterns` has the lines; `tests/test_meanings.py` causes each one.
"""

import re
from pathlib import Path

from course.phrases import phrase
from course.project.error_patterns import PATTERNS, POSTGRESQL

WORDS = Path(__file__).with_name("meanings.toml")

WITHOUT_LINE = ("two_heads",)
"""What is found out without an error's line, too, and means the same."""


def recognised(said: str) -> tuple[str, dict[str, str]] | None:
    """Give the phrase for an error's line (`one_line`), and its values; None for another line."""
    for key, pattern in (*PATTERNS.items(), *POSTGRESQL.items()):
        found = re.search(pattern, said)
        if found:
            return key, {name: value for name, value in found.groupdict().items() if value}
    return None


def meaning(said: str, lang: str, mistake: str = "") -> str:
    """Say what an error's line means and what to do; nothing where that isn't known.

    A mistake of WITHOUT_LINE is known by its name where there is no such line.
    """
    known = recognised(said) or ((mistake, {}) if mistake in WITHOUT_LINE else None)
    return phrase(WORDS, known[0], lang, **known[1]) if known else ""
