"""What keeps us from reading a learner's project, in words for the learner."""

import configparser
import re
import tomllib
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from course.phrases import phrase

if TYPE_CHECKING:
    from sqlalchemy import exc

# Alembic and SQLAlchemy are imported when there is an error: a lesson opens without them.

WORDS = Path(__file__).with_name("errors.toml")

_MODULE_PATH = re.compile(r"(?<=') \((?:consider renaming |/|[A-Za-z]:)[^()]*\)$", re.MULTILINE)

BEYOND_THE_LEARNER = frozenset(
    {
        *("no_folder", "locked", "write_locked", "not_a_database", "disk", "not_copied"),
        *("other_server", "outside", "slow", "no_result", "other", "unexpected"),
    }
)
"""Keys of what keeps a project from being looked at; every other one is a mistake in it."""


class ProjectError(Exception):
    """A project that cannot be read: `key` names the phrase that says why, `values` fill it in."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def words(self, lang: str) -> str:
        """Say in the language what is wrong and what to do."""
        return phrase(WORDS, self.key, lang, **self.values)


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn whatever a learner's files or database raise into ProjectError.

    SystemExit counts: a revision that calls `sys.exit()` must not end the kernel.
    """
    try:
        yield
    except (ProjectError, KeyboardInterrupt):
        raise
    except (Exception, SystemExit) as error:
        raise explain(error, folder) from error


def explain(error: BaseException, folder: Path) -> ProjectError:
    """Find the words for an error that reading the project in the folder raised."""
    from alembic.util import CommandError
    from sqlalchemy import exc

    said = one_line(error)
    if isinstance(error, configparser.Error | UnicodeDecodeError):
        return ProjectError("settings", said=said)
    if isinstance(error, tomllib.TOMLDecodeError):
        return ProjectError("toml", said=said)
    if isinstance(error, SyntaxError) and error.filename:
        file = relative(Path(error.filename), folder)
        said = f"{type(error).__name__}: {error.msg}"
        return ProjectError("syntax", file=file, line=error.lineno, said=said)
    if isinstance(error, exc.DBAPIError):
        return database_error(error)
    place = learners_frame(error, folder)
    of_url = exc.NoSuchModuleError | exc.ArgumentError | ModuleNotFoundError
    if isinstance(error, of_url) and place is None:
        return ProjectError("url", said=said)
    if isinstance(error, KeyError) and place is None:
        return ProjectError("missing_parent", revision=error.args[0])
    if isinstance(error, AttributeError) and "'down_revision'" in said:
        return ProjectError("no_down_revision", module=said.split("'")[1])
    if isinstance(error, CommandError):
        return alembic_error(said)
    if place is not None:
        return ProjectError("raised", file=place[0], line=place[1], said=said)
    return ProjectError("other", said=said)


def alembic_error(said: str) -> ProjectError:
    """Find the words for the line of an error that ended a command of Alembic's."""
    several = "Multiple head" in said
    return ProjectError("two_heads" if several else "alembic", said=said)


def database_error(error: "exc.DBAPIError") -> ProjectError:
    """Find the words for what a database driver raised."""
    said = one_line(error.orig or error)
    if "locked" in said:
        return ProjectError("locked")
    if "not a database" in said or "malformed" in said:
        return ProjectError("not_a_database", said=said)
    if "is full" in said or "disk I/O" in said:
        return ProjectError("disk", said=said)
    return ProjectError("database", said=said)


def learners_frame(error: BaseException, folder: Path) -> tuple[str, int] | None:
    """Give file and line of the innermost frame of a traceback that lies in the folder."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(folder):
            return relative(path, folder), frame.lineno or 1
    return None


def relative(path: Path, folder: Path) -> str:
    """Name a file as the learner knows it: from the working folder, with forward slashes."""
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name


def one_line(error: BaseException) -> str:
    """Give an error's class and the first line of its message.

    Where an import error names the absolute path of the module, that is left out: it may be a
    temporary one, and the module's name says enough.
    """
    lines = _MODULE_PATH.sub("", str(error).strip()).splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
