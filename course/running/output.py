"""What a running command prints, handed on as it comes, and how the command is stopped."""

import codecs
import io
import os
import select
import signal
import time
from collections.abc import Callable
from typing import Protocol

CHUNK = 65536
GLANCE = 0.05
SECONDS_TO_HEED = 0.3
"""Ctrl-C in a notebook reaches the whole process group: how long to see whether it was enough."""

INTERRUPTS = (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM))
"""What the first interrupt sends, the second, and each further one."""

Write = Callable[[str], object]


class Running(Protocol):
    """A command that runs."""

    def ended(self) -> bool:
        """Tell whether it has ended."""

    def send(self, number: int) -> None:
        """Send it a signal; nothing happens if it has ended."""


def relay(reader: int, write: Write, command: Running) -> None:
    """Hand on what comes from a pipe until the command ends; an interrupt is passed to it.

    What is no UTF-8 is replaced, and line ends are `\\n`. Output that something else still holds
    open when the command has ended is not waited for.
    """
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder("utf-8")("replace"), translate=True
    )
    interrupts = 0
    while True:
        try:
            text = _next(reader, command)
            if text is None:
                break
            write(decoder.decode(text))
        except KeyboardInterrupt:
            if interrupts or not _heeds(reader, write, decoder, command):
                command.send(INTERRUPTS[min(interrupts, len(INTERRUPTS) - 1)])
            interrupts += 1
    write(decoder.decode(b"", final=True))


def _next(reader: int, command: Running) -> bytes | None:
    """Give the next bytes; None at the end."""
    if os.name == "nt":
        return os.read(reader, CHUNK) or None
    over = False
    while not select.select([reader], [], [], 0 if over else GLANCE)[0]:
        if over:
            return None
        over = command.ended()
    return os.read(reader, CHUNK) or None


def _heeds(
    reader: int, write: Write, decoder: io.IncrementalNewlineDecoder, command: Running
) -> bool:
    """Tell whether the command ends by itself, because the interrupt has reached it already."""
    until = time.monotonic() + SECONDS_TO_HEED
    while time.monotonic() < until:
        if command.ended():
            return True
        if os.name != "nt" and select.select([reader], [], [], GLANCE)[0]:
            text = os.read(reader, CHUNK)
            if not text:
                return True
            write(decoder.decode(text))
    return command.ended()
