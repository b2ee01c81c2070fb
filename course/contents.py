"""The table of contents: lessons/course.toml as Python objects.

What a language does not say yet falls back, title by title.
"""

import json
import os
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from course.phrases import Words, with_fallback

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = "COURSE_NOTEBOOKS"
"""The environment variable in which a kernel of the build gets the notebooks that it builds."""
BUILT = "built.json"
"""What the build remembers of a lesson (`course.author.record`)."""
SHARED = "every"
"""In place of an exercise's name in messages.toml: what is said of a mistake in each of them."""


class UnknownLesson(LookupError):
    """A lesson name that the manifest does not have."""


@dataclass(frozen=True)
class Minutes:
    """How long a lesson takes: to read and run its cells, and to do its tries and exercises."""

    read: int = 0
    do: int = 0

    @property
    def total(self) -> int:
        """Both together."""
        return self.read + self.do


@dataclass(frozen=True)
class LessonEntry:
    """One lesson of the manifest; `number` is its place in the course, from 1."""

    root: Path
    number: int
    slug: str
    part: str
    stated: int | None
    """The minutes that the manifest states; the tests hold them to those that are counted."""
    needs: tuple[str, ...]
    server: str
    """The kind of server that the lesson starts, `postgresql`; empty for most."""
    extra: str
    """What `course lab --with` installs for the lesson, `application`; empty for most."""
    uses: tuple[str, ...]
    """What a browser's tab hasn't: `processes` or `sessions` side by side, `threads`."""
    title: Words[str]
    purpose: Words[str]
    doing: Words[str]

    @property
    def stem(self) -> str:
        """The name that notebooks and the working folder share, such as `03_autogenerate`."""
        return f"{self.number:02d}_{self.slug}"

    @property
    def needs_more(self) -> bool:
        """Tell whether the lesson needs more than what every learner has: a server, packages."""
        return bool(self.server or self.extra)

    @property
    def folder(self) -> Path:
        """Where the lesson is written."""
        return self.root / "lessons" / self.slug

    @cached_property
    def written_messages(self) -> dict[str, Any]:
        """The lesson's messages.toml: a table an exercise, and what SHARED says for all of them."""
        return tomllib.loads((self.folder / "messages.toml").read_text(encoding="utf-8"))

    @cached_property
    def messages(self) -> dict[str, Any]:
        """A table an exercise (see `course.phrases.with_fallback`), with what SHARED says."""
        written = dict(self.written_messages)
        shared = written.pop(SHARED, {}).get("not_yet", {})
        if not shared:
            return written
        return {
            name: {**table, "not_yet": {**shared, **table.get("not_yet", {})}}
            for name, table in written.items()
        }

    @property
    def exercises(self) -> tuple[str, ...]:
        """The names of the lesson's exercises, in order; tries are not among them."""
        return tuple(name for name in self.messages if name not in self.tries)

    @property
    def tries(self) -> tuple[str, ...]:
        """The names of what the learner tries on the way, in order."""
        return tuple(name for name, table in self.messages.items() if table.get("try"))

    @property
    def minutes(self) -> Minutes:
        """How long the lesson takes, as the build counted it; none before it was built."""
        try:
            record = json.loads((self.folder / BUILT).read_text(encoding="utf-8"))
            return Minutes(**record["minutes"])
        except (OSError, ValueError, KeyError, TypeError):
            return Minutes()

    def notebook(self, lang: str, solved: bool) -> Path:
        """The built notebook in the language, unsolved or solved."""
        room = Path(os.environ.get(NOTEBOOKS) or self.root / "notebooks")
        return (room / "solutions" if solved else room) / lang / f"{self.stem}.ipynb"


@dataclass(frozen=True)
class Course:
    """The whole course: its languages (the first is the default), parts and lessons in order."""

    root: Path
    languages: dict[str, str]
    parts: dict[str, Words[str]]
    lessons: tuple[LessonEntry, ...] = field(repr=False)

    def lesson(self, slug: str) -> LessonEntry:
        """Find a lesson by its slug, number or stem. Raises UnknownLesson."""
        for entry in self.lessons:
            if slug in (entry.slug, entry.stem, str(entry.number)):
                return entry
        raise UnknownLesson(slug)


def load_course(root: Path = ROOT) -> Course:
    """Read lessons/course.toml below `root` (the top of a checkout)."""
    manifest = tomllib.loads((root / "lessons" / "course.toml").read_text(encoding="utf-8"))
    lessons = tuple(
        LessonEntry(
            root=root,
            number=number,
            slug=lesson["slug"],
            part=lesson["part"],
            stated=lesson.get("minutes"),
            needs=tuple(lesson.get("needs", ())),
            server=lesson.get("server", ""),
            extra=lesson.get("extra", ""),
            uses=tuple(lesson.get("uses", ())),
            title=with_fallback(lesson["title"]),
            purpose=with_fallback(lesson["purpose"]),
            doing=with_fallback(lesson["doing"]),
        )
        for number, lesson in enumerate(manifest.get("lesson", []), start=1)
    )
    parts = {name: with_fallback(title) for name, title in manifest["part"].items()}
    return Course(root, manifest["languages"], parts, lessons)
