"""The page that a learner starts from, `start.md`, in the folder of each language's copies.

It is Markdown, which JupyterLab shows as a page (`course/command/jupyterlab`). A page in which
somebody wrote is moved aside before it is written anew.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from course.contents import Course
from course.desk import copies, files
from course.desk.start_text import StartText
from course.workspace import aside, workspace

NAME = "start.md"
MARK = b"\n<!-- course "
"""Before the last line, which has a hash of what is above it."""


def page(course: Course, lang: str) -> Path:
    """Give where the page of a language is, or will be."""
    return copies.Shelf(course, lang, solved=False).folder / NAME


def refresh(course: Course, passed: Mapping[str, Sequence[str]]) -> None:
    """Write the page of each language that has copies; one that cannot be written stays.

    `passed` has names of exercises by lesson.
    """
    for lang in copies.languages(course):
        with suppress(OSError):
            write(course, lang, passed)


def write(course: Course, lang: str, passed: Mapping[str, Sequence[str]]) -> Path | None:
    """Write the page of a language; give where a page went in which somebody wrote.

    `passed` has names of exercises by lesson. Raises OSError.
    """
    path, moved = page(course, lang), None
    content = _marked(str(StartText(course, lang, passed)).encode())
    there = path.read_bytes() if path.exists() else content
    if there != _marked(there.rpartition(MARK)[0]):
        place = workspace(course.root)
        moved = aside(place, path.stem) / path.relative_to(place)
        files.move(path, moved)
    if moved or there != content or not path.exists():
        files.write(path, content)
    return moved


def _marked(text: bytes) -> bytes:
    return text + MARK + hashlib.sha256(text).hexdigest()[:12].encode() + b" -->\n"
