"""The warm process: it has imported what commands need, and forks for each of them.

It knows nothing of the learner: it starts outside of their folder and imports nothing of theirs.
It is alone with the process that started it, by a pair of sockets that have no name. When the
other end closes, however that process ended, this one ends too. A request is a line of JSON with
four file descriptors: standard input, output and error of the fork, and a channel on which the
fork's life is told: `pid N`, `leaving N` (what it is about to exit with), `exit N`, or `failed`.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.running.program import become_alembic, exit_code, new_streams, take_place
from course.running.task import perform

IMPORTED = (
    "alembic.autogenerate",
    "alembic.command",
    "alembic.config",
    "alembic.ddl.sqlite",
    "alembic.runtime.environment",
    "aiosqlite",
    "logging.config",
    "mako.template",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "sqlalchemy.ext.asyncio",
    "sqlalchemy.orm",
)
"""What every command loads, some of it late."""

SECONDS_BETWEEN_LOOKS = 5
DESCRIPTORS = 4


@dataclass
class Request:
    """What to do in a fork, with the file descriptors that came along."""

    order: dict[str, Any]
    descriptors: list[int]

    @property
    def channel(self) -> int:
        """Where the fork's life is told."""
        return self.descriptors[-1]


class _Server:
    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.parent = os.getppid()
        self.tasks: set[int] = set()
        self.channels: dict[int, int] = {}
        self.wake, self.waker = os.pipe()

    def serve(self) -> Request | None:
        """Fork for each request; return in the fork with its request, here at the end with None."""
        os.set_blocking(self.waker, False)
        signal.set_wakeup_fd(self.waker)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        # An interrupt is sent to the whole process group; it is for the commands alone.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        while os.getppid() == self.parent:
            watched: list[Any] = [self.control, self.wake]
            ready, _, _ = select.select(watched, [], [], SECONDS_BETWEEN_LOOKS)
            if self.wake in ready:
                os.read(self.wake, 4096)
                self.reap()
            if self.control in ready:
                request = receive(self.control)
                if request is None:
                    break
                if self.fork(request):
                    return request
        for pid in self.tasks:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return None

    def fork(self, request: Request) -> bool:
        """Fork, and tell whether this is the fork."""
        try:
            pid = os.fork()
        except OSError as error:
            tell(request.channel, f"failed {error}")
            for descriptor in request.descriptors:
                os.close(descriptor)
            return False
        if not pid:
            self.leave()
            return True
        tell(request.channel, f"pid {pid}")
        for descriptor in request.descriptors[:-1]:
            os.close(descriptor)
        self.channels[pid] = request.channel
        if "handler" in request.order:
            self.tasks.add(pid)
        return False

    def leave(self) -> None:
        """Let go, in the fork, of what is the server's."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.control.close()
        for descriptor in (self.wake, self.waker, *self.channels.values()):
            os.close(descriptor)

    def reap(self) -> None:
        """Tell how each fork that has ended did so."""
        while self.channels:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            channel = self.channels.pop(pid)
            self.tasks.discard(pid)
            tell(channel, f"exit {os.waitstatus_to_exitcode(status)}")
            os.close(channel)


def tell(channel: int, line: str) -> None:
    """Write a line to whoever listens; that nobody does is no matter."""
    with suppress(OSError):
        os.write(channel, f"{line}\n".encode())


def receive(control: socket.socket) -> Request | None:
    """Read the next request; None at the end."""
    head, descriptors, _, _ = socket.recv_fds(control, 8, DESCRIPTORS)
    while 0 < len(head) < 8:
        head += control.recv(8 - len(head))
    if not head:
        return None
    wanted, text = int(head, 16), b""
    while len(text) < wanted:
        more = control.recv(wanted - len(text))
        if not more:
            return None
        text += more
    return Request(json.loads(text), list(descriptors))


def carry_out(request: Request) -> None:
    """Be the process that was asked for, to its end."""
    order = request.order
    *streams, channel = request.descriptors
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    take_place(order["folder"], order["environment"])
    new_streams(order["environment"])
    if "handler" in order:
        _answer(order)
    try:
        become_alembic(order["words"], order["script"])
    except SystemExit as end:
        tell(channel, f"leaving {exit_code(end)}")
        raise


def _answer(order: dict[str, Any]) -> None:
    """Carry out a task; its process ends at once, whatever threads it has left."""
    answer = perform(order["handler"], order["order"])
    Path(order["answer"]).write_text(json.dumps(answer), encoding="utf-8")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def main(descriptor: int, modules: list[str]) -> None:
    """Import, then serve what comes on the socket; a fork leaves here as what it has become."""
    control = socket.socket(fileno=descriptor)
    for name in (*IMPORTED, *modules):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    request = _Server(control).serve()
    if request is not None:
        carry_out(request)
