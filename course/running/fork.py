"""Run in a fork of a warm process: a process of its own, without the half second of imports."""

import contextlib
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.running.interpreter import python
from course.running.output import Write, relay
from course.running.process import Ran
from course.running.task import EndedEarly, Json, Task, TookTooLong

STARTUP = ("PYTHON", "LC_", "LANG", "LD_", "DYLD_", "SQLALCHEMY_", "SSL_")
"""Beginnings of the variables that Python and its libraries read when they start."""


SECONDS_TO_GO = 5


class CannotForkError(OSError):
    """There is no warm process to be had, or it could not fork."""


def startup_values(environment: Mapping[str, str]) -> dict[str, str]:
    """Give what a process must have started with to stand for one in this environment."""
    return {name: value for name, value in environment.items() if name.startswith(STARTUP)}


@dataclass
class _Fork:
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


class Warm:
    """The warm process of this process: started when it is first needed, or ahead of that."""

    def __init__(self, modules: Sequence[str] = ()) -> None:
        self.modules = list(modules)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._owner = 0
        self._started_with: dict[str, str] = {}

    def start(self, environment: Mapping[str, str]) -> None:
        """Start the process in the background, unless one is there for this environment.

        Raises CannotForkError when it cannot be started.
        """
        if self._is_there(environment):
            return
        self.stop()
        ours, theirs = socket.socketpair()
        command = python("course.running.warm", f"{theirs.fileno()}, {self.modules!r}")
        try:
            self._process = subprocess.Popen(
                command,
                cwd=Path(sys.executable).anchor,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
            )
        except OSError as error:
            ours.close()
            raise CannotForkError(str(error)) from error
        finally:
            theirs.close()
        self._control, self._owner = ours, os.getpid()
        self._started_with = startup_values(environment)

    def _is_there(self, environment: Mapping[str, str]) -> bool:
        return (
            self._process is not None
            and self._owner == os.getpid()
            and self._process.poll() is None
            and startup_values(environment) == self._started_with
        )

    def stop(self) -> None:
        """Let the process go; what it has forked goes on."""
        if self._control is not None:
            self._control.close()
        if self._process is not None and self._owner == os.getpid():
            try:
                self._process.wait(SECONDS_TO_GO)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._control = self._process = None

    @property
    def pid(self) -> int | None:
        """The process's id; None before it is started."""
        return self._process.pid if self._process else None

    def fork(self, order: Json, streams: Sequence[int]) -> _Fork:
        """Have a fork carry out the order. Raises CannotForkError.

        A warm process that has died is started anew, once.
        """
        with self._lock:
            try:
                return self._ask(order, streams)
            except (CannotForkError, OSError):
                self.stop()
                try:
                    return self._ask(order, streams)
                except OSError as error:
                    raise CannotForkError(str(error)) from error

    def _ask(self, order: Json, streams: Sequence[int]) -> _Fork:
        self.start(order["environment"])
        assert self._control is not None
        ours, theirs = socket.socketpair()
        text = json.dumps(order).encode()
        with theirs:
            head = f"{len(text):08x}".encode()
            socket.send_fds(self._control, [head], [*streams, theirs.fileno()])
            self._control.sendall(text)
        fork = _Fork(ours)
        try:
            while fork.pid is None:
                fork.listen(None)
                if not fork.open and fork.pid is None:
                    raise CannotForkError("the warm process ended")
        except BaseException:
            ours.close()
            raise
        return fork

    def run(
        self, words: Sequence[str], folder: Path, environment: Mapping[str, str], write: Write
    ) -> int:
        """Run `alembic` with the words, and hand on what it prints; give the exit code.

        That is negative for a signal, as in `subprocess`. Raises CannotForkError.
        """
        with Path(os.devnull).open() as nothing:
            reader, writer = os.pipe()
            try:
                order = command_order(words, folder, environment)
                try:
                    fork = self.fork(order, (nothing.fileno(), writer, writer))
                finally:
                    os.close(writer)
                with fork.channel:
                    relay(reader, write, fork)
                    fork.wait()
            finally:
                os.close(reader)
        return 1 if fork.exit_code is None else fork.exit_code

    def capture(
        self, words: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float
    ) -> Ran:
        """Run `alembic` with the words; give its exit code and what it wrote to either stream.

        Raises CannotForkError and TookTooLong.
        """
        with (
            Path(os.devnull).open() as nothing,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            order = command_order(words, folder, environment)
            fork = self.fork(order, (nothing.fileno(), out.fileno(), err.fileno()))
            _wait_or_kill(fork, seconds)
            printed = []
            for file in (out, err):
                file.seek(0)
                printed.append(file.read().decode("utf-8", "replace"))
        return Ran(1 if fork.exit_code is None else fork.exit_code, *printed)

    def ask(self, task: Task) -> Json:
        """Carry out a task. Raises CannotForkError, and TaskError when there is no answer."""
        with (
            tempfile.TemporaryDirectory(prefix="course-task-") as scratch,
            Path(os.devnull).open() as nothing,
            tempfile.TemporaryFile() as said,
        ):
            answer = Path(scratch, "answer.json")
            order = {
                "handler": task.handler,
                "order": task.order,
                "folder": str(task.folder),
                "environment": dict(task.environment),
                "answer": str(answer),
            }
            fork = self.fork(order, (nothing.fileno(), said.fileno(), said.fileno()))
            _wait_or_kill(fork, task.seconds)
            if answer.is_file():
                given: Json = json.loads(answer.read_text(encoding="utf-8"))
                return given
            said.seek(0)
            raise EndedEarly(last_line(said.read(), fork.exit_code))


def _wait_or_kill(fork: _Fork, seconds: float) -> None:
    """Wait for the end of a fork; kill it when the time is over. Raises TookTooLong."""
    with fork.channel:
        try:
            if fork.wait(seconds):
                return
        except BaseException:
            fork.send(9)
            raise
        fork.send(9)
    raise TookTooLong


def last_line(said: bytes, exit_code: int | None) -> str:
    """Give the last line that a process wrote, else how it ended."""
    lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1] if lines else f"exit code {exit_code}"


def command_order(words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Json:
    """Give the order for a command line of Alembic."""
    return {
        "words": list(words),
        "script": str(script(environment)),
        "folder": str(folder),
        "environment": dict(environment),
    }


def script(environment: Mapping[str, str]) -> Path | None:
    """Give this interpreter's `alembic`, if the environment's PATH leads to it."""
    name = shutil.which("alembic", path=environment.get("PATH", os.defpath))
    ours = Path(sys.executable).parent
    return Path(name) if name and Path(name).parent == ours else None
