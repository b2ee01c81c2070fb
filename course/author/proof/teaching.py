"""What must hold of a lesson's teaching.toml: one line a problem."""

import re
from collections.abc import Iterator

from course.author.compose import compose
from course.author.headings import headings
from course.author.notebook import Notebook
from course.author.source import LessonSource, first_language
from course.author.teaching.edition import SECTION, place_of
from course.author.teaching.source import (
    STUMBLES,
    TEACHING,
    Teaching,
    TeachingProblem,
    read_teaching,
)
from course.contents import Course

NOTES = 4
"""How many cells there is something to say at, at least."""

TIMING = re.compile(r"\d+\s*분(?!의)|\d+[\s-]*min(ute)?s?\b", re.IGNORECASE)
"""Minutes, which the build counts."""


def teaching_problems(course: Course, source: LessonSource) -> list[str]:
    """Name what is wrong with a lesson's teaching.toml; a lesson without one has no problem here.

    That texts are there in every language and agree, and their words, is seen to where those of
    prose and messages are (`proof/lesson.py`).
    """
    try:
        teaching = read_teaching(source.entry)
    except TeachingProblem as problem:
        return [str(problem)]
    if teaching is None:
        return []
    name = f"lessons/{source.entry.slug}/{TEACHING}"
    return [f"{name}: {problem}" for problem in _problems(course, source, teaching)]


def without_teaching(course: Course) -> list[str]:
    """Name the lessons that have no teaching.toml."""
    return [
        f"lessons/{entry.slug}: there is no {TEACHING}"
        for entry in course.lessons
        if not (entry.folder / TEACHING).is_file()
    ]


def _problems(course: Course, source: LessonSource, teaching: Teaching) -> Iterator[str]:
    made = compose(course, source, first_language(course), solved=True)
    yield from _places(teaching, made)
    yield from _counts(teaching)
    for key, words in teaching.texts().items():
        for lang, text in words.items():
            if said := TIMING.search(text):
                yield f"'{key}' ({lang}) says {said[0]}: minutes are counted by the build"


def _places(teaching: Teaching, made: Notebook) -> Iterator[str]:
    """What the file names is there."""
    cells, deep = {cell["id"] for cell in made["cells"]}, headings(made)
    for note in teaching.notes:
        if note.cell not in cells:
            yield f"[[say]] `{note.cell}` is no cell of the solved notebook"
    for stumble in teaching.stumbles:
        if place_of(stumble.at, made) is None:
            yield f"[[stumble]] `{stumble.at}` is no cell of the solved notebook, and no exercise"
    for cut in teaching.cuts:
        if deep.get(cut.section, 0) < SECTION:
            yield f"[[cut]] `{cut.section}` is no prose cell with a heading"


def _counts(teaching: Teaching) -> Iterator[str]:
    """There is enough of everything, and as much in each language."""
    if len(teaching.stumbles) != STUMBLES:
        yield f"there are {STUMBLES} [[stumble]], and not {len(teaching.stumbles)}"
    if len(teaching.notes) < NOTES:
        yield f"there are {NOTES} [[say]] or more, and not {len(teaching.notes)}"
    if all(note.draw is None for note in teaching.notes):
        yield "no [[say]] has something to draw"
    lengths = {lang: len(lines) for lang, lines in teaching.before.items()}
    if len(set(lengths.values())) > 1:
        yield f"[before] is as long in every language, and not {lengths}"
