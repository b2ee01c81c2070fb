"""The error in a text that was copied from a terminal: its line, and the learner's file."""

import re
from dataclasses import dataclass
from itertools import takewhile

from course.project.meanings import recognised

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_FRAME = re.compile(r'^\s*File "(?P<file>[^"<]+)", line (?P<line>\d+)')
_PYTHONS_OWN = re.compile(
    r"[\\/](?:site-packages|dist-packages|lib[\\/]python3?[^\\/]*)[\\/]", re.IGNORECASE
)
_ERROR = re.compile(r"^(?:[\w.]*(?:Error|Exception|Interrupt)\b|FAILED:|sqlite3\.|\(\w+\.)")


@dataclass(frozen=True)
class Pasted:
    """What was found: the error's line, its phrase in meanings.toml, and where it was raised.

    `key` is empty for a line that is an error's, but not a known one.
    """

    said: str
    key: str
    file: str
    line: int


def read_pasted(text: str) -> Pasted | None:
    """Find the last error in a text; None where no line of it is one.

    What a terminal or Alembic wrapped is joined: its further lines begin with a space. Of the
    frames of a traceback the innermost counts that is no file of Python's or of a package.
    """
    lines = [_COLOURS.sub("", line).rstrip() for line in text.splitlines()]
    for number in reversed(range(len(lines))):
        said = _joined(lines, number)
        if known := recognised(said):
            return Pasted(said, known[0], *_place(lines[:number]))
    for number in reversed(range(len(lines))):
        if _ERROR.match(lines[number].strip()):
            return Pasted(lines[number].strip(), "", *_place(lines[:number]))
    return None


def _joined(lines: list[str], number: int) -> str:
    """Give a line with what follows it as its continuation."""
    rest = takewhile(
        lambda line: line.startswith(" ") and not _FRAME.match(line), lines[number + 1 :]
    )
    return " ".join([lines[number].strip(), *(line.strip() for line in rest)])


def _place(before: list[str]) -> tuple[str, int]:
    frames = [found for line in before if (found := _FRAME.match(line))]
    own = [found for found in frames if not _PYTHONS_OWN.search(found["file"])]
    return (own[-1]["file"], int(own[-1]["line"])) if own else ("", 0)
