"""One look at a project: the task behind a view. It runs in a process of its own."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path

from course.panel.memory import Memory, from_text
from course.panel.section import WORDS, Section
from course.phrases import phrase
from course.picture.changes import draw_changes
from course.picture.history import draw_graph
from course.picture.parts import draw_parts
from course.picture.parts_words import OWN_WORDS
from course.picture.picture import WORDS as PICTURES
from course.picture.picture import Picture
from course.picture.schema import draw_schema
from course.project.changes import Changes, Snapshot, compare, take_snapshot
from course.project.checkpoint import LARGE
from course.project.effects import Command
from course.project.errors import ProjectError, explained, one_line
from course.project.parts import Parts, look_at_parts
from course.project.project import Project
from course.running.task import Json


def look(order: Json) -> Json:
    """Draw the sections of a view; give them with the memory for the next look."""
    command = order["command"]
    looking = _Look(
        Project(Path(order["folder"])),
        order["lang"],
        Command(**command) if command else None,
        from_text(order["memory"]),
    )
    sections = [asdict(looking.section(name)) for name in order["sections"]]
    return {"sections": sections, "memory": looking.memory.to_text()}


@dataclass
class _Look:
    """A look under way."""

    project: Project
    lang: str
    command: Command | None
    memory: Memory

    def section(self, name: str) -> Section:
        """Draw a section; where its picture cannot be drawn, it says why."""
        label = phrase(WORDS, name, self.lang)
        try:
            picture = self._draw[name]()
        except ProjectError as reason:
            return Section(name, label, _paragraph(_why(reason, self.lang)))
        except Exception as error:
            words = ProjectError("other", said=one_line(error)).words(self.lang)
            return Section(name, label, _paragraph(words))
        return Section(name, label, picture.inline(), picture.text, open=name != "schema")

    @property
    def _draw(self) -> Mapping[str, Callable[[], Picture]]:
        return {
            "parts": lambda: draw_parts(self._parts, self.lang),
            "graph": self._graph,
            "changes": self._changes,
            "schema": self._schema,
        }

    @cached_property
    def _parts(self) -> Parts:
        memory = self.memory
        parts = look_at_parts(self.project, self.command, memory.marks, memory.files, memory.made)
        memory.marks = parts.marks
        return parts

    def _graph(self) -> Picture:
        """Draw the history as the files tell it, whether Alembic can load it or not.

        Without the version nothing is current, and a graph would say base.
        """
        revisions, version = self._parts.revisions, self._parts.version
        if trouble := revisions.trouble or version.trouble:
            raise trouble
        return draw_graph(revisions.order, version.rows or (), self.lang)

    def _schema(self) -> Picture:
        return draw_schema(self.project.database().schema, self.lang)

    def _changes(self) -> Picture:
        """Draw what the last look at which something had changed found."""
        before, now = self.memory.snapshot, self._snapshot()
        if now is None:
            words = phrase(WORDS, "large", self.lang)
            return Picture(words, words, self.lang, html=_paragraph(words))
        if before is not None and before != now:
            self.memory.changes = compare(before, now)
        self.memory.snapshot = now
        return draw_changes(self.memory.changes or Changes(()), self.lang)

    def _snapshot(self) -> Snapshot | None:
        """Look at files and rows; None where there are too many rows to count them each time.

        Of a database that cannot be read now, what is known is that of the look before.
        """
        folder = self.project.folder
        try:
            database = self.project.database()
            if not database.exists():
                return take_snapshot(folder, None)
            if database.path.stat().st_size > LARGE:
                return None
            with explained(folder):
                return take_snapshot(folder, database.engine)
        except ProjectError:
            known = self.memory.snapshot or Snapshot()
            return replace(known, files=take_snapshot(folder, None).files)


def _why(reason: ProjectError, lang: str) -> str:
    """Say what keeps a picture from being drawn, as the picture of the parts says it."""
    if reason.key in OWN_WORDS:
        return phrase(PICTURES, f"parts.{reason.key}", lang, **reason.values)
    return reason.words(lang)


def _paragraph(words: str) -> str:
    return f"<p>{escape(words)}</p>"
