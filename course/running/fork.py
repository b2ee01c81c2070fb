"""Run in a fork of a warm process: a process of its own, without the half second of imports."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from course.running.forked import CannotForkError, Fork, wait_or_kill
from course.running.interpreter import python
from course.running.output import Write, relay
from course.running.process import Ran
from course.running.task import EndedEarly, Json, Task

STARTUP = ("PYTHON", "LC_", "LANG", "LD_", "DYLD_", "SQLALCHEMY_", "SSL_")
"""Beginnings of the variables that Python and its libraries read when they start."""


SECONDS_TO_GO = 5


def startup_values(environment: Mapping[str, str]) -> dict[str, str]:
    """Give what a process must have started with to stand for one in this environment."""
    return {name: value for name, value in environment.items() if name.startswith(STARTUP)}


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
        # Ended, it must not stay a zombie: a kernel that shuts down waits for all its children.
        threading.Thread(target=self._process.wait, daemon=True, name="course-warm").start()
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

    def fork(self, order: Json, streams: Sequence[int]) -> Fork:
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

    def _ask(self, order: Json, streams: Sequence[int]) -> Fork:
        self.start(order["environment"])
        assert self._control is not None
        ours, theirs = socket.socketpair()
        fork = Fork(ours)
        try:
            text = json.dumps(order).encode()
            with theirs:
                head = f"{len(text):08x}".encode()
                socket.send_fds(self._control, [head], [*streams, theirs.fileno()])
                self._control.sendall(text)
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
            wait_or_kill(fork, seconds)
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
            wait_or_kill(fork, task.seconds)
            if answer.is_file():
                given: Json = json.loads(answer.read_text(encoding="utf-8"))
                return given
            said.seek(0)
            raise EndedEarly(last_line(said.read(), fork.exit_code))


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


def last_line(said: bytes, exit_code: int | None) -> str:
    """Give the last line that a process wrote, else how it ended."""
    lines = [line for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1] if lines else f"exit code {exit_code}"
