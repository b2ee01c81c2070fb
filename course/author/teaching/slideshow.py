"""Slides from the cells of an instructor's edition: reveal.js by nbconvert, without a network.

A section is a slide to the right, its cells follow below, an output comes with one more key press,
and notes are reveal.js' speaker notes. reveal.js 5.2.1 is in `reveal/` (MIT, see LICENSE there),
because nbconvert would have the page load it from another host.
"""

import re
import shutil
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from course.author.headings import level
from course.author.notebook import Cell, Notebook, markdown
from course.author.teaching.edition import SECTION, WORDS
from course.contents import LessonEntry
from course.phrases import phrase

HERE = Path(__file__).parent
TEMPLATE = HERE / "slides"
FILES = (*(HERE / "reveal" / name for name in ("reveal.js", "reveal.css", "notes.js", "LICENSE")),)
STYLE = TEMPLATE / "hall.css"
FOLDER = "reveal"
"""Where the pages look for reveal.js, beside them."""

LINES = 13
"""Lines of prose that a slide holds."""

WIDTH = 88
"""Half-width characters of a line; Hangul takes two."""

PICTURE = 10
"""Lines that a picture takes."""

NEW_SLIDE = ("slide", "subslide")

BLOCKS = re.compile(r"\n\s*\n(?=\S)")


def write_files(folder: Path) -> None:
    """Put what every page of slides needs beside the pages in the folder. Raises OSError."""
    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    for path in (*FILES, STYLE):
        shutil.copyfile(path, place / path.name)


def slides(entry: LessonEntry, lang: str, made: Notebook) -> str:
    """Give the page of slides of an instructor's edition."""
    import nbformat
    from nbconvert import SlidesExporter

    title = phrase(WORDS, "slides_title", lang, number=entry.number, title=entry.title[lang])
    shown = {**made, "cells": list(cells(made))}
    # The lexer of IPython knows `!alembic` and `%%sql`.
    language = {"name": "python", "pygments_lexer": "ipython3"}
    shown["metadata"] = {**made["metadata"], "title": title, "language_info": language}
    exporter = SlidesExporter(  # type: ignore[no-untyped-call]
        extra_template_basedirs=[str(HERE)],
        template_name=TEMPLATE.name,
        language_code=lang,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )
    read = nbformat.from_dict(shown)  # type: ignore[no-untyped-call]
    page, _ = exporter.from_notebook_node(read)
    return str(page)


def cells(made: Notebook) -> Iterator[Cell]:
    """Give the cells in the order of the slides: a note belongs to the slide of its cell.

    In the edition it is before the cell, where a reader meets it in time. Prose that is too long
    for a slide goes on below; code that has room stays on the slide of the prose before it.
    """
    waiting: list[Cell] = []
    room = 0
    for cell in made["cells"]:
        shown = cell["metadata"]["slideshow"]["slide_type"]
        if shown == "notes" and cell["metadata"]["teaching"] != "hope":
            waiting.append(cell)
            continue
        if cell["cell_type"] == "code":
            room, fits = _after(cell, room)
            yield _shown_as(cell, "-") if fits else cell
        elif shown in NEW_SLIDE:
            first, *others = parts(cell["source"])
            room = LINES - sum(map(lines, _blocks([first, *others][-1])))
            yield {**cell, "source": first}
            yield from waiting
            waiting = []
            for number, text in enumerate(others, start=2):
                more = markdown(f"{cell['id'][:58]}-{number}", text)
                yield _shown_as(more, "slide" if 0 < level(more) <= SECTION else "subslide")
        else:
            yield cell
        yield from waiting
        waiting = []


def _after(cell: Cell, room: int) -> tuple[int, bool]:
    """Give the room that is left on a slide behind a code cell, and whether it fits before."""
    takes = 2 + len(cell["source"].splitlines())
    for output in cell["outputs"]:
        data = output.get("data", {})
        if "<img" in data.get("text/html", ""):
            takes += PICTURE
        else:
            takes += 1 + len(data.get("text/plain", output.get("text", "")).splitlines())
    return (room - takes, True) if takes <= room else (LINES - takes, False)


def _shown_as(cell: Cell, slide_type: str) -> Cell:
    return {**cell, "metadata": {**cell["metadata"], "slideshow": {"slide_type": slide_type}}}


def parts(text: str) -> list[str]:
    """Cut prose between its paragraphs so that each part fits a slide; a fence stays whole."""
    found: list[list[str]] = [[]]
    room = LINES
    for block in _blocks(text):
        takes = lines(block)
        alone = len(found[-1]) == 1 and found[-1][0].startswith("#")
        if found[-1] and not alone and (takes > room or block.startswith("#")):
            found.append([])
            room = LINES
        found[-1].append(block)
        room -= takes
    return ["\n\n".join(blocks) for blocks in found]


def _blocks(text: str) -> Iterator[str]:
    kept = ""
    for block in BLOCKS.split(text):
        kept = f"{kept}\n\n{block}" if kept else block
        if kept.count("```") % 2 == 0:
            yield kept
            kept = ""
    if kept:
        yield kept


def lines(block: str) -> int:
    """Give about how many lines of a slide a block takes, with the space below it."""
    count = sum(1 + _columns(line) // WIDTH for line in block.splitlines())
    return count + (2 if block.startswith("#") else 1)


def _columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)
