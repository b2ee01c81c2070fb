"""A lesson as its notebook sees it: open_lesson, and the few things it can show and check."""

import importlib.util
import json
import os
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock
from IPython import get_ipython

from course.contents import Course, LessonEntry, UnknownLesson, load_course
from course.lesson import kernel, progress, workspace
from course.lesson.verdict import COLORS, WORDS, Card, Noted, Outcome, Verdict, verdict_card
from course.phrases import phrase

WITHOUT_DATABASE = ("url", "no_url", "no_connection", "other_server")
"""Reasons for which there is no SQLite database to look at, and the rest can be shown."""

_held: FileLock | None = None


class LessonError(Exception):
    """Something that one line says; a notebook shows the line and no traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def open_lesson(slug: str, lang: str) -> "Lesson":
    """Make the lesson's working folder afresh, go there, and say so.

    What was in the folder is moved to `workspace/.old`. Raises LessonError for a lesson or a
    language that the course does not have, and where nothing can be written.
    """
    global _held
    course = load_course()
    if lang not in course.languages:
        raise LessonError(f"lang={lang!r} is none of {', '.join(course.languages)}.")
    try:
        entry = course.lesson(slug)
    except UnknownLesson:
        known = ", ".join(lesson.slug for lesson in course.lessons)
        raise LessonError(phrase(WORDS, "unknown", lang, slug=slug, known=known)) from None
    kernel.close_sql()
    room = workspace.workspace(course.root)
    try:
        room.mkdir(parents=True, exist_ok=True)
        os.chdir(room)
        opened = workspace.open_folder(entry, _held)
        os.chdir(opened.path)
    except OSError as error:
        where, why = error.filename or room, error.strerror or error
        raise LessonError(phrase(WORDS, "unwritable", lang, where=where, why=why)) from None
    if _held is not None and _held is not opened.lock:
        _held.release()
    _held = opened.lock
    shell = get_ipython()
    if shell is not None:
        kernel.prepare(shell, entry.slug, lang)
    lesson = Lesson(course, entry, lang, opened.path)
    print(f"{entry.number} · {entry.title[lang]}")
    print(phrase(WORDS, "folder", lang, folder=_below(opened.path, room)))
    if opened.shared:
        print(phrase(WORDS, "shared", lang, folder=_below(opened.shared, room)))
    if opened.moved:
        print(phrase(WORDS, "moved", lang, folder=_below(opened.moved, room)))
    return lesson


def _below(folder: Path, room: Path) -> str:
    return f"{room.name}/{folder.relative_to(room).as_posix()}"


class Lesson:
    """An open lesson. Every method looks at the project as it stands and shows what it sees."""

    def __init__(self, course: Course, entry: LessonEntry, lang: str, folder: Path) -> None:
        self._course = course
        self._entry = entry
        self._lang = lang
        self._folder = folder
        self._hints: dict[str, int] = {}
        self._database = None
        self._seen = self._take_snapshot()

    def __repr__(self) -> str:
        return f"{self._entry.number} · {self._entry.title[self._lang]}"

    def graph(self):
        """Draw the revision graph with the database's current revision and the heads marked.

        Where there is no database to look at, the revisions are drawn, and a note says why.
        """
        from course.picture.history import draw_graph
        from course.project.errors import ProjectError

        def draw():
            project = self._project()
            try:
                current, notes = project.database().versions(), ()
            except ProjectError as reason:
                if reason.key not in WITHOUT_DATABASE:
                    raise
                current, notes = (), (self._note(reason.words(self._lang)),)
            drawn = draw_graph(project.nodes(), current, self._lang)
            return Noted(drawn, notes) if notes else drawn

        return self._look(draw)

    def schema(self):
        """Draw the tables as they stand: columns, keys, indexes and relations."""
        from course.picture.schema import draw_schema
        from course.project.database.schema import Schema, read_schema
        from course.project.errors import explained

        def draw():
            database = self._project().database()
            if not database.exists():
                return draw_schema(Schema(), self._lang)
            with explained(self._folder):
                return draw_schema(read_schema(database.engine), self._lang)

        return self._look(draw)

    def changes(self):
        """Say what changed in schema, rows, files and version since the last look."""
        from course.picture.changes import draw_changes
        from course.project.changes import compare

        def draw():
            now = self._take_snapshot()
            before, self._seen = self._seen, now
            return draw_changes(compare(before, now), self._lang)

        return self._look(draw)

    def check(self, exercise: str) -> Card | Noted:
        """Look at the project and say how the exercise stands. A pass is remembered."""
        messages = self._messages(exercise)
        verdict = self._judge(exercise)
        card = verdict_card(verdict, exercise, messages, self._lang)
        if verdict.outcome is not Outcome.PASSED:
            return self._with_troubles(card)
        try:
            progress.record(workspace.workspace(self._course.root), self._entry.slug, exercise)
        except OSError as error:
            words = phrase(WORDS, "not_recorded", self._lang, why=error.strerror or error)
            return Noted(card, (self._note(words),))
        return card

    def hint(self, exercise: str) -> Card:
        """Show the exercise's next hint; after the last one, the last one again."""
        hints = self._messages(exercise)["hints"][self._lang]
        number = min(self._hints.get(exercise, 0) + 1, len(hints))
        self._hints[exercise] = number
        heading = phrase(WORDS, "hint", self._lang, number=number, count=len(hints))
        more = (
            () if number < len(hints) else (phrase(WORDS, "last_hint", self._lang, name=exercise),)
        )
        return Card(f"{heading} · {exercise}", (hints[number - 1], *more), "#0969da")

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
        return Card(f"{heading} · {exercise}", (), "#0969da", "\n\n# ---\n\n".join(sources))

    def _project(self):
        from course.project.project import Project

        return Project(self._folder)

    def _messages(self, exercise: str) -> dict:
        if exercise not in self._entry.messages:
            known = ", ".join(self._entry.exercises)
            raise LessonError(phrase(WORDS, "no_exercise", self._lang, name=exercise, known=known))
        return self._entry.messages[exercise]

    def _judge(self, exercise: str) -> Verdict:
        from course.project.errors import ProjectError, one_line

        try:
            return load_check(self._entry, exercise)(self._project())
        except ProjectError as reason:
            return Verdict(Outcome.CANNOT_CHECK, reason.key, reason.values)
        except Exception as error:
            return Verdict(Outcome.CANNOT_CHECK, "unexpected", {"said": one_line(error)})

    def _take_snapshot(self):
        """Look at files and database; where the URL cannot be read, at the last one known."""
        from course.project.changes import take_snapshot
        from course.project.errors import ProjectError, explained

        project = self._project()
        if not project.folder.is_dir():
            raise ProjectError("no_folder", folder=project.folder.name)
        try:
            self._database = project.database()
        except ProjectError as reason:
            if reason.key not in ("no_settings", "settings", *WITHOUT_DATABASE):
                raise
        known = self._database is not None and self._database.exists()
        with explained(self._folder):
            return take_snapshot(self._folder, self._database.engine if known else None)

    def _look(self, draw: Callable[[], object]) -> object:
        from course.project.errors import ProjectError, one_line

        try:
            return self._with_troubles(draw())
        except ProjectError as reason:
            return self._note(reason.words(self._lang))
        except Exception as error:
            return self._note(ProjectError("other", said=one_line(error)).words(self._lang))

    def _with_troubles(self, shown: object) -> object:
        from course.project.obstacles import troubles

        notes = tuple(self._note(one.words(self._lang)) for one in troubles(self._project()))
        return Noted(shown, notes) if notes else shown

    def _note(self, words: str) -> Card:
        heading = phrase(WORDS, "note", self._lang)
        return Card(heading, (words,), COLORS[Outcome.CANNOT_CHECK])


def load_check(entry: LessonEntry, exercise: str) -> Callable[..., Verdict]:
    """Load an exercise's function from the lesson's checks.py. Raises AttributeError without it."""
    spec = importlib.util.spec_from_file_location(
        f"checks_{entry.slug}", entry.folder / "checks.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, exercise)
