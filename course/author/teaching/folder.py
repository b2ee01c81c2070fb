"""Where an instructor's files go; what somebody changed there is kept when they are built again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from course.author.notebook import as_text, file_hash, text_hash, write_text
from course.author.teaching.cheatsheet import cheatsheet
from course.author.teaching.edition import WORDS, edition
from course.author.teaching.page import as_html, index_text, slides_name
from course.author.teaching.slideshow import slides, write_files
from course.contents import Course, LessonEntry
from course.phrases import phrase
from course.workspace import workspace

WRITTEN = ".written.json"
"""Hashes of the files as they were written, by name."""

INDEX, SHEET = "index.html", "cheatsheet.html"


def usual_folder(course: Course, lang: str) -> Path:
    """Give where the files of a language go when nobody names a folder."""
    return workspace(course.root) / "teaching" / lang


@dataclass
class TeachingFolder:
    """A folder with editions, slides and the page that leads to them, in one language."""

    course: Course
    lang: str
    path: Path
    kept: list[Path] = field(default_factory=list)

    def lesson(self, entry: LessonEntry) -> None:
        """Write a lesson's edition and slides.

        Raises TeachingProblem, OSError, and NotebookError where the lesson's notebooks are not
        built.
        """
        made = edition(entry, self.lang, self.path)
        page = slides(entry, self.lang, made)
        write_files(self.path)
        self._write(f"{entry.stem}.ipynb", as_text(made))
        self._write(slides_name(entry), page)

    def index(self) -> Path:
        """Write the cheat sheet and the page that leads to everything; give its place.

        Raises LessonProblem, and OSError.
        """
        sheet = cheatsheet(self.course, self.lang)
        if sheet is not None:
            self._write(SHEET, sheet)
        there = [e for e in self.course.lessons if (self.path / f"{e.stem}.ipynb").is_file()]
        text = index_text(self.course, self.lang, there, sheet is not None)
        self._write(INDEX, as_html(text, phrase(WORDS, "index.title", self.lang), self.lang))
        return self.path / INDEX

    def _write(self, name: str, text: str) -> None:
        """Write a file; one that was changed since it was written is moved aside before.

        It stays where it is when nothing new would come in its place.
        """
        path, written = self.path / name, self._written()
        there, new = file_hash(path), text_hash(text)
        if there and there not in (new, written.get(name)):
            if written.get(name) == new:
                return
            self.kept.append(path.replace(next(_free(path))))
        write_text(text, path)
        written[name] = new
        write_text(json.dumps(written, indent=1) + "\n", self.path / WRITTEN)

    def _written(self) -> dict[str, str]:
        try:
            return dict(json.loads((self.path / WRITTEN).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return {}


def _free(path: Path) -> Iterator[Path]:
    """Give names beside a file that are not taken: NAME.yours-1.ipynb, and so on."""
    named = (path.with_name(f"{path.stem}.yours-{number}{path.suffix}") for number in count(1))
    return (place for place in named if not place.exists())
