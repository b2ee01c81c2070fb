"""Run in this interpreter: the way where there are no processes, as in a browser.

Whatever a command or a task does to the interpreter is undone behind it, and the learner's own
modules are loaded anew for each.
"""

import asyncio
import gc
import io
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO, TypeVar

from alembic.config import Config, main

from course.running import alembic_plugin
from course.running.output import Write
from course.running.process import Ran
from course.running.program import exit_code
from course.running.task import Json, Task, perform
from course.running.undoing import as_it_was

_Given = TypeVar("_Given")


def run(words: Sequence[str], folder: Path, environment: Mapping[str, str], write: Write) -> int:
    """Run `alembic` with the words, and hand on what it prints; give the exit code."""
    stream = Handing(write)
    return _away(lambda: _command(words, folder, environment, stream, stream))


def capture(words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Ran:
    """Run `alembic` with the words; give its exit code and what it wrote to either stream."""
    out: list[str] = []
    err: list[str] = []
    streams = Handing(out.append), Handing(err.append)
    code = _away(lambda: _command(words, folder, environment, *streams))
    return Ran(code, "".join(out), "".join(err))


def ask(task: Task) -> Json:
    """Carry out a task. Raises what its handler raises."""

    def carry_out() -> Json:
        with as_it_was(task.folder, task.environment), _quiet():
            return perform(task.handler, task.order)

    return _away(carry_out)


def _command(
    words: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    out: io.TextIOBase,
    err: io.TextIOBase,
) -> int:
    with (
        as_it_was(folder, environment),
        redirect_stdout(out),
        redirect_stderr(err),
        printing_to(out),
    ):
        sys.argv = ["alembic", *words]
        alembic_plugin.setup(None)
        try:
            main()
        except SystemExit as end:
            if isinstance(end.code, str):
                print(end.code, file=sys.stderr)
            code = exit_code(end)
        except Exception as error:
            sys.__excepthook__(type(error), error, error.__traceback__)
            code = 1
        else:
            return 0
        # A connection that only the error's traceback holds is closed, as at a process's end.
        gc.collect()
        return code


class Handing(io.TextIOBase):
    """A stream that hands on what is written."""

    encoding = "utf-8"

    def __init__(self, write: Write) -> None:
        self._write = write
        self._decoder = io.IncrementalNewlineDecoder(None, translate=True)

    def write(self, text: str) -> int:
        """Hand on the text; give its length."""
        self._write(self._decoder.decode(text))
        return len(text)


@contextmanager
def printing_to(stream: TextIO | io.TextIOBase) -> Iterator[None]:
    """Have Alembic's Config print to the stream: its default was bound when it was imported."""
    defaults = Config.__init__.__defaults__ or ()
    changed = tuple(stream if hasattr(value, "write") else value for value in defaults)
    Config.__init__.__defaults__ = changed
    try:
        yield
    finally:
        Config.__init__.__defaults__ = defaults


@contextmanager
def _quiet() -> Iterator[None]:
    unheard = io.StringIO()
    with redirect_stdout(unheard), redirect_stderr(unheard), printing_to(unheard):
        yield


def _away(act: Callable[[], _Given]) -> _Given:
    """Act beside an event loop that runs in this thread, if one does: env.py may start its own."""
    if not _has_loop() or sys.platform == "emscripten":
        return act()
    ended: list[tuple[_Given | None, BaseException | None]] = []

    def target() -> None:
        try:
            ended.append((act(), None))
        except BaseException as error:
            ended.append((None, error))

    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    [(given, error)] = ended
    if error is not None:
        raise error
    return given  # type: ignore[return-value]


def _has_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
