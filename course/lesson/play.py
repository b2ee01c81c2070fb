"""`lesson.play()`: the playground on a copy of the lesson's project, in a panel of its own."""

import shutil
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

from course.panel.channel import Channel
from course.project.errors import one_line
from course.running import ways
from course.running.task import Json

if TYPE_CHECKING:
    from course.playground.playground import Playground

ROOMS = ".play"
"""Where copies are while they are played with: beside the working folders, one a lesson."""


class Play:
    """A playground for front ends: a copy of the project as it stood when it was asked for."""

    def __init__(self, folder: Path, lang: str) -> None:
        """Take the lesson's working folder. Nothing is copied before a front end can show it."""
        self._folder = folder
        self._lang = lang
        self._channel: Channel | None = None
        self._remove: weakref.finalize[..., Play] | None = None
        self._playground: Playground | None = None

    def show(self) -> bool:
        """Copy the project as it stands and have front ends show it; tell whether one can.

        Raises ProjectError when the project cannot be played with.
        """
        if not _can_play():
            return False
        if self._channel is None:
            self._channel = Channel("play", self._receive)
        if not self._channel.open():
            return False
        self._copy()
        self._receive({"type": "shown"})
        return True

    def close(self) -> None:
        """End the playground; its copy goes."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        self._forget()

    def _copy(self) -> None:
        from course.playground.playground import Playground

        self._forget()
        room = self._folder.parent / ROOMS / self._folder.name
        # A kernel that was killed has left its copy there.
        shutil.rmtree(room, ignore_errors=True)
        self._remove = weakref.finalize(self, shutil.rmtree, room, ignore_errors=True)
        try:
            self._playground = Playground(self._folder, self._lang, room)
        except BaseException:
            self._forget()
            raise

    def _forget(self) -> None:
        self._playground = None
        if self._remove is not None:
            self._remove()

    def _receive(self, message: Json) -> None:
        """Answer beside the kernel's cells: a click takes as long as its command does."""
        arguments = (self._channel, self._playground, message)
        threading.Thread(target=_answer, args=arguments, daemon=True, name="course-play").start()


def _can_play() -> bool:
    """Tell whether a command can run beside this interpreter, which has cells to run."""
    return ways.way() != "here"


def _answer(channel: Channel | None, playground: "Playground | None", message: Json) -> None:
    if channel is None or playground is None:
        return
    try:
        answer = playground.answer(message)
    except Exception as error:
        # In a thread nobody would see it, and the panel would stay as it is.
        answer = {"type": "error", "text": one_line(error)}
    channel.send(answer | {"answers": message.get("id")})
