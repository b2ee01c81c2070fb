"""Run in a spare process: where there is no fork, one that has imported already waits, one ahead.

It serves one command and ends; the next one starts at once behind it. Its order is a line of JSON
on its standard input; its output is that of the command.
"""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from course.running import process
from course.running.fork import command_order, startup_values
from course.running.interpreter import python
from course.running.output import Write, relay
from course.running.program import become_alembic, new_streams, take_place
from course.running.task import Json
from course.running.warm import IMPORTED


class Spare:
    """The spare process of this process."""

    def __init__(self, modules: Sequence[str] = ()) -> None:
        self.modules = list(modules)
        self._waiting: subprocess.Popen[bytes] | None = None
        self._started_with: dict[str, str] = {}

    def start(self, environment: Mapping[str, str]) -> None:
        """Start one in the background, unless one waits for this environment."""
        if (
            self._waiting is not None
            and self._waiting.poll() is None
            and startup_values(environment) == self._started_with
        ):
            return
        self.stop()
        self._started_with = startup_values(environment)
        self._waiting = subprocess.Popen(
            python("course.running.spare", repr(self.modules)),
            cwd=Path(sys.executable).anchor,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def stop(self) -> None:
        """Let the one that waits go."""
        if self._waiting is not None:
            with self._waiting as waiting:
                waiting.kill()
            self._waiting = None

    def run(
        self, words: Sequence[str], folder: Path, environment: Mapping[str, str], write: Write
    ) -> int:
        """Run `alembic` with the words, and hand on what it prints; give the exit code."""
        with self._serve(command_order(words, folder, environment)) as popen:
            if popen.stdout is not None:
                relay(popen.stdout.fileno(), write, process.Process(popen))
            return popen.wait()

    def _serve(self, order: Json) -> subprocess.Popen[bytes]:
        self.start(order["environment"])
        popen, self._waiting = self._waiting, None
        if popen is None or popen.stdin is None:
            raise OSError("no spare process")
        popen.stdin.write(json.dumps(order).encode() + b"\n")
        popen.stdin.close()
        self.start(order["environment"])
        return popen


def main(modules: list[str]) -> None:
    """Import, then wait for the one order and become what it asks for."""
    for name in (*IMPORTED, *modules):
        importlib.import_module(name)
    line = sys.stdin.buffer.readline()
    if not line:
        return
    order = json.loads(line)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    take_place(order["folder"], order["environment"])
    new_streams(order["environment"])
    become_alembic(order["words"], order["script"])
