"""How long the sections of a lesson take, and what a cut saves: counted in its notebook."""

from collections.abc import Iterator
from dataclasses import dataclass

from course.author import minutes
from course.author.notebook import Cell, Notebook
from course.contents import LessonEntry

FENCE = "```"


@dataclass(frozen=True)
class Timed:
    """A section, how deep its heading is, and its minutes with those of the ones below it."""

    key: str
    heading: str
    level: int
    read: float
    do: float


def timed(made: Notebook, entry: LessonEntry, lang: str) -> list[Timed]:
    """Give the sections of a solved notebook; each holds those that are below its heading.

    Minutes are counted as the build counts them. A cell that has a heading names the section,
    also where it begins with a word on what was before.
    """
    cells = {cell["id"]: cell for cell in split(made)}
    sections = minutes.by_section({**made, "cells": list(cells.values())}, entry, lang)
    levels = [level(cells[section.key]) for section in sections]
    found = []
    for number, section in enumerate(sections):
        inside = [section, *_below(sections, levels, number)]
        read_, do = sum(part.read for part in inside), sum(part.do for part in inside)
        found.append(Timed(section.key, section.heading, levels[number], read_, do))
    return found


def _below(
    sections: list[minutes.Section], levels: list[int], number: int
) -> Iterator[minutes.Section]:
    """Give the sections that follow and are deeper; the title of the notebook is no section."""
    if levels[number] < 2:
        return
    for section, deep in zip(sections[number + 1 :], levels[number + 1 :], strict=True):
        if deep <= levels[number]:
            return
        yield section


def headings(made: Notebook) -> dict[str, int]:
    """Give how deep the first heading of each cell is that has one, by the cell's key."""
    return {cell["id"]: level(cell) for cell in split(made) if level(cell)}


def split(made: Notebook) -> Iterator[Cell]:
    """Give the cells, prose cut before each of its headings.

    The part with a cell's first heading keeps its key; what is before it and behind it has another.
    """
    for cell in made["cells"]:
        if cell["cell_type"] != "markdown":
            yield cell
            continue
        texts = at_headings(cell["source"])
        first = next((n for n, text in enumerate(texts) if text.startswith("#")), 0)
        for number, text in enumerate(texts):
            key = cell["id"] if number == first else f"{cell['id']} {number}"
            yield {**cell, "id": key, "source": text}


def at_headings(text: str) -> list[str]:
    """Cut prose before each of its headings; what a fence holds is none."""
    parts: list[list[str]] = [[]]
    fenced = False
    for line in text.strip().splitlines():
        if line.startswith("#") and not fenced and parts[-1]:
            parts.append([])
        fenced ^= line.startswith(FENCE)
        parts[-1].append(line)
    return ["\n".join(lines).strip() for lines in parts]


def level(cell: Cell) -> int:
    """Give how deep a cell's heading is: 1 for `#`; 0 for a cell that does not begin with one."""
    first = cell["source"].lstrip().partition(" ")[0]
    return len(first) if cell["cell_type"] == "markdown" and set(first) == {"#"} else 0
