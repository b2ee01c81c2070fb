"""What carries out orders about a project; it runs away from the caller, by `course.running`."""

import contextlib
import gc
import io
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import CommandLine, Config
from alembic.util import CommandError
from sqlalchemy import event

from course.project.copying import copy_database
from course.project.env import ask_env, compare
from course.project.errors import ProjectError, explain, one_line
from course.project.orders import (
    Attempt,
    Connected,
    ConnectOrder,
    Outcome,
    TrialOrder,
    Trouble,
    Values,
)
from course.project.programs import as_main, run_line
from course.project.settings import Settings
from course.running.guard import guarded
from course.running.modules import learners_modules_anew
from course.running.undoing import listeners_undone
from course.server import dumps

THROWAWAY = "throwaway.db"


def connect(order: Values) -> Values:
    """Answer a ConnectOrder."""
    attempts = tuple(Attempt(**attempt) for attempt in order["attempts"])
    asked = ConnectOrder(order["folder"], order["settings"], attempts)
    folder = Path(asked.folder)
    sys.path.insert(0, asked.folder)
    with guarded(folder.parent) as refused:
        connected = [asdict(_attempt(folder, asked.settings, attempt)) for attempt in attempts]
    return {"connected": connected, "refused": refused}


def _attempt(folder: Path, settings: str, attempt: Attempt) -> Connected:
    before = dict(os.environ)
    os.environ.update(attempt.environment)
    try:
        with learners_modules_anew():
            config = Settings(folder, settings).config
            parser = CommandLine(prog="alembic").parser
            config.cmd_opts = parser.parse_args([*attempt.options, "current"])
            return ask_env(config)
    except ProjectError as error:
        return Connected(trouble=trouble(error, error.words("en")))
    except (Exception, SystemExit) as error:
        reason = explain(error, folder)
        clean = isinstance(error, CommandError | SystemExit)
        return Connected(trouble=trouble(reason, one_line(error), clean))
    finally:
        os.environ.clear()
        os.environ.update(before)


def trouble(reason: ProjectError, said: str, clean: bool = False) -> Trouble:
    """Give what stopped something, its values as text."""
    values = {name: str(value) for name, value in reason.values.items()}
    return Trouble(reason.key, values, said, clean)


def try_out(order: Values) -> Values:
    """Answer a TrialOrder."""
    commands = tuple(tuple(words) for words in order["commands"])
    copy = Copy(TrialOrder(**{**order, "commands": commands}))
    sys.path.insert(0, str(copy.folder))
    refused: list[str] = []
    with copy.connections_kept():
        outcomes = [asdict(outcome) for outcome in copy.run_all(refused)]
    return {"outcomes": outcomes, "refused": refused}


