"""A lesson as its notebook sees it: the few things it can show and check."""

import importlib.util
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from IPython.display import DisplayHandle, clear_output

from course.contents import Course, LessonEntry
from course.lesson import kernel, progress, working_folder
from course.lesson.card import BLUE, VIOLET, Card, Noted
from course.lesson.places import Lay, lay_of
from course.lesson.session import Session
from course.lesson.verdict import WORDS, Messages, Outcome, Verdict, verdict_card
from course.phrases import phrase, with_fallback
from course.workspace import workspace as workspace_of

if TYPE_CHECKING:
    from course.lesson.steps import Step
    from course.project.changes import Snapshot
    from course.project.checkpoint import Restored
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

    def __init__(self, course: Course, session: Session) -> None:
        self._course = course
        self._session = session
        self._entry = session.entry
        self._lang = session.lang
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

    def parts(self) -> Shown:
        """Draw the four parts side by side, where they differ, and what the last command did.

        The parts are the models, the revision files, alembic_version and the real schema.
        """
        return self._look(self._draw_parts)

    def live(self) -> Shown:
        """Show the pictures in a panel beside the notebook, which follows each change.

        Where there is no such panel, the four parts are shown as they stand.
        """
        panel = self._session.panel
        if panel is not None and panel.show():
            return self._card("live", "live_words")
        return self.parts()

    def play(self) -> Shown:
        """Make the panel clickable, on a copy of the project that can be tried out at will."""
        if self._session.panel is not None and self._session.panel.play():
            return self._card("play", "play_words")
        return self._card("play", "play_elsewhere")

    def undo(self) -> Card | Noted:
        """Take back what the last cell, editor or terminal did to files and database."""
        return self._take_back(self._session.steps.undo, "undone", "nothing_to_undo")

    def redo(self) -> Card | Noted:
        """Bring back what `undo` took back last."""
        return self._take_back(self._session.steps.redo, "redone", "nothing_to_redo")

    def resume(self) -> Card | None:
        """Go back to where the lesson was left, with its files, its database and its names.

        What is in the folder now is moved aside.
        """
        from course.lesson import going

        if self._session.is_replaying:
            return None
        with self._moving():
            resumed = going.resume(self._session, self.changes, self._told("coming_back"))
        if resumed is None:
            return self._card("resume", "nothing_to_resume")
        section = self._section_of(resumed.last.cell)
        key = "resumed_at" if section else "resumed"
        words = phrase(WORDS, key, self._lang, time=f"{resumed.last.time:%H:%M}", section=section)
        failed = tuple(
            phrase(WORDS, "not_again", self._lang, cell=cell, said=said)
            for cell, said in resumed.failed
        )
        return Card(phrase(WORDS, "resume", self._lang), (words, *failed), BLUE)

    def go_to(self, name: str = "") -> Card | None:
        """Go to where an exercise or a section begins: its cells before it are run, unseen.

        What is in the folder is moved aside first. Without a name, say which there are.
        """
        from course.lesson import going

        if self._session.is_replaying:
            return None
        lay = lay_of(self._entry, self._lang)
        place = next((place for place in lay.places if place.name == name), None)
        if place is None:
            return self._places(lay, name)
        if self._session.shell is not None:
            self._session.shell.user_ns.setdefault("lesson", self)
        try:
            with self._moving():
                opened = going.go_to(self._session, place, self._told("going"))
        except going.StoppedError as error:
            cell = error.source.strip().splitlines()[0]
            stopped = phrase(WORDS, "stopped", self._lang, cell=cell, said=error.said)
            return Card(phrase(WORDS, "go_to", self._lang), (stopped,), VIOLET, error.source)
        words = [phrase(WORDS, "arrived", self._lang, heading=place.heading)]
        if opened.moved is not None:
            words.append(phrase(WORDS, "arrived_moved", self._lang))
        return Card(phrase(WORDS, "go_to", self._lang), tuple(words), BLUE)

    def check(self, exercise: str) -> Card | Noted:
        """Look at the project and say how the exercise stands. A pass is remembered."""
        messages = self._messages(exercise)
        project = self._project()
        verdict = self._judge(exercise, project)
        card = verdict_card(verdict, exercise, messages, self._lang)
        if verdict.outcome is not Outcome.PASSED:
            return self._with_obstacles(card, project)
        try:
            place = workspace_of(self._course.root)
            aside = progress.record(place, self._entry.slug, exercise)
        except OSError as error:
            words = phrase(WORDS, "not_recorded", self._lang, why=error.strerror or error)
            return Noted(card, (self._note(words),))
        from course.desk.start_page import refresh

        refresh(self._course, progress.load(place))
        if self._session.panel is not None:
            self._session.panel.passed()
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

    @property
    def _folder(self) -> Path:
        return self._session.folder

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

    def _draw_parts(self, project: "Project") -> Shown:
        from course.picture.parts import draw_parts
        from course.project.parts import look_at_parts

        return draw_parts(
            look_at_parts(project, kernel.commands[-1] if kernel.commands else None), self._lang
        )

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

    def _take_back(
        self, move: Callable[[], "tuple[Step, Restored] | None"], done: str, nothing: str
    ) -> Card | Noted:
        """Undo or redo a step, and say what became of files and database."""
        from course.picture.changes import draw_changes
        from course.project.changes import compare
        from course.project.errors import ProjectError

        if self._session.is_replaying:
            return self._card(done, nothing)
        try:
            before = self._take_snapshot(self._project())
            moved = move()
            if moved is None:
                return self._card(done, nothing)
            self._seen = self._take_snapshot(self._project())
        except ProjectError as reason:
            return self._note(reason.words(self._lang))
        except OSError as error:
            why = error.strerror or error
            return self._note(phrase(WORDS, "not_undone", self._lang, why=why))
        step, restored = moved
        heading = phrase(WORDS, done, self._lang, time=f"{step.time:%H:%M}")
        words = () if step.source else (phrase(WORDS, "from_outside", self._lang),)
        card = Card(heading, words, BLUE, step.source.strip() or None)
        shown: list[object] = [draw_changes(compare(before, self._seen), self._lang)]
        if restored.not_kept:
            files = ", ".join(restored.not_kept)
            shown.append(self._note(phrase(WORDS, "too_large", self._lang, files=files)))
        return Noted(card, tuple(shown))

    @contextmanager
    def _moving(self) -> Iterator[None]:
        """Say in one line what keeps a folder from being moved or made."""
        try:
            yield
        except working_folder.WorkspaceError as error:
            raise LessonError(phrase(WORDS, error.key, self._lang, **error.values)) from None
        finally:
            if self._session.shell is not None:
                clear_output(wait=True)  # type: ignore[no-untyped-call]

    def _told(self, key: str) -> Callable[[int, int], None]:
        """Show how far it is, in one place that is written over."""
        handle = DisplayHandle()  # type: ignore[no-untyped-call]
        shown = False

        def tell(number: int, count: int) -> None:
            nonlocal shown
            card = Card(phrase(WORDS, key, self._lang, number=number + 1, count=count), (), BLUE)
            show = handle.update if shown else handle.display
            show(card)  # type: ignore[no-untyped-call]
            shown = True

        return tell

    def _places(self, lay: Lay, name: str) -> Card:
        """Say which places there are."""
        if name:
            words = phrase(WORDS, "no_place", self._lang, name=name)
        else:
            words = phrase(WORDS, "places", self._lang)
        width = max(len(place.name) for place in lay.places)
        lines = [f"{place.name.ljust(width)}  {place.heading}" for place in lay.places]
        return Card(phrase(WORDS, "go_to", self._lang), (words,), BLUE, "\n".join(lines))

    def _section_of(self, cell: str | None) -> str:
        return lay_of(self._entry, self._lang).sections.get(cell or "", "")

    def _card(self, heading: str, words: str) -> Card:
        return Card(phrase(WORDS, heading, self._lang), (phrase(WORDS, words, self._lang),), BLUE)

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
