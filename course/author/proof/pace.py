"""How a lesson is paced, held against its built notebooks: the learner acts early and often."""

from dataclasses import asdict
from itertools import pairwise

from course.author.compose import WORDS, targets
from course.author.minutes import by_section, count, longest, reading
from course.author.notebook import Cell, Notebook, NotebookError, code_cells, read
from course.author.record import Record
from course.author.source import LessonSource
from course.contents import Course, LessonEntry
from course.phrases import phrase

FIRST_ACT = 5
"""Minutes within which the learner does something of their own."""
CELLS_IN_A_ROW = 8
"""How many code cells in a row are only run, checks among them."""
GUESSES = 3
"""How often a lesson asks for a guess, at least."""
LONGEST = 50
"""Minutes that a lesson takes at most."""


def pace_problems(course: Course, source: LessonSource) -> list[str]:
    """Name where a lesson is too long, or leaves the learner with nothing to do."""
    entry = source.entry
    try:
        there = [(made, read(made.path)) for made in targets(course, source) if made.solved]
    except (OSError, NotebookError):
        # What is not built is named where notebooks are looked at (`proof/lesson.py`).
        return []
    found = [
        f"{made.name}: {problem}"
        for made, notebook in there
        for problem in _problems(notebook, entry, made.lang)
    ]
    counted = longest(count(notebook, entry, made.lang) for made, notebook in there)
    if not found and Record.of(entry).minutes != asdict(counted):
        found.append(f"{entry.slug}: its minutes are not those that are counted; build it")
    if entry.stated not in (None, counted.total):
        found.append(
            f"{entry.slug}: course.toml states {entry.stated} minutes, {counted.total} are counted"
        )
    return found


def _problems(made: Notebook, entry: LessonEntry, lang: str) -> list[str]:
    found = []
    minutes = count(made, entry, lang)
    if minutes.total > LONGEST:
        parts = sorted(by_section(made, entry, lang), key=lambda part: -part.read - part.do)[:3]
        named = ", ".join(f"'{part.heading}' {part.read + part.do:.0f}" for part in parts)
        found.append(f"takes {minutes.total} minutes, {LONGEST} at most; longest: {named}")
    guess = f"**{phrase(WORDS, 'guess', lang)}**"
    guesses = sum(cell["source"].count(guess) for cell in made["cells"])
    if guesses < GUESSES:
        found.append(f"asks for {guesses} guesses, {GUESSES} at least; one begins with {guess}")
    cells = code_cells(made)
    acts = [number for number, cell in enumerate(cells) if _is_act(cell)]
    first = first_act(made, lang)
    if first > FIRST_ACT:
        found.append(f"the first own act comes after {first:.1f} minutes")
    for before, after in pairwise([-1, *acts, len(cells)]):
        run = cells[before + 1 : after]
        if len(run) > CELLS_IN_A_ROW:
            found.append(f"{len(run)} cells in a row to run, from '{run[0]['id']}' on")
    return found


def _is_act(cell: Cell) -> bool:
    return bool(cell["metadata"].get("role") == "solution")


def first_act(made: Notebook, lang: str) -> float:
    """Give the minutes before the first cell that the learner fills in, in a solved notebook."""
    minutes = 0.0
    for cell in made["cells"]:
        if cell["cell_type"] == "code" and _is_act(cell):
            return minutes
        minutes += reading(cell, lang)
    return minutes
