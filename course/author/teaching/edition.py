"""The instructor's edition of a lesson: the solved notebook with notes before its cells."""

import copy
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from course.author.headings import level
from course.author.minutes import count
from course.author.notebook import Cell, Notebook, markdown, read
from course.author.teaching.source import Cut, Stumble, Teaching, read_teaching
from course.author.teaching.timing import Timed, timed
from course.contents import LessonEntry, Minutes
from course.phrases import phrase
from course.workspace import workspace

WORDS = Path(__file__).with_name("words.toml")
SECTION = 2
"""How deep the headings of sections are: `##`."""

ABOUT, CLOSING = "teaching-about", "teaching-closing"
LEFT_OUT = "closing"
"""The cell with links to the other notebooks, which are not beside the edition."""


@dataclass
class Edition:
    """The notes of one lesson in one language, under way into its notebook."""

    entry: LessonEntry
    lang: str
    folder: Path
    teaching: Teaching | None
    sections: Sequence[Timed]
    takes: Minutes
    made: int = field(default=0)

    def notebook(self) -> Notebook:
        """Give the notebook. Raises OSError, and NotebookError where the lesson is not built."""
        solved = read(self.entry.notebook(self.lang, solved=True))
        cells = [_shown_as(markdown(ABOUT, self.about()), "about", "skip")]
        for cell in solved["cells"]:
            if cell["id"] != LEFT_OUT:
                cells += [*self._notes(cell, solved), self._own(cell)]
        if self.teaching is not None:
            text = f"## {self._say('closing')}\n\n{self.teaching.ask[self.lang]}"
            cells.append(_shown_as(markdown(CLOSING, text), "closing", "slide"))
            cells.append(self._note("hope", self.teaching.hope[self.lang]))
        metadata = {name: kept for name, kept in solved["metadata"].items() if name != "course"}
        metadata["teaching"] = {"lesson": self.entry.slug, "lang": self.lang}
        return {**solved, "cells": cells, "metadata": metadata}

    def about(self) -> str:
        """Give the first cell: purpose, preparation, timing, cuts, stumbles, the closing question.

        The minutes are those that the build counts in the learner's notebook.
        """
        entry, lang, teaching = self.entry, self.lang, self.teaching
        blocks = [f"# {self._say('title', number=entry.number, title=entry.title[lang])}"]
        if teaching is None:
            blocks.append(self._say("no_teaching"))
        else:
            blocks += self._part("purpose", [teaching.purpose[lang]])
            blocks += self._part("prepare", [_bullets(teaching.before[lang])])
        blocks += self._part("timing", [self._timing()])
        if teaching is not None:
            if teaching.cuts:
                blocks += self._part("cuts", [_bullets(map(self._cut, teaching.cuts))])
            blocks += self._part("stumbles", [_bullets(map(self._stumble, teaching.stumbles))])
            hoped = f"{self._label('hope')} {teaching.hope[lang]}"
            blocks += self._part("closing", [teaching.ask[lang], hoped])
        return "\n\n".join(blocks)

    def _part(self, key: str, blocks: list[str]) -> list[str]:
        return [f"## {self._say(key)}", *blocks]

    def _timing(self) -> str:
        rows = [self._say("timing_head"), "|---|---:|---:|"]
        rows += [
            f"| {part.heading} | {_minutes(part.read)} | {_minutes(part.do)} |"
            for part in self.sections
            if part.level == SECTION
        ]
        takes = self.takes
        rows.append(f"| **{self._say('timing_sum')}** | **{takes.read}** | **{takes.do}** |")
        return "\n".join(rows)

    def _cut(self, cut: Cut) -> str:
        saved = [part for part in self.sections if part.key == cut.section]
        heading = saved[0].heading if saved else cut.section
        minutes = _minutes(sum(part.read + part.do for part in saved))
        return self._say("cut", heading=heading, minutes=minutes, why=cut.why[self.lang])

    def _stumble(self, stumble: Stumble) -> str:
        ask = f"{self._label('ask')} {stumble.ask[self.lang]}"
        return f"`{stumble.at}`: {stumble.sign[self.lang]} {ask}"

    def _notes(self, cell: Cell, solved: Notebook) -> Iterator[Cell]:
        """Give the notes of a cell, in the order in which they are needed."""
        teaching, lang = self.teaching, self.lang
        if teaching is None:
            return
        for note in teaching.notes:
            if note.cell == cell["id"]:
                yield self._note("say", note.say[lang])
                if note.draw is not None:
                    yield self._note("draw", note.draw[lang])
        for stumble in teaching.stumbles:
            if place_of(stumble.at, solved) == cell["id"]:
                ask = f"{self._label('ask')} {stumble.ask[lang]}"
                yield self._note("stumble", f"{stumble.sign[lang]}\n\n{ask}")

    def _note(self, kind: str, text: str) -> Cell:
        self.made += 1
        said = "\n".join(f"> {line}" for line in f"{self._label(kind)} {text}".splitlines())
        return _shown_as(markdown(f"teaching-{self.made}", said), kind, "notes")

    def _own(self, cell: Cell) -> Cell:
        """Give one of the lesson's cells, with its links from where the edition is."""
        kept = copy.deepcopy(cell)
        if kept["cell_type"] == "markdown":
            files = workspace(self.entry.root) / self.entry.stem
            there = Path(os.path.relpath(files, self.folder)).as_posix()
            kept["source"] = kept["source"].replace(f"](../{self.entry.stem}/", f"]({there}/")
        slide = "slide" if 0 < level(kept) <= SECTION else "subslide"
        kept["metadata"]["slideshow"] = {"slide_type": slide}
        return kept

    def _label(self, kind: str) -> str:
        return f"**{self._say(f'label.{kind}')}**"

    def _say(self, key: str, **values: object) -> str:
        return phrase(WORDS, key, self.lang, **values)


def edition(entry: LessonEntry, lang: str, folder: Path) -> Notebook:
    """Make the instructor's edition of a lesson, to be written into `folder`.

    Raises TeachingProblem, OSError, and NotebookError where the lesson's notebooks are not built.
    """
    solved = read(entry.notebook(lang, solved=True))
    sections, takes = timed(solved, entry, lang), count(solved, entry, lang)
    return Edition(entry, lang, folder, read_teaching(entry), sections, takes).notebook()


def place_of(at: str, made: Notebook) -> str | None:
    """Give the cell that a place names: a cell's own key, else the first of an exercise."""
    cells = made["cells"]
    named = [cell["id"] for cell in cells if cell["id"] == at]
    of_exercise = [cell["id"] for cell in cells if cell["metadata"].get("exercise") == at]
    return next(iter([*named, *of_exercise]), None)


def _shown_as(cell: Cell, kind: str, slide_type: str) -> Cell:
    cell["metadata"] = {"teaching": kind, "slideshow": {"slide_type": slide_type}}
    return cell


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _minutes(counted: float) -> str:
    """Give minutes as a person plans with: whole ones, and less than one as such."""
    return str(round(counted)) if counted >= 1 else ("<1" if counted else "–")