class Copy:
    """The copied project, and the database file in it that env.py connects to."""

    def __init__(self, order: TrialOrder) -> None:
        self.order = order
        self.origin = Path(order.project).resolve()
        self.folder = Path(order.copy)
        self.connected: Path | None = None

    def run_all(self, refused: list[str]) -> Iterator[Outcome]:
        """Make the database ready, then run each command and keep the database as it stands.

        Only the learner's database is read from outside of the copy; then the fence goes up, and
        `refused` gets the paths that were asked for beyond it.
        """
        try:
            self._copy_databases()
            with guarded(self.folder.parent) as found:
                try:
                    self._make_database()
                    yield from self._run_each()
                finally:
                    refused += found
        except ProjectError as error:
            yield Outcome(error=error.key, unreadable=trouble(error, error.key))
        except (Exception, SystemExit) as error:
            yield Outcome(error=error_text(error), unreadable=self._trouble(error))

    def _copy_databases(self) -> None:
        for inside, source in self.order.databases.items():
            target = self.folder / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            copy_database(Path(source), target)

    def _make_database(self) -> None:
        if self.order.made_by is not None:
            file = self.database()
            file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(file)) as connection:
                connection.executescript(self.order.made_by)

    def _run_each(self) -> Iterator[Outcome]:
        last: Path | None = None
        for number, words in enumerate(self.order.commands, start=1):
            self.connected = None
            outcome = self._run(words)
            for name in self.order.served:
                self._keep(name, self.folder.parent / f"after-{number}")
            last = self.connected or last or self._database_or_none()
            if last is not None and last.is_file():
                shutil.copyfile(last, self.folder.parent / f"after-{number}.db")
            yield outcome
            if outcome.unreadable or (outcome.error and not self.order.keep_going):
                return

    def _keep(self, name: str, place: Path) -> None:
        place.mkdir(exist_ok=True)
        (place / f"{name}.sql").write_text(dumps.dump(name), encoding="utf-8")

    def config(self) -> Config:
        """Read the copy's settings; what they import from outside of it is the project's."""
        settings = Settings(self.folder, self.order.settings)
        config = settings.config
        if self.order.throwaway:
            config.set_main_option("sqlalchemy.url", throwaway_url(config))
        places = [str(self._at_home(place)) for place in settings.import_path]
        config.set_main_option("prepend_sys_path", "")
        sys.path[:0] = [place for place in places if place not in sys.path]
        return config

    def _at_home(self, place: Path) -> Path:
        """Give the folder itself in the copy, and the project's own where it lies above."""
        if place.resolve().is_relative_to(self.folder):
            return place
        return self.origin / os.path.relpath(place, self.folder)

    def file(self, path: Path) -> Path:
        """Give the copy's file that stands for a database file, which a URL may name absolutely."""
        path = (self.folder / path).resolve()
        if path.is_relative_to(self.folder):
            return path
        if path.is_relative_to(self.origin):
            return self.folder / path.relative_to(self.origin)
        return self.folder / path.name

    def database(self) -> Path:
        """Give the database file that env.py would connect to."""
        config = self.config()
        url = config.get_alembic_option("sqlalchemy.url")
        file = sa.make_url(url).database if url else ask_env(config).database
        return self.file(Path(file or ":memory:"))

    def _database_or_none(self) -> Path | None:
        try:
            return self.database()
        except (Exception, SystemExit):
            return None

    @contextmanager
    def connections_kept(self) -> Iterator[None]:
        """Turn each connection into one to the copy's: SQLite's files, the databases of a server.

        Others do not connect at all.
        """

        def redirect(
            dialect: sa.Dialect, _record: object, arguments: list[Any], options: dict[str, Any]
        ) -> None:
            if dialect.name == "postgresql" and self.order.served:
                self._stay_on_copies(options)
                return
            if dialect.name != "sqlite":
                raise ProjectError("other_server", dialect=dialect.name)
            if arguments and arguments[0] not in ("", ":memory:"):
                self.connected = self.file(Path(arguments[0]))
                self.connected.parent.mkdir(parents=True, exist_ok=True)
                arguments[0] = str(self.connected)

        event.listen(sa.Engine, "do_connect", redirect)
        event.listen(sa.Engine, "connect", _not_durable)
        try:
            yield
        finally:
            event.remove(sa.Engine, "connect", _not_durable)
            event.remove(sa.Engine, "do_connect", redirect)

    def _stay_on_copies(self, options: dict[str, Any]) -> None:
        """Have a connection lead to the server of copies, also where the URL names another."""
        name = options.get("dbname") or options.get("database")
        if name not in self.order.served:
            raise ProjectError("other_database", name=name or "")
        for variable, key in dumps.PLACE.items():
            if key in options:
                options[key] = os.environ[variable]

    def _run(self, words: tuple[str, ...]) -> Outcome:
        """Run one command and say how it ended.

        It loads the learner's modules and adds their listeners as a process of its own does, and
        what it left open is closed: a connection of a program that failed would lock the copy.
        """
        kind, *arguments = words
        printed = io.StringIO()
        more: dict[str, Any] = {}
        try:
            with (
                contextlib.redirect_stdout(printed),
                contextlib.redirect_stderr(printed),
                learners_modules_anew(),
                listeners_undone(),
            ):
                more = COMMANDS[kind](self, *arguments)
        except ProjectError as error:
            reason = trouble(error, error.key)
            more = {"error": error.key, "unreadable": reason}
        except (Exception, SystemExit) as error:
            more = {"error": error_text(error)}
            reason = self._trouble(error)
            if reason.key in ("syntax", "settings") or kind == "check":
                more["unreadable"] = reason
        gc.collect()
        connected = self.connected.relative_to(self.folder).as_posix() if self.connected else None
        return Outcome(**{"connected": connected, "printed": printed.getvalue(), **more})

    def _trouble(self, error: BaseException) -> Trouble:
        reason = explain(error, self.folder)
        return trouble(reason, one_line(error))

    # --- the commands ---

    def look(self) -> Values:
        """Do nothing: the step shows the database as it is."""
        return {}

    def forget(self) -> Values:
        """Start over with no database."""
        for name in self.order.served:
            dumps.fill(name, "")
        if not self.order.served:
            self.database().unlink(missing_ok=True)
        self.connected = None
        return {}

    def upgrade(self, revision: str) -> Values:
        """Run `alembic upgrade`."""
        command.upgrade(self.config(), revision)
        return {}

    def downgrade(self, revision: str) -> Values:
        """Run `alembic downgrade`."""
        command.downgrade(self.config(), revision)
        return {}

    def sql(self, revisions: str) -> Values:
        """Run `alembic upgrade REVISIONS --sql` and give the script that it writes."""
        script = io.StringIO()
        config = self.config()
        config.output_buffer = script
        try:
            command.upgrade(config, revisions, sql=True)
        except (Exception, SystemExit) as error:
            return {"error": error_text(error), "script": script.getvalue()}
        return {"script": script.getvalue()}

    def check(self) -> Values:
        """Compare env.py's metadata with the database, as `alembic check` does."""
        return {"comparison": compare(self.config(), self.folder)}

    def python(self, *words: str) -> Values:
        """Run a script of the copy, or (`-c`) a text, as Python's main program."""
        return as_main(list(words))

    def shell(self, *lines: str) -> Values:
        """Run lines as a terminal would, up to the first that fails."""
        ran = []
        for line in lines:
            ran.append(run_line(line))
            if ran[-1].failed:
                break
        failed = [one for one in ran if one.failed]
        return {"lines": tuple(ran), "error": failed[0].said if failed else None}


def _not_durable(connection: Any, _record: object) -> None:
    """Let SQLite not wait for the disk: a copy need not outlive a crash; a server's does not."""
    if "sqlite" not in type(connection).__module__:
        return
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous = OFF")
    cursor.close()


COMMANDS: dict[str, Callable[..., Values]] = {
    name: getattr(Copy, name)
    for name in ("look", "forget", "upgrade", "downgrade", "sql", "check", "python", "shell")
}


def error_text(error: BaseException) -> str:
    """Give an error's line; of one of a database driver, the driver's own."""
    return one_line(getattr(error, "orig", None) or error)


def throwaway_url(config: Config) -> str:
    """Name an empty SQLite database, with an async driver where the settings name one."""
    try:
        url = sa.make_url(config.get_alembic_option("sqlalchemy.url") or "sqlite://")
        is_async = url.get_dialect().is_async
    except sa.exc.ArgumentError:
        is_async = False
    return f"sqlite{'+aiosqlite' if is_async else ''}:///{THROWAWAY}"
