"""What a lesson shows of its project as it stands: pictures, and what they leave out as notes."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from course.lesson import kernel
from course.lesson.card import Card, Noted
from course.lesson.session import Session
from course.lesson.verdict import note_card

if TYPE_CHECKING:
    from course.project.changes import Snapshot
    from course.project.database.database import Database
    from course.project.project import Project

WITHOUT_DATABASE = ("url", "no_url", "no_connection", "other_server")
"""Reasons for which there is no SQLite database to look at, and the rest can be shown."""

NOT_DRAWN = ("no_settings", "settings", *WITHOUT_DATABASE)

Shown = Any
"""Something that displays itself."""

_Shown = TypeVar("_Shown")


class Looks:
    """Looks at a lesson's project. Each one reads it anew; `seen` is what was seen last."""

    def __init__(self, session: Session) -> None:
        """Take the lesson's session; the project is seen as it stands."""
        self._session = session
        self._lang = session.lang
        self._database: Database | None = None
        self.seen = self.snapshot()

    def project(self) -> "Project":
        """Give the project as it stands."""
        from course.project.project import Project

        return Project(self._session.folder)

    def snapshot(self, project: "Project | None" = None) -> "Snapshot":
        """Look at files and database; where the URL cannot be read, at the last one known.

        Raises ProjectError.
        """
        from course.project.changes import take_snapshot
        from course.project.errors import ProjectError, explained

        project = project or self.project()
        if not project.folder.is_dir():
            raise ProjectError("no_folder", folder=project.folder.name)
        try:
            self._database = project.database()
        except ProjectError as reason:
            if reason.key not in NOT_DRAWN:
                raise
        known = self._database
        engine = known.engine if known is not None and known.exists() else None
        with explained(project.folder):
            return take_snapshot(project.folder, engine)

    def graph(self) -> Shown:
        """Draw the revision graph; without a database to look at, a note says why."""
        return self._look(self._draw_graph)

    def schema(self) -> Shown:
        """Draw the tables."""
        return self._look(self._draw_schema)

    def parts(self) -> Shown:
        """Draw the four parts, and what the last command did to them."""
        return self._look(self._draw_parts)

    def changes(self) -> Shown:
        """Say what changed since the last look."""
        return self._look(self._draw_changes)

    def with_obstacles(self, shown: _Shown, project: "Project") -> _Shown | Noted:
        """Put below what is shown what will stand in the way of the next command."""
        from course.project.obstacles import obstacles

        notes = tuple(self.note(reason.words(self._lang)) for reason in obstacles(project))
        return Noted(shown, notes) if notes else shown

    def note(self, words: str) -> Card:
        """Give a note."""
        return note_card(words, self._lang)

    def _look(self, draw: Callable[["Project"], Shown]) -> Shown:
        from course.project.errors import ProjectError, one_line

        project = self.project()
        try:
            return self.with_obstacles(draw(project), project)
        except ProjectError as reason:
            return self.note(reason.words(self._lang))
        except Exception as error:
            return self.note(ProjectError("other", said=one_line(error)).words(self._lang))

    def _draw_graph(self, project: "Project") -> Shown:
        from course.picture.history import draw_graph
        from course.project.errors import ProjectError

        try:
            current = project.database().versions()
        except ProjectError as reason:
            if reason.key not in WITHOUT_DATABASE:
                raise
            drawn = draw_graph(project.revisions(), (), self._lang)
            return Noted(drawn, (self.note(reason.words(self._lang)),))
        return draw_graph(project.revisions(), current, self._lang)

    def _draw_parts(self, project: "Project") -> Shown:
        from course.picture.parts import draw_parts
        from course.project.parts import look_at_parts

        last = kernel.commands[-1] if kernel.commands else None
        return draw_parts(look_at_parts(project, last), self._lang)

    def _draw_schema(self, project: "Project") -> Shown:
        from course.picture.schema import draw_schema

        return draw_schema(project.database().schema, self._lang)

    def _draw_changes(self, project: "Project") -> Shown:
        from course.picture.changes import draw_changes
        from course.project.changes import compare

        now = self.snapshot(project)
        before, self.seen = self.seen, now
        return draw_changes(compare(before, now), self._lang)
