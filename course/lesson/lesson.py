"""A lesson as its notebook sees it: the few things it can show and check."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from course.contents import Course, LessonEntry
from course.lesson import progress, workspace
from course.lesson.card import BLUE, VIOLET, Card, Noted
from course.lesson.verdict import WORDS, Messages, Outcome, Verdict, verdict_card
from course.phrases import phrase, with_fallback

if TYPE_CHECKING:
    from course.project.changes import Snapshot
    from course.project.database.database import Database
    from course.project.project import Project

# Alembic and SQLAlchemy are imported when something is looked at: a lesson opens without them.

WITHOUT_DATABASE = ("url", "no_url", "no_connection", "other_server")
"""Reasons for which there is no SQLite database to look at, and the rest can be shown."""

NOT_DRAWN = ("no_settings", "settings", *WITHOUT_DATABASE)

Shown = Any
"""Something that displays itself."""

_Shown = TypeVar("_Shown")


class LessonError(Exception):
    """Something that one line says; a notebook shows the line and no traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Lesson:
    """An open lesson. Every method looks at the project as it stands and shows what it sees."""

    def __init__(self, course: Course, entry: LessonEntry, lang: str, folder: Path) -> None:
        self._course = course
        self._entry = entry
        self._lang = lang
        self._folder = folder
        self._hints: dict[str, int] = {}
        self._database: Database | None = None
        self._seen = self._take_snapshot(self._project())

    def __repr__(self) -> str:
        return f"{self._entry.number} · {self._entry.title[self._lang]}"

    def graph(self) -> Shown:
        """Draw the revision graph with the database's current revision and the heads marked.

        Where there is no database to look at, the revisions are drawn, and a note says why.
        """
        return self._look(self._draw_graph)

    def schema(self) -> Shown:
        """Draw the tables as they stand: columns, keys, indexes and relations."""
        return self._look(self._draw_schema)

    def changes(self) -> Shown:
        """Say what changed in schema, rows, files and version since the last look."""
        return self._look(self._draw_changes)

    def check(self, exercise: str) -> Card | Noted:
        """Look at the project and say how the exercise stands. A pass is remembered."""
        messages = self._messages(exercise)
        project = self._project()
        verdict = self._judge(exercise, project)
        card = verdict_card(verdict, exercise, messages, self._lang)
        if verdict.outcome is not Outcome.PASSED:
            return self._with_obstacles(card, project)
        try:
            place = workspace.workspace(self._course.root)
            aside = progress.record(place, self._entry.slug, exercise)
        except OSError as error:
            words = phrase(WORDS, "not_recorded", self._lang, why=error.strerror or error)
            return Noted(card, (self._note(words),))
        if aside is not None:
            words = phrase(WORDS, "progress_aside", self._lang, file=aside.name)
            return Noted(card, (self._note(words),))
        return card

    def hint(self, exercise: str) -> Card:
        """Show the exercise's next hint; after the last one, the last one again."""
        hints = with_fallback(self._messages(exercise)["hints"])[self._lang]
        number = min(self._hints.get(exercise, 0) + 1, len(hints))
        self._hints[exercise] = number
        heading = phrase(WORDS, "hint", self._lang, number=number, count=len(hints))
        more = (
            () if number < len(hints) else (phrase(WORDS, "last_hint", self._lang, name=exercise),)
        )
        return Card(f"{heading} · {exercise}", (hints[number - 1], *more), BLUE)

    def solution(self, exercise: str) -> Card:
        """Show the cells that solve the exercise, as the solved notebook has them."""
        self._messages(exercise)
        notebook = self._entry.notebook(self._lang, solved=True)
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        sources = [
            "".join(cell["source"])
            for cell in cells
            if cell["metadata"].get("role") == "solution"
            and cell["metadata"].get("exercise") == exercise
        ]
        heading = phrase(WORDS, "solution", self._lang, count=len(sources))
        return Card(f"{heading} · {exercise}", (), BLUE, "\n\n# ---\n\n".join(sources))

    def _project(self) -> "Project":
        from course.project.project import Project

        return Project(self._folder)

    def _messages(self, exercise: str) -> Messages:
        if exercise not in self._entry.messages:
            known = ", ".join(self._entry.exercises)
            raise LessonError(phrase(WORDS, "no_exercise", self._lang, name=exercise, known=known))
        messages: Messages = self._entry.messages[exercise]
        return messages

    def _judge(self, exercise: str, project: "Project | None" = None) -> Verdict:
        from course.project.errors import ProjectError, one_line

        try:
            return load_check(self._entry, exercise)(project or self._project())
        except ProjectError as reason:
            return Verdict(Outcome.CANNOT_CHECK, reason.key, reason.values)
        except Exception as error:
            return Verdict(Outcome.CANNOT_CHECK, "unexpected", {"said": one_line(error)})

    def _draw_graph(self, project: "Project") -> Shown:
        from course.picture.history import draw_graph
        from course.project.errors import ProjectError

        try:
            current = project.database().versions()
        except ProjectError as reason:
            if reason.key not in WITHOUT_DATABASE:
                raise
            drawn = draw_graph(project.revisions(), (), self._lang)
            return Noted(drawn, (self._note(reason.words(self._lang)),))
        return draw_graph(project.revisions(), current, self._lang)

    def _draw_schema(self, project: "Project") -> Shown:
        from course.picture.schema import draw_schema

        return draw_schema(project.database().schema, self._lang)

    def _draw_changes(self, project: "Project") -> Shown:
        from course.picture.changes import draw_changes
        from course.project.changes import compare

        now = self._take_snapshot(project)
        before, self._seen = self._seen, now
        return draw_changes(compare(before, now), self._lang)

    def _take_snapshot(self, project: "Project") -> "Snapshot":
        """Look at files and database; where the URL cannot be read, at the last one known."""
        from course.project.changes import take_snapshot
        from course.project.errors import ProjectError, explained

        if not project.folder.is_dir():
            raise ProjectError("no_folder", folder=project.folder.name)
        try:
            self._database = project.database()
        except ProjectError as reason:
            if reason.key not in NOT_DRAWN:
                raise
        known = self._database
        engine = known.engine if known is not None and known.exists() else None
        with explained(self._folder):
            return take_snapshot(self._folder, engine)

    def _look(self, draw: Callable[["Project"], Shown]) -> Shown:
        from course.project.errors import ProjectError, one_line

        project = self._project()
        try:
            return self._with_obstacles(draw(project), project)
        except ProjectError as reason:
            return self._note(reason.words(self._lang))
        except Exception as error:
            return self._note(ProjectError("other", said=one_line(error)).words(self._lang))

    def _with_obstacles(self, shown: _Shown, project: "Project") -> _Shown | Noted:
        from course.project.obstacles import obstacles

        notes = tuple(self._note(reason.words(self._lang)) for reason in obstacles(project))
        return Noted(shown, notes) if notes else shown

    def _note(self, words: str) -> Card:
        return Card(phrase(WORDS, "note", self._lang), (words,), VIOLET)


def load_check(entry: LessonEntry, exercise: str) -> Callable[..., Verdict]:
    """Load an exercise's function from the lesson's checks.py. Raises AttributeError without it."""
    spec = importlib.util.spec_from_file_location(
        f"checks_{entry.slug}", entry.folder / "checks.py"
    )
    if spec is None or spec.loader is None:
        raise FileNotFoundError(entry.folder / "checks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    check: Callable[..., Verdict] = getattr(module, exercise)
    return check
