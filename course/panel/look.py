"""One look at a project: the task behind a view. It runs in a process of its own."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from html import escape
from pathlib import Path

from course.panel.memory import Memory, from_text
from course.panel.section import WORDS, Section, ViewOptions
from course.phrases import phrase
from course.picture.changes import draw_changes
from course.picture.history import draw_graph
from course.picture.picture import Picture
from course.picture.schema import draw_schema
from course.project.changes import Changes, compare, take_snapshot
from course.project.effects import Command
from course.project.errors import ProjectError, explained, one_line
from course.project.project import Project
from course.running.task import Json


def look(order: Json) -> Json:
    """Draw the sections of a view; give them with the memory for the next look."""
    memory = from_text(order["memory"])
    given = order["command"]
    command = Command(**given) if given else None
    looking = _Looking(
        Project(Path(order["folder"])),
        order["lang"],
        command,
        ViewOptions(**order["options"]),
        memory,
    )
    sections = [asdict(section) for section in looking.sections()]
    return {"sections": sections, "memory": memory.to_text()}


class _Looking:
    """A look under way."""

    def __init__(
        self,
        project: Project,
        lang: str,
        command: Command | None,
        options: ViewOptions,
        memory: Memory,
    ) -> None:
        self.project = project
        self.lang = lang
        self.command = command
        self.options = options
        self.memory = memory

    def sections(self) -> Iterator[Section]:
        yield self._section("graph", self._graph)
        yield self._section("changes", self._changes)
        yield self._section("schema", self._schema)

    def _section(self, name: str, draw: Callable[[], Picture]) -> Section:
        """Draw a section; where its picture cannot be drawn, it says why."""
        label = phrase(WORDS, name, self.lang)
        try:
            picture = draw()
        except ProjectError as reason:
            return Section(name, label, _paragraph(reason.words(self.lang)))
        except Exception as error:
            words = ProjectError("other", said=one_line(error)).words(self.lang)
            return Section(name, label, _paragraph(words))
        return Section(name, label, picture.inline(), picture.text)

    def _graph(self) -> Picture:
        return draw_graph(self.project.revisions(), self.project.database().versions(), self.lang)

    def _schema(self) -> Picture:
        return draw_schema(self.project.database().schema, self.lang)

    def _changes(self) -> Picture:
        """Draw what the last look at which something had changed found."""
        database = self.project.database()
        with explained(self.project.folder):
            engine = database.engine if database.exists() else None
            now = take_snapshot(self.project.folder, engine)
        before = self.memory.snapshot
        if before is not None and before != now:
            self.memory.changes = compare(before, now)
        self.memory.snapshot = now
        return draw_changes(self.memory.changes or Changes(()), self.lang)


def _paragraph(words: str) -> str:
    return f"<p>{escape(words)}</p>"
