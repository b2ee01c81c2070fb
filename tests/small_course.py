"""A course of two lessons with two exercises each, and notebooks that look as the build's do."""

import json
from pathlib import Path
from typing import Any

from course.contents import Course, LessonEntry, load_course

HEAD = """
[languages]
ko = "한국어"
en = "English"
[part.one]
ko = "1부"
en = "Part 1"
"""
LESSON = """
[[lesson]]
slug = "{slug}"
part = "one"
title = {{ ko = "{ko}", en = "{en}" }}
purpose = {{ ko = "{ko}", en = "{en}" }}
doing = {{ ko = "{ko}", en = "`a|b`" }}
"""
TITLES = {"init": ("처음", "First"), "moving": ("다음", "Second"), "third": ("셋째", "Third")}
BUILT = '{"minutes": {"read": 20, "do": 10}}'
MESSAGES = '[url.passed]\nko = "예"\nen = "yes"\n[models.passed]\nko = "예"\nen = "yes"\n'


def make_course(root: Path, *slugs: str) -> Course:
    """Write the table of contents, lessons and notebooks anew, as another edition would have them.

    What `root` had of other lessons goes.
    """
    manifest = HEAD
    for slug in slugs:
        ko, en = TITLES[slug]
        manifest += LESSON.format(slug=slug, ko=ko, en=en)
        folder = root / "lessons" / slug
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "messages.toml").write_text(MESSAGES, encoding="utf-8")
        (folder / "built.json").write_text(BUILT, encoding="utf-8")
    (root / "lessons" / "course.toml").write_text(manifest, encoding="utf-8")
    for path in root.glob("notebooks/**/*.ipynb"):
        path.unlink()
    course = load_course(root)
    for entry in course.lessons:
        commit(course, entry)
    return course


def commit(course: Course, entry: LessonEntry, says: str = "Look.") -> None:
    """Write the notebooks of a lesson; `says` is what its prose says."""
    for lang in course.languages:
        for solved in (False, True):
            path = entry.notebook(lang, solved)
            path.parent.mkdir(parents=True, exist_ok=True)
            save(path, notebook(entry, lang, solved, says))


def notebook(entry: LessonEntry, lang: str, solved: bool, says: str) -> dict[str, Any]:
    """Give a notebook that was executed."""
    heading = f"# {entry.number} · {entry.title[lang]}\n"
    printed = {"name": "stdout", "output_type": "stream", "text": ["1\n"]}
    return {
        "cells": [
            {"cell_type": "markdown", "id": "heading", "metadata": {}, "source": [heading, says]},
            {
                "cell_type": "code",
                "id": "one",
                "metadata": {"exercise": "url", "role": "check"},
                "execution_count": 1,
                "outputs": [printed],
                "source": ["print(1)"],
            },
        ],
        "metadata": {
            "course": {"lang": lang, "lesson": entry.slug, "solved": solved},
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def load(path: Path) -> dict[str, Any]:
    """Read a notebook."""
    return json.loads(path.read_text(encoding="utf-8"))


def save(path: Path, notebook: dict[str, Any]) -> None:
    """Write a notebook."""
    path.write_text(json.dumps(notebook), encoding="utf-8")
