"""Whatever a command or a task does to this interpreter, undone behind it."""

import logging
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TextIO

import alembic.util
import sqlalchemy.event
from sqlalchemy.event.registry import _EventKey

from course.running.modules import learners_modules_anew


@contextmanager
def as_it_was(folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Go to the folder and the environment, load the learner's modules anew, and undo it all."""
    # It may be os.environ itself, which is about to be emptied.
    values = dict(environment)
    with ExitStack() as undo:
        for part in (_values, _environment, _logging, listeners_undone, learners_modules_anew):
            undo.enter_context(part())
        before = Path.cwd()
        undo.callback(os.chdir, before)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(values)
        # A command's own program starts without a relative place; and Python goes on to look for
        # modules in `.` where it did so first.
        sys.path[:] = [place for place in sys.path if Path(place).is_absolute()]
        for place in [place for place in sys.path_importer_cache if not Path(place).is_absolute()]:
            del sys.path_importer_cache[place]
        undo.enter_context(_warnings_as_at_the_start())
        yield


@contextmanager
def _values() -> Iterator[None]:
    """Keep what commands and the plug-in set: arguments, import path, traceback limit, ids."""
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
        logger.setLevel(_level_at_the_start(logger))
    try:
        yield
    finally:
        for logger in (root, *_loggers()):
            handlers, level, disabled, propagate = before.get(logger, ([], 0, False, True))
            logger.handlers, logger.disabled, logger.propagate = handlers, disabled, propagate
            logger.setLevel(level)


def _level_at_the_start(logger: logging.Logger) -> int:
    """Give the level that a new process gives a logger; SQLAlchemy sets its own at import."""
    is_set = isinstance(logger, logging.RootLogger) or logger.name == "sqlalchemy"
    return logging.WARNING if is_set else logging.NOTSET


def _silent(logger: logging.Logger) -> list[logging.Handler]:
    """Give the handlers by which a library says that it leaves the logging to others."""
    return [handler for handler in logger.handlers if isinstance(handler, logging.NullHandler)]


def _loggers() -> list[logging.Logger]:
    known = logging.Logger.manager.loggerDict.values()
    return [logger for logger in known if isinstance(logger, logging.Logger)]


def _state(logger: logging.Logger) -> tuple[list[logging.Handler], int, bool, bool]:
    return logger.handlers, logger.level, logger.disabled, logger.propagate


@contextmanager
def listeners_undone() -> Iterator[None]:
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
