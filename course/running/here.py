"""Run in this interpreter: the way where there are no processes, as in a browser.

Whatever a command or a task does to the interpreter is undone behind it, and the learner's own
modules are loaded anew for each.
"""

import asyncio
import io
import logging
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any, TextIO, TypeVar

import sqlalchemy.event
from alembic.config import Config, main
from sqlalchemy.event.registry import _EventKey

from course.running import alembic_plugin
from course.running.interpreter import ROOT
from course.running.output import Write
from course.running.process import Ran
from course.running.task import Json, Task, perform

_Given = TypeVar("_Given")


def run(words: Sequence[str], folder: Path, environment: Mapping[str, str], write: Write) -> int:
    """Run `alembic` with the words, and hand on what it prints; give the exit code."""
    stream = _Handing(write)
    return _away(lambda: _command(words, folder, environment, stream, stream))


def capture(words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Ran:
    """Run `alembic` with the words; give its exit code and what it wrote to either stream."""
    out: list[str] = []
    err: list[str] = []
    streams = _Handing(out.append), _Handing(err.append)
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
            return end.code & 0xFF if isinstance(end.code, int) else int(end.code is not None)
        except Exception as error:
            sys.__excepthook__(type(error), error, error.__traceback__)
            return 1
    return 0


class _Handing(io.TextIOBase):
    """A stream that hands on what is written."""

    encoding = "utf-8"

    def __init__(self, write: Write) -> None:
        self._write = write
        self._decoder = io.IncrementalNewlineDecoder(None, translate=True)

    def write(self, text: str) -> int:
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
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
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


@contextmanager
def as_it_was(folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Go to the folder and the environment, load the learner's modules anew, and undo it all."""
    # It may be os.environ itself, which is about to be emptied.
    values = dict(environment)
    with ExitStack() as undo:
        for part in (_values, _environment, _logging, _listeners, learners_modules_anew):
            undo.enter_context(part())
        before = Path.cwd()
        undo.callback(os.chdir, before)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(values)
        # Python looks for modules in `.` where it did so first.
        for place in [place for place in sys.path_importer_cache if not Path(place).is_absolute()]:
            del sys.path_importer_cache[place]
        undo.enter_context(_warnings_as_at_the_start())
        yield


@contextmanager
def _values() -> Iterator[None]:
    """Keep what commands and the plug-in set: arguments, import path, traceback limit, ids."""
    import alembic.util

    path, argv, original = list(sys.path), sys.argv, sys.orig_argv
    limit, make_id = getattr(sys, "tracebacklimit", None), alembic.util.rev_id
    hook = sys.excepthook
    try:
        yield
    finally:
        sys.path[:], sys.argv, sys.orig_argv, sys.excepthook = path, argv, original, hook
        alembic.util.rev_id = make_id
        if limit is not None:
            sys.tracebacklimit = limit
        elif hasattr(sys, "tracebacklimit"):
            del sys.tracebacklimit


@contextmanager
def _environment() -> Iterator[None]:
    before = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _warnings_as_at_the_start() -> Iterator[None]:
    """Show the warnings that a new process shows, where it shows them."""
    hidden = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        text = warnings.formatwarning(message, category, filename, lineno, line)
        print(text, end="", file=file or sys.stderr)

    with warnings.catch_warnings():
        warnings.resetwarnings()
        for category in hidden:
            warnings.simplefilter("ignore", category)
        warnings.showwarning = show
        yield


@contextmanager
def _logging() -> Iterator[None]:
    """Start as a new process does, with what libraries add when imported; undo it at the end."""
    root = logging.getLogger()
    before = {logger: _state(logger) for logger in (root, *_loggers())}
    for logger in before:
        silent = [] if logger is root else _silent(logger)
        logger.handlers, logger.disabled, logger.propagate = silent, False, True
        logger.setLevel(logging.WARNING if logger is root else logging.NOTSET)
    try:
        yield
    finally:
        for logger in (root, *_loggers()):
            handlers, level, disabled, propagate = before.get(logger, ([], 0, False, True))
            logger.handlers, logger.disabled, logger.propagate = handlers, disabled, propagate
            logger.setLevel(level)


def _silent(logger: logging.Logger) -> list[logging.Handler]:
    """Give the handlers by which a library says that it leaves the logging to others."""
    return [handler for handler in logger.handlers if isinstance(handler, logging.NullHandler)]


def _loggers() -> list[logging.Logger]:
    known = logging.Logger.manager.loggerDict.values()
    return [logger for logger in known if isinstance(logger, logging.Logger)]


def _state(logger: logging.Logger) -> tuple[list[logging.Handler], int, bool, bool]:
    return logger.handlers, logger.level, logger.disabled, logger.propagate


@contextmanager
def _listeners() -> Iterator[None]:
    """Take away, at the end, the listeners that were put on whole classes, such as Engine."""
    added: list[Any] = []
    listen = _EventKey.listen

    def note(key: Any, *arguments: Any, **options: Any) -> None:
        added.append(key)
        listen(key, *arguments, **options)

    _EventKey.listen = note  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        _EventKey.listen = listen  # type: ignore[method-assign]
        for key in added:
            listener = (key.target, key.identifier, key.fn)
            if isinstance(key.target, type) and sqlalchemy.event.contains(*listener):
                sqlalchemy.event.remove(*listener)


@contextmanager
def import_path(places: Sequence[Path]) -> Iterator[None]:
    """Have the places on Python's import path until the block ends."""
    before = list(sys.path)
    sys.path[:0] = map(str, places)
    try:
        yield
    finally:
        sys.path[:] = before


@contextmanager
def learners_modules_anew() -> Iterator[None]:
    """Have the learner's modules loaded anew, and bring back those that were there before.

    Theirs is whatever is neither Python's, nor installed, nor the course's own.
    """
    before = {name: module for name, module in sys.modules.items() if _is_learners(module)}
    for name in before:
        del sys.modules[name]
    try:
        yield
    finally:
        for name in [name for name, module in sys.modules.items() if _is_learners(module)]:
            del sys.modules[name]
        sys.modules.update(before)


LIBRARIES = tuple(
    f"{place}{os.sep}"
    for place in {
        *(os.path.realpath(place) for place in (sys.prefix, sys.base_prefix, sys.exec_prefix)),
        os.path.realpath(Path(os.__file__).parent),
        os.path.realpath(ROOT / "course"),
    }
)


def _is_learners(module: object) -> bool:
    places = [getattr(module, "__file__", None), *(getattr(module, "__path__", None) or ())]
    place = next((place for place in places if isinstance(place, str)), None)
    return place is not None and _is_elsewhere(place)


@cache
def _is_elsewhere(place: str) -> bool:
    """Tell whether a file or folder lies outside of LIBRARIES."""
    return not place.startswith("<") and not os.path.realpath(place).startswith(LIBRARIES)
