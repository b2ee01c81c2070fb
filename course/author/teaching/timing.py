"""How long the sections of a lesson take, and what a cut saves: counted in its notebook."""

from collections.abc import Iterator
from dataclasses import dataclass

from course.author import minutes
from course.author.notebook import Notebook
from course.contents import LessonEntry


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

    Minutes are counted as the build counts them.
    """
    sections = minutes.by_section(made, entry, lang)
    levels = [section.level for section in sections]
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
