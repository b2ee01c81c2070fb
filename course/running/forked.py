"""A fork of the warm process under way: what its channel tells, and its end."""

import contextlib
import os
import select
import signal
import socket
import time
from dataclasses import dataclass

from course.running.task import TookTooLong


class CannotForkError(OSError):
    """There is no warm process to be had, or it could not fork."""


@dataclass
class Fork:
    """One fork under way: what its channel has told."""

    channel: socket.socket
    told: str = ""
    pid: int | None = None
    exit_code: int | None = None
    open: bool = True

    def listen(self, seconds: float | None) -> None:
        """Take in what the channel tells within the time."""
        if not self.open or not select.select([self.channel], [], [], seconds)[0]:
            return
        text = self.channel.recv(4096).decode()
        self.open = bool(text)
        *lines, self.told = (self.told + text).split("\n")
        for line in lines:
            word, _, value = line.partition(" ")
            if word == "failed":
                raise CannotForkError(value)
            if word == "pid":
                self.pid = int(value)
            else:
                self.exit_code = int(value)
                self.open = word != "exit"

    def ended(self) -> bool:
        """Tell whether the fork has ended."""
        self.listen(0)
        return not self.open

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end, and tell whether it came within the time."""
        until = None if seconds is None else time.monotonic() + seconds
        while self.open:
            left = None if until is None else until - time.monotonic()
            if left is not None and left <= 0:
                return False
            self.listen(left)
        return True

    def send(self, number: int) -> None:
        """Send the fork a signal."""
        if not self.ended() and self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


def wait_or_kill(fork: Fork, seconds: float) -> None:
    """Wait for the end of a fork; kill it when the time is over. Raises TookTooLong."""
    with fork.channel:
        try:
            if fork.wait(seconds):
                return
        except BaseException:
            fork.send(signal.SIGKILL)
            raise
        fork.send(signal.SIGKILL)
    raise TookTooLong
