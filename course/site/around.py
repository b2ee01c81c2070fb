"""What a visitor sees around the lessons, put into a built site: its pages and their scripts."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from course.contents import Course
from course.site.lab_page import lab_page, leave_out_unused
from course.site.start_page import FRONT, pages, start_page

LOADING = "loading.mjs"
"""What a kernel imports in place of Pyodide's own module, beside it."""
OVERRIDES = "course/command/jupyterlab/{lang}/overrides.json"
"""JupyterLab's settings in each language, as on a desktop."""
SAVING = {"@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 10}}
"""Seconds after which JupyterLab saves what was typed into a notebook: the store is near."""
SERVED = (".css", ".js")


def settings(course: Course, first: Iterable[Path]) -> dict[str, Any]:
    """Give what the page of JupyterLab needs to know.

    That is, for each language, what `course lab` sets on a desktop, and the bytes of each file that
    a kernel loads before its first cell.
    """
    own = {lang: _overrides(course.root / OVERRIDES.format(lang=lang)) for lang in course.languages}
    return {"settings": own, "sizes": {path.name: path.stat().st_size for path in first}}


def _overrides(file: Path) -> dict[str, Any]:
    given: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    more = {plugin: {**given.get(plugin, {}), **values} for plugin, values in SAVING.items()}
    return {**given, **more}


def put(course: Course, target: Path, pyodide: Path) -> None:
    """Put the pages and their scripts into a site that JupyterLite built.

    `pyodide` is the folder in it from which kernels load. Raises UnknownPageError.
    """
    leave_out_unused(target)
    lab = target / "lab" / "index.html"
    lab.write_text(lab_page(lab.read_text(encoding="utf-8"), course.languages), encoding="utf-8")
    for lang, name in pages(course).items():
        (target / name).write_text(start_page(course, lang), encoding="utf-8")
    folder = target / FRONT.name
    folder.mkdir(exist_ok=True)
    for path in FRONT.iterdir():
        if path.suffix in SERVED:
            shutil.copyfile(path, folder / path.name)
    shutil.copyfile(FRONT / LOADING, pyodide / LOADING)
