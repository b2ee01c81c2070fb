"""Where lessons show an error: read off the outputs of the built notebooks."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from course.contents import Course, LessonEntry
from course.lesson.places import section_of
from course.project.pasted import read_pasted


@dataclass(frozen=True)
class Shown:
    """A section of a lesson in which an error of that phrase of meanings.toml is shown."""

    key: str
    entry: LessonEntry
    section: str


def shown_errors(course: Course, lang: str) -> list[Shown]:
    """Give where the built notebooks show errors, in the order of the course, each section once.

    A lesson whose notebook is not there shows none.
    """
    found = (one for entry in course.lessons for one in _of_lesson(entry, lang))
    return list({(one.key, one.entry.slug, one.section): one for one in found}.values())


def _of_lesson(entry: LessonEntry, lang: str) -> Iterator[Shown]:
    try:
        text = entry.notebook(lang, solved=False).read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    for cell in json.loads(text)["cells"]:
        for printed in map(_printed, cell.get("outputs", ())):
            pasted = read_pasted(printed)
            if pasted is not None and pasted.key:
                yield Shown(pasted.key, entry, section_of(entry, lang, cell["id"]))


def _printed(output: dict[str, Any]) -> str:
    """Give what a command printed, or the line of what a cell raised; not what a card says."""
    if output["output_type"] == "error":
        return f"{output['ename']}: {output['evalue']}"
    return "".join(output["text"]) if output["output_type"] == "stream" else ""
