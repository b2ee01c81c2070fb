"""The one place where commands and tasks are run; nothing above knows in which way.

The way is `fork` where there is one, else `spare`; the environment variable COURSE_RUNNING names
another: `process`, `fork`, `spare` or `here`.
"""

import atexit
import os
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from course.running import process
from course.running.fork import Warm, script
from course.running.forked import CannotForkError
from course.running.line import alembic_words
from course.running.output import Write
from course.running.process import Ran
from course.running.spare import Spare
from course.running.task import SECONDS, Json, Task

CHOICE = "COURSE_RUNNING"
ALL = ("process", "fork", "spare", "here")
MODULES = ("course.panel.look", "course.project.child")
"""What tasks load, for a process that loads ahead. Names alone: nothing here imports them."""


def way() -> str:
    """Give the way in which things run in this process."""
    chosen = os.environ.get(CHOICE)
    if chosen in ALL:
        return chosen
    if sys.platform == "emscripten":
        return "here"
    return "fork" if hasattr(os, "fork") else "spare"


@cache
def _warm() -> Warm:
    warm = Warm(MODULES)
    atexit.register(warm.stop)
    return warm


@cache
def _spare() -> Spare:
    spare = Spare(MODULES)
    atexit.register(spare.stop)
    return spare


def get_ready(environment: Mapping[str, str]) -> None:
    """Start, in the background, what makes the first command quick; that it fails is no matter."""
    try:
        if way() == "fork":
            _warm().start(environment)
        elif way() == "spare":
            _spare().start(environment)
    except OSError:
        return


def run(line: str, folder: Path, environment: Mapping[str, str], write: Write) -> int:
    """Run a shell line as a terminal would, and hand on what it prints; give the exit code.

    A plain `alembic` command runs in the way of this process, everything else in the shell. A
    negative exit code is the signal that ended it. Raises OSError when nothing can be started.
    """
    words = alembic_words(line)
    if words is not None and way() == "here":
        from course.running import here

        return here.run(words, folder, environment, write)
    program = script(environment) if words is not None else None
    if words is None or program is None:
        return process.run(line, folder, environment, write)
    try:
        if way() == "fork":
            return _warm().run(words, folder, environment, write)
        if way() == "spare":
            return _spare().run(words, folder, environment, write)
    except CannotForkError:
        pass
    return process.run([str(program), *words], folder, environment, write)


def capture(
    line: str, folder: Path, environment: Mapping[str, str], seconds: float = SECONDS
) -> Ran:
    """Run a shell line as `run` does; give its exit code and what it wrote.

    Raises TookTooLong.
    """
    words = alembic_words(line)
    if words is not None and way() == "here":
        from course.running import here

        return here.capture(words, folder, environment)
    if words is not None and way() == "fork" and script(environment) is not None:
        try:
            return _warm().capture(words, folder, environment, seconds)
        except CannotForkError:
            pass
    return process.capture(line, folder, environment, seconds)


def ask(task: Task) -> Json:
    """Carry out a task in the way of this process. Raises TaskError when there is no answer."""
    if way() == "here":
        from course.running import here

        return here.ask(task)
    if way() == "fork":
        try:
            return _warm().ask(task)
        except CannotForkError:
            pass
    return process.ask(task)
