"""Packages that only some lessons need: loaded when one of those is opened."""

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

PLACE = Path(__file__).with_name("later.json")
"""Written when the site is built: for each lesson that needs more, the names of packages."""
OPENS = re.compile(r"open_lesson\(\s*[\"'](\w+)[\"']")

Run = Callable[[str], Awaitable[Any]]


def around(run: Run) -> Run:
    """Give a kernel's `run` with what a lesson needs loaded before the cell that opens it."""

    async def loaded(code: str) -> Any:
        for slug in OPENS.findall(code):
            await _load(slug)
        return await run(code)

    return loaded


async def _load(slug: str) -> None:
    names = json.loads(PLACE.read_text(encoding="utf-8")).get(slug)
    if names:
        from pyodide_js import loadPackage

        await loadPackage(names)
