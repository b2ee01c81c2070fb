"""Run in a process of its own: what any terminal does, and what always works."""

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.running.interpreter import python
from course.running.output import Write, relay
from course.running.task import EndedEarly, Json, Task, TookTooLong, perform


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it wrote to standard output and error."""

    exit_code: int
    out: str
    err: str


@dataclass
class Process:
    """A process that runs, for `relay`."""

    popen: subprocess.Popen[bytes]

    def ended(self) -> bool:
        """Tell whether the process has ended."""
        return self.popen.poll() is not None

    def send(self, number: int) -> None:
        """Send it a signal; Windows has none for a single process, and there it is ended."""
        if os.name == "nt" and number == signal.SIGINT:
            self.popen.terminate()
        else:
            self.popen.send_signal(number)


def run(
    command: str | Sequence[str], folder: Path, environment: Mapping[str, str], write: Write
) -> int:
    """Run a command, through the shell if it is a line, and hand on what it prints.

    Gives the exit code, negative for a signal.
    """
    popen = subprocess.Popen(
        command,
        shell=isinstance(command, str),
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    with popen:
        if popen.stdout is not None:
            relay(popen.stdout.fileno(), write, Process(popen))
        return popen.wait()


def capture(
    command: str | Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float
) -> Ran:
    """Run a command, through the shell if it is a line; give what it wrote. Raises TookTooLong."""
    try:
        done = subprocess.run(
            command,
            shell=isinstance(command, str),
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        raise TookTooLong from None
    return Ran(done.returncode, done.stdout, done.stderr)


def ask(task: Task) -> Json:
    """Carry out a task. Raises TaskError when there is no answer."""
    with tempfile.TemporaryDirectory(prefix="course-task-") as scratch:
        answer = Path(scratch, "answer.json")
        order = Path(scratch, "order.json")
        values = {"handler": task.handler, "order": task.order}
        order.write_text(json.dumps(values), encoding="utf-8")
        command = python("course.running.process", f"{str(order)!r}, {str(answer)!r}")
        done = capture(command, task.folder, task.environment, task.seconds)
        if answer.is_file():
            given: Json = json.loads(answer.read_text(encoding="utf-8"))
            return given
        lines = [line for line in (done.out + done.err).splitlines() if line.strip()]
        raise EndedEarly(lines[-1] if lines else f"exit code {done.exit_code}")


def main(order: str, answer: str) -> None:
    """Carry out the order of one file and write the answer to another; end at once."""
    values = json.loads(Path(order).read_text(encoding="utf-8"))
    performed = perform(values["handler"], values["order"])
    Path(answer).write_text(json.dumps(performed), encoding="utf-8")
    os._exit(0)
