"""The panels beside a notebook where there are no threads: they are drawn between cells.

On a desktop a thread draws the live view, and another one answers the playground. Here both happen
when the kernel has nothing else to do, at the browser's next turn.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from course.panel.section import WORDS
from course.phrases import phrase
from course.project.errors import one_line
from course.running.task import Json

if TYPE_CHECKING:
    from course.lesson.live import Live
    from course.lesson.play import Play

bring_edits: Callable[[], Awaitable[None]] | None = None
"""Takes over what was saved in JupyterLab's editor; None where nothing keeps files."""


def take_over() -> None:
    """Have the live view and the playground work without threads."""
    from course.lesson import live, play
    from course.panel import channel

    # What a front end says comes between cells: there is nothing to wait for in one.
    channel.SECONDS_TO_ANSWER = 0
    for place, name, ours in (
        (live, "_can_draw", lambda: True),
        (live.Live, "_ask", ask),
        (live.Live, "_saved", bring_and_ask),
        (play, "_can_play", lambda: True),
        (play.Play, "_receive", receive),
    ):
        setattr(place, name, ours)


def ask(self: "Live") -> None:
    """Have the view drawn when the cell has ended, if somebody sees it: stands in for `_ask`."""
    if self.is_shown and not self._wanted:
        self._wanted = True
        asyncio.get_running_loop().call_soon(look, self)


def bring_and_ask(self: "Live") -> None:
    """Have what was saved taken over, and drawn: stands in for `Live._saved`."""

    async def bring() -> None:
        if bring_edits is not None:
            await bring_edits()
        ask(self)

    if self.is_shown:
        asyncio.get_running_loop().create_task(bring())


def look(view: "Live") -> None:
    """Draw the view as it is now, with what came since it was drawn."""
    view._wanted = view._moved = False  # noqa: SLF001
    command, view._command = view._command, None  # noqa: SLF001
    if not view.is_shown:
        return
    try:
        view._draw(command)  # noqa: SLF001
    except Exception as error:
        # On a desktop it would be the end of a process that drew.
        words = phrase(WORDS, "not_drawn", view._lang, said=one_line(error))  # noqa: SLF001
        view._send({"type": "error", "text": words})  # noqa: SLF001


def receive(self: "Play", message: Json) -> None:
    """Stand in for `Play._receive`: answer what was done there at the browser's next turn."""
    from course.lesson import play

    answer = play._answer  # noqa: SLF001
    asyncio.get_running_loop().call_soon(answer, self._channel, self._playground, message)
