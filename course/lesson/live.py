"""The live view of a lesson: it draws when somebody looks, in a thread of its own."""

import os
import threading
from dataclasses import asdict
from pathlib import Path

from course.contents import LessonEntry
from course.lesson.conditions import Conditions
from course.lesson.play import Play
from course.panel.channel import Channel
from course.panel.section import WORDS, Section
from course.panel.view import View, Viewer
from course.panel.watch import Signature, signature
from course.phrases import phrase
from course.project.effects import Command
from course.running import ways
from course.running.task import Json, TaskError

SECONDS_BETWEEN_LOOKS = 0.3


class Live:
    """Keeps a panel beside the notebook up to date, as long as a front end shows one.

    A thread draws after each cell, and when the folder's files have changed and come to rest. It
    begins when a front end shows the panel and ends when none does.
    """

    def __init__(self, folder: Path, entry: LessonEntry, lang: str) -> None:
        """Take the lesson and its working folder. A front end opens the panel by itself."""
        self._folder = folder
        self._lang = lang
        self._viewer = Viewer(folder, lang, os.environ)
        self._news = threading.Condition()
        self._wanted = False
        self._command: Command | None = None
        self._thread: threading.Thread | None = None
        self._message: Json | None = None
        self._conditions = Conditions(folder, entry, lang)
        self._ticks: Section | None = None
        self._moved = False
        self._play = Play(folder, lang)
        self._channel = Channel("live", self._receive)

    @property
    def is_shown(self) -> bool:
        """Whether a front end shows the panel."""
        return self._channel.is_shown

    def show(self) -> bool:
        """Have front ends show the panel; tell whether there is one that can."""
        return _can_draw() and self._channel.open()

    def play(self) -> bool:
        """Have front ends show a playground with a copy of the project; tell whether one can.

        Raises ProjectError when the project cannot be played with.
        """
        return self._play.show()

    def cell_ran(self, command: Command | None, cell: str | None = None) -> None:
        """Have the picture drawn anew, after the cell's last command if it ran one.

        `cell` is its id, by which it is known to which exercise it belongs.
        """
        with self._news:
            self._moved |= self._conditions.reach(cell)
            self._command = command or self._command
            self._ask()

    def passed(self) -> None:
        """Tell front ends that an exercise was passed: the start page has changed."""
        self._channel.send({"type": "passed"})

    def close(self) -> None:
        """End the view. What is being drawn is not sent any more."""
        self._play.close()
        self._channel.close()
        with self._news:
            self._news.notify_all()

    def _receive(self, message: Json) -> None:
        if message["type"] == "shown":
            with self._news:
                if self._message is not None and self._thread is not None:
                    self._channel.send(self._message)
                self._ask()
        elif message["type"] == "saved":
            self._saved()

    def _saved(self) -> None:
        with self._news:
            self._ask()

    def _ask(self) -> None:
        """Have the thread look, if somebody sees what it draws."""
        if not (self.is_shown and _can_draw()):
            return
        self._wanted = True
        if self._thread is None:
            self._thread = threading.Thread(target=self._follow, daemon=True, name="course-live")
            self._thread.start()
        self._news.notify_all()

    def _follow(self) -> None:
        drawn: Signature | None = None
        seen: Signature | None = None
        while True:
            with self._news:
                self._news.wait_for(lambda: self._wanted, SECONDS_BETWEEN_LOOKS)
                if not self.is_shown:
                    self._thread = None
                    return
                wanted, self._wanted = self._wanted, False
                command, self._command = self._command, None
                moved, self._moved = self._moved, False
            before, seen = seen, signature(self._folder)
            has_changed = seen != drawn and (wanted or seen == before)
            if has_changed or moved or command is not None:
                drawn = seen
                self._draw(command)

    def _draw(self, command: Command | None) -> None:
        try:
            view = self._viewer.view(command)
            self._publish(view)
            # Asking takes seconds: the picture is there before.
            ticks = self._conditions.section()
            if ticks != self._ticks:
                self._ticks = ticks
                self._publish(view)
        except (OSError, TaskError) as error:
            words = phrase(WORDS, "not_drawn", self._lang, said=str(error) or type(error).__name__)
            self._send({"type": "error", "text": words})

    def _publish(self, view: View) -> None:
        """Send a view, with what is known of the exercise's conditions above it."""
        message = view.message()
        if self._ticks is not None:
            message["sections"].insert(0, asdict(self._ticks))
        self._message = message
        self._send(message)

    def _send(self, message: Json) -> None:
        if self.is_shown:
            self._channel.send(message)


def _can_draw() -> bool:
    """Tell whether a look runs away from this interpreter, and so beside its cells."""
    return ways.way() != "here"
