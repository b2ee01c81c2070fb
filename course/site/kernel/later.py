"""What a lesson needs beyond the kernel: loaded when it is opened, or said to be lacking."""

import json
import os
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from IPython import get_ipython

from course.contents import LessonEntry, UnknownLesson, load_course
from course.phrases import phrase
from course.site.kernel import instead, panels

PLACE = Path(__file__).with_name("later.json")
"""Written when the site is built: for each lesson that needs more, the names of packages."""
LACKING = Path(__file__).with_name("lacking.toml")
OPENS = re.compile(r"open_lesson\(\s*[\"'](\w+)[\"'](?:\s*,\s*(?:lang\s*=\s*)?[\"'](\w+)[\"'])?")

BY_TURNS = ("expand_contract",)
"""Lessons whose programs beside one another take turns (`course.site.kernel.turns`)."""

Run = Callable[[str], Awaitable[Any]]


def around(run: Run, opening: Callable[[str], Awaitable[None]]) -> Run:
    """Give a kernel's `run` with what a lesson needs seen to before the cell that opens it.

    `opening` is called with the lesson's name, too.
    """

    async def seen_to(code: str) -> Any:
        for slug, lang in OPENS.findall(code):
            # One that isn't there is named by what opens it.
            with suppress(UnknownLesson):
                known = lang or os.environ.get("COURSE_LANG", "ko")
                await see_to(load_course().lesson(slug), known)
                await opening(slug)
        return await run(code)

    async def see_to(entry: LessonEntry, lang: str) -> None:
        if said := lacking(entry, lang):
            print(said)
        await _load(entry)
        instead.take_over(get_ipython(), entry, lang)
        panels.take_over()

    return seen_to


def lacking(entry: LessonEntry, lang: str) -> str:
    """Say what the lesson needs that is not there; nothing for most."""
    said = [phrase(LACKING, kind, lang) for kind in kinds(entry)]
    return phrase(LACKING, "said", lang, what=" ".join(said)) if said else ""


def kinds(entry: LessonEntry) -> tuple[str, ...]:
    """Name what a browser hasn't and the lesson needs, by the manifest's words."""
    there = ("threads", "processes") if entry.slug in BY_TURNS else ("threads",)
    lacking = tuple(kind for kind in entry.uses if kind not in there)
    return (entry.extra, *lacking) if entry.extra else lacking


async def _load(entry: LessonEntry) -> None:
    names = json.loads(PLACE.read_text(encoding="utf-8")).get(entry.slug)
    if names:
        from pyodide_js import loadPackage

        await loadPackage(names)
    if "threads" in entry.uses:
        from course.site.kernel import threads

        threads.take_over()
    if entry.server:
        from course.site.kernel.postgres import tab

        await tab.load()
