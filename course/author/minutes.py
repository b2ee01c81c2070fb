"""How long a lesson takes: counted from its built notebook, split in reading and doing.

Prose is read at 130 English words or 400 Korean characters a minute, a line of code takes 4
seconds and a line of output 1.5; a try takes 2 minutes and an exercise 5. Measured on readers.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from course.author.compose import Target
from course.author.headings import level, split, title
from course.author.notebook import Cell, Notebook
from course.contents import LessonEntry, Minutes

WORDS_A_MINUTE = 130
CHARACTERS_A_MINUTE = {"ko": 400}
"""Of languages whose prose is counted by its characters, white space left out."""
SECONDS_A_CODE_LINE = 4
SECONDS_AN_OUTPUT_LINE = 1.5
MINUTES_A_TRY = 2
MINUTES_AN_EXERCISE = 5
MARKS = re.compile(r"\]\([^)]*\)|[#*|`>\[]")
"""What Markdown writes and nobody reads: where links lead, and its signs."""


@dataclass(frozen=True)
class Section:
    """A part of a lesson from one heading to the next: its first cell, its heading, its minutes.

    A cell that has a heading names the section, also where a word on what was before comes first.
    """

    key: str
    heading: str
    level: int
    read: float
    do: float


def count(made: Notebook, entry: LessonEntry, lang: str) -> Minutes:
    """Count the minutes of a solved notebook with its outputs, each kind rounded up.

    The unsolved one prints whole solutions where nothing was done, which no learner reads.
    """
    sections = by_section(made, entry, lang)
    read, do = sum(part.read for part in sections), sum(part.do for part in sections)
    return Minutes(math.ceil(read), math.ceil(do))


def minutes_of(entry: LessonEntry, targets: Iterable[Target]) -> Minutes:
    """Give how long a lesson takes in the language in which it takes longest."""
    return longest(count(made.notebook, entry, made.lang) for made in targets if made.solved)


def longest(counted: Iterable[Minutes]) -> Minutes:
    """Give the minutes of the language that takes longest."""
    return max(counted, key=lambda minutes: (minutes.total, minutes.read))


def by_section(made: Notebook, entry: LessonEntry, lang: str) -> list[Section]:
    """Count the minutes of each section of a solved notebook, in order."""
    sections: list[Section] = []
    done: set[str] = set()
    for cell in split(made):
        deep = level(cell)
        if deep or not sections:
            sections.append(Section(cell["id"], title(cell), deep, 0, 0))
        part = sections[-1]
        read, do = part.read + reading(cell, lang), part.do + _doing(cell, entry, done)
        sections[-1] = replace(part, read=read, do=do)
    return sections


def reading(cell: Cell, lang: str) -> float:
    """Give the minutes in which a cell is read and run; what a learner writes is none of it."""
    if cell["cell_type"] != "code":
        return _prose(cell["source"], lang)
    if cell["metadata"].get("role"):
        return 0
    lines = SECONDS_A_CODE_LINE * len(cell["source"].splitlines())
    return (lines + SECONDS_AN_OUTPUT_LINE * sum(map(_output_lines, cell["outputs"]))) / 60


def _prose(text: str, lang: str) -> float:
    text = MARKS.sub("", text)
    if lang in CHARACTERS_A_MINUTE:
        return len(re.sub(r"\s", "", text)) / CHARACTERS_A_MINUTE[lang]
    return sum(any(map(str.isalnum, word)) for word in text.split()) / WORDS_A_MINUTE


def _doing(cell: Cell, entry: LessonEntry, done: set[str]) -> float:
    """Count each exercise once, where its first own cell is."""
    name = cell["metadata"].get("exercise")
    if not name or name in done:
        return 0
    done.add(name)
    return MINUTES_A_TRY if name in entry.tries else MINUTES_AN_EXERCISE


def _output_lines(output: dict[str, object]) -> int:
    data = output.get("data")
    text = data.get("text/plain", "") if isinstance(data, dict) else output.get("text", "")
    return len(str(text).splitlines())
