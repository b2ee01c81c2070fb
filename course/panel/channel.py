"""The line between a kernel and the panels of the front ends that look at it.

A channel is one comm, opened by the kernel, which every front end of the kernel hears. A front end
that comes later, after a reload say, finds it by its target's name, and the kind of panel that it
is for in its id. Where nothing listens, nothing answers, and nothing is drawn.
"""

from collections.abc import Callable
from threading import Event, Lock
from typing import Any
from uuid import uuid4

from comm import create_comm

from course.running.task import Json

TARGET = "alembic-course-panel"

SECONDS_TO_ANSWER = 0.4
"""How long a front end takes at most to say that it is there, where it can while a cell runs."""

front_end = Event()
"""Set when a front end has answered on a channel: this kernel has one."""


class Channel:
    """A line to one kind of panel, `live` or `play`.

    A front end says `hello`, with whether it shows the panel, and `closed` when the learner has
    closed it. Whatever else it says goes to `receive`, in whichever thread it comes.
    """

    def __init__(self, kind: str, receive: Callable[[Json], None]) -> None:
        """Take the kind of panel, and what hears `shown`, `saved` and what is done there.

        `{"type": "saved"}` comes when JupyterLab has changed a file other than a notebook.
        """
        self._receive = receive
        self._clients: dict[str, bool] = {}
        self._lock = Lock()
        self._comm = create_comm(target_name=TARGET, comm_id=f"{kind}:{uuid4().hex}")
        self._comm.on_msg(self._heard)

    @property
    def is_shown(self) -> bool:
        """Whether a front end shows the panel."""
        with self._lock:
            return any(self._clients.values())

    def open(self) -> bool:
        """Have front ends show the panel, closed or not; tell whether there is one that can."""
        self.send({"type": "open"})
        return front_end.wait(SECONDS_TO_ANSWER)

    def send(self, message: Json) -> None:
        """Send a message to every front end."""
        self._comm.send(message)

    def close(self) -> None:
        """End the channel."""
        with self._lock:
            self._clients.clear()
        self._comm.close()

    def _heard(self, message: dict[str, Any]) -> None:
        said: Json = message["content"]["data"]
        if said["type"] not in ("hello", "closed"):
            self._receive(said)
            return
        shown = said["type"] == "hello" and bool(said["shown"])
        with self._lock:
            self._clients[str(said["client"])] = shown
        front_end.set()
        if shown:
            self._receive({"type": "shown"})
