"""A project to play with: every move is a real Alembic command on a copy, and can be undone."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from course.panel.view import View, Viewer
from course.phrases import phrase
from course.playground import showing
from course.playground.moves import Message, Place, command_line
from course.playground.problem import WORDS, PlayError
from course.playground.source import Source, Sources
from course.playground.stage import Stage, set_up
from course.playground.terminal import Ran, run
from course.project.checkpoint import Checkpoints, State
from course.project.database.database import Database
from course.project.effects import Command
from course.project.errors import ProjectError
from course.project.project import Project
from course.project.revision import Revision
from course.project.revision_files import FileReader
from course.running import ways
from course.running.task import Json, TaskError
from course.workspace import MARKER


@dataclass(frozen=True)
class Step:
    """A move that changed something: how things stood before it, and what it ran."""

    before: State
    ran: Ran


@dataclass
class Steps:
    """The moves that were made, and those that were taken back, the next one last."""

    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)

    def add(self, step: Step) -> None:
        """Add a move: what was taken back before it cannot be redone any more."""
        self.done.append(step)
        self.undone.clear()


class Playground:
    """A copy of a project, its last command, and the revision that is selected.

    One act at a time: clicks may come from several threads.
    """

    def __init__(self, source: Path, lang: str, room: Path) -> None:
        """Copy the project into the room, an empty folder. Raises ProjectError."""
        room.mkdir(parents=True, exist_ok=True)
        # Below a marker, ids follow from the command and errors show without the traceback.
        (room / MARKER).touch()
        self.name = source.resolve().name
        self.lang = lang
        self.stage: Stage = set_up(source, room)
        self._checkpoints = Checkpoints(self.stage.folder, room / "kept")
        self._viewer = Viewer(
            self.stage.folder, lang, self.stage.environment, showing.FROM_THE_PANEL
        )
        self._sources = Sources(self.stage)
        self._files = FileReader()
        self._steps = Steps()
        self._last: Ran | None = None
        self._note = ""
        self._drawn: View | None = None
        self._drawn_at = -1
        self._number = 0
        self._lock, self._looking = threading.Lock(), threading.Lock()
        place = self._place()
        # What needs a fix first, else the newest.
        self._selected: str | None = next(iter([*place.missing, *place.ghosts, *place.heads]), None)
        if self.stage.is_replaced:
            self._note = phrase(WORDS, "replaced", lang)
        ways.get_ready(self.stage.environment)

    def answer(self, message: Message) -> Json:
        """Answer what `view.js` sends: an act, `more`, or at the beginning `hello`."""
        if message.get("type") == "act":
            return self.act(message)
        return self.more() if message.get("type") == "more" else self.hello()

    def hello(self) -> Json:
        """Give the message that `view.js` shows first; the pictures may come with `more`."""
        with self._lock:
            return self._message()

    def act(self, message: Message) -> Json:
        """Do what a click asks for; give what came of it, or what kept it from being done.

        The pictures that take longer come with `more`.
        """
        with self._lock:
            self._note = ""
            try:
                self._acts.get(str(message.get("act")), self._move)(message)
            except ProjectError as reason:
                self._note = reason.words(self.lang)
            except OSError as error:
                self._note = PlayError("file", said=error).words(self.lang)
            return self._message()

    def more(self) -> Json:
        """Give the message with all of its pictures; a move may come in between."""
        try:
            with self._looking:
                self._look()
        except TaskError as error:
            return {"type": "error", "text": PlayError("no_view", said=error).words(self.lang)}
        with self._lock:
            return self._message()

    def _look(self) -> None:
        """Draw the pictures, unless nothing but the selection has changed since."""
        number, ran, memory = self._number, self._last, self._viewer.memory
        if number == self._drawn_at:
            return
        drawn = self._viewer.view(Command(ran.line, ran.exit_code) if ran else None)
        if number == self._number:
            self._drawn, self._drawn_at = drawn, number
        else:
            # What it saw may be the middle of a move.
            self._viewer.memory = memory

    @property
    def _acts(self) -> dict[str, Callable[[Message], None]]:
        return {"select": self._select, "undo": self._undo, "redo": self._redo}

    def _select(self, message: Message) -> None:
        self._selected = str(message["revision"]) if message.get("revision") else None

    def _move(self, message: Message) -> None:
        place = self._place()
        line = command_line(message, place)
        before = self._checkpoints.take()
        self._number += 1
        self._last = run(self.stage, line)
        self._number += 1
        if self._checkpoints.take() != before:
            self._steps.add(Step(before, self._last))
        made = [each.id for each in self._place().revisions if each.id not in place.by_id]
        self._selected = made[0] if made else self._selected

    def _undo(self, _message: Message) -> None:
        self._turn(self._steps.done, self._steps.undone, "undone")

    def _redo(self, _message: Message) -> None:
        self._turn(self._steps.undone, self._steps.done, "redone")

    def _turn(self, these: list[Step], others: list[Step], key: str) -> None:
        """Go back to the state that the last of these steps holds, and keep the one now."""
        if not these:
            raise PlayError(f"nothing_{key}")
        step = these[-1]
        now = self._checkpoints.take()
        self._number += 1
        self._checkpoints.restore(step.before)
        others.append(Step(now, step.ran))
        del these[-1]
        self._last = None
        self._note = phrase(WORDS, key, self.lang, line=step.ran.line)

    def _place(self) -> Place:
        """Look where the database stands in the history. What cannot be read is not there."""
        revisions = self._files.read(Project(self.stage.folder)).revisions
        try:
            versions = Database(self.stage.database, self.stage.folder).versions()
        except ProjectError:
            versions = ()
        return Place(revisions, versions)

    def _message(self) -> Json:
        place = self._place()
        shown = showing.Shown(
            name=self.name,
            lang=self.lang,
            place=place,
            selected=self._selected,
            source=self._source(place.by_id.get(self._selected or "")),
            last=self._last,
            note=self._note,
            done=tuple(step.ran.line for step in self._steps.done),
            undone=tuple(step.ran.line for step in self._steps.undone),
            folder=self.stage.folder,
        )
        return showing.message(shown, self._drawn, is_stale=self._drawn_at != self._number)

    def _source(self, selected: Revision | None) -> Source | None:
        if selected is None:
            return None
        try:
            return self._sources.of(selected)
        except OSError:
            return None
