"""What a lesson needs beyond the kernel: loaded when it is opened, or said to be lacking."""

import json
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from course.contents import LessonEntry, load_course
from course.phrases import phrase

PLACE = Path(__file__).with_name("later.json")
"""Written when the site is built: for each lesson that needs more, the names of packages."""
LACKING = Path(__file__).with_name("lacking.toml")
OPENS = re.compile(r"open_lesson\(\s*[\"'](\w+)[\"'](?:\s*,\s*(?:lang\s*=\s*)?[\"'](\w+)[\"'])?")

Run = Callable[[str], Awaitable[Any]]


def around(run: Run, opening: Callable[[str], Awaitable[None]]) -> Run:
    """Give a kernel's `run` with what a lesson needs seen to before the cell that opens it.

    `opening` is called with the lesson's name, too.
    """

    async def seen_to(code: str) -> Any:
        for slug, lang in OPENS.findall(code):
            if said := lacking(slug, lang or os.environ.get("COURSE_LANG", "ko")):
                print(said)
            await _load(slug)
            await opening(slug)
        return await run(code)

    return seen_to


def lacking(slug: str, lang: str) -> str:
    """Say what the lesson needs that is not there; nothing for most."""
    said = [phrase(LACKING, kind, lang) for kind in kinds(load_course().lesson(slug))]
    return phrase(LACKING, "said", lang, what=" ".join(said)) if said else ""


def kinds(entry: LessonEntry) -> tuple[str, ...]:
    """Name what a browser hasn't and the lesson needs, by the manifest's words."""
    return (entry.extra,) if entry.extra else entry.uses


async def _load(slug: str) -> None:
    names = json.loads(PLACE.read_text(encoding="utf-8")).get(slug)
    if names:
        from pyodide_js import loadPackage

        await loadPackage(names)
    if load_course().lesson(slug).server:
        from course.site.kernel.postgres import tab

        await tab.load()
