"""The process that migrates a copy for `course.project.trial`; standard input has its order."""

import json
import os
import shutil
import sys
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import event

from course.project.connection_child import ask_env
from course.project.errors import ProjectError, explain, one_line
from course.project.project import Project

THROWAWAY = "throwaway.db"


class Copy:
    """The copied project, and the database file in it that env.py connects to."""

    def __init__(self, project: Path, copy: Path, settings: str, throwaway: bool) -> None:
        self.origin = project.resolve()
        self.folder = copy
        self.project = Project(copy, settings)
        self.throwaway = throwaway
        self.connected: Path | None = None

    def config(self) -> Config:
        """Read the copy's settings; what they import from outside of it is the project's."""
        config = self.project.config()
        if self.throwaway:
            config.set_main_option("sqlalchemy.url", throwaway_url(config))
        places = [self.at_home(place) for place in self.project.import_path()]
        config.set_main_option("prepend_sys_path", "")
        sys.path[:0] = [place for place in map(str, places) if place not in sys.path]
        return config

    def at_home(self, place: Path) -> Path:
        """Give the folder itself in the copy, and the project's own where it lies above."""
        if place.resolve().is_relative_to(self.folder):
            return place
        return self.origin / os.path.relpath(place, self.folder)

    def file(self, path: Path) -> Path:
        """Give the copy's file that stands for a database file, which a URL may name absolutely."""
        path = (self.folder / path).resolve()
        if path.is_relative_to(self.folder):
            return path
        inside = path.relative_to(self.origin) if path.is_relative_to(self.origin) else path.name
        return self.folder / inside

    def keep_connections(self) -> None:
        """Turn each connection to a file into one to the copy's. Only SQLite connects at all."""

        @event.listens_for(sa.Engine, "do_connect")
        def redirect(dialect, _record, arguments, _parameters):
            if dialect.name != "sqlite":
                raise ProjectError("other_server", dialect=dialect.name)
            if arguments and arguments[0] not in ("", ":memory:"):
                self.connected = self.file(Path(arguments[0]))
                self.connected.parent.mkdir(parents=True, exist_ok=True)
                arguments[0] = str(self.connected)

    def database(self) -> Path:
        """Give the database file that env.py would connect to."""
        config = self.config()
        url = config.get_alembic_option("sqlalchemy.url")
        file = sa.make_url(url).database if url else ask_env(config)["database"]
        return self.file(Path(file or ":memory:"))


def throwaway_url(config: Config) -> str:
    """Name an empty SQLite database, with an async driver where the settings name one."""
    try:
        url = sa.make_url(config.get_alembic_option("sqlalchemy.url") or "sqlite://")
        is_async = url.get_dialect().is_async
    except sa.exc.ArgumentError:
        is_async = False
    return f"sqlite{'+aiosqlite' if is_async else ''}:///{THROWAWAY}"


def main() -> None:
    """Run the ordered commands in the copy and write an answer for each."""
    order = json.load(sys.stdin)
    sys.path.insert(0, order["copy"])
    copy = Copy(Path(order["project"]), Path(order["copy"]), order["settings"], order["throwaway"])
    copy.keep_connections()
    answers = []
    database = None
    for number, line in enumerate(order["commands"], start=1):
        copy.connected = None
        answers.append(answer(line, copy))
        database = copy.connected or database or copy.database()
        if database.is_file():
            shutil.copyfile(database, copy.folder.parent / f"after-{number}.db")
        if answers[-1]["error"]:
            break
    Path(order["answer"]).write_text(json.dumps(answers), encoding="utf-8")
    os._exit(0)


def answer(line: str, copy: Copy) -> dict:
    """Run one command and say how it ended."""
    said = {"error": None, "unreadable": None, "values": {}, "connected": None, "found": {}}
    name, *arguments = line.split()
    try:
        if name == "forget":
            copy.database().unlink(missing_ok=True)
            return said
        config = copy.config()
        if name == "check":
            said["found"] = compare(config, copy.folder)
        else:
            {"upgrade": command.upgrade, "downgrade": command.downgrade}[name](config, *arguments)
    except ProjectError as error:
        said.update(error=error.key, unreadable=error.key, values=error.values)
    except (Exception, SystemExit) as error:
        reason = explain(error, copy.folder)
        said["error"] = one_line(getattr(error, "orig", None) or error)
        if reason.key in ("syntax", "settings") or name == "check":
            said.update(unreadable=reason.key, values=reason.values)
    if copy.connected:
        said["connected"] = copy.connected.relative_to(copy.folder).as_posix()
    return said


def compare(config: Config, copy: Path) -> dict:
    """Compare env.py's metadata with the database, as `alembic check` does, and say what it has."""
    found = {"metadata": False, "models": {}, "differences": []}

    def look(_revision, context):
        metadata = context.opts["target_metadata"]
        if metadata is not None:
            tables = metadata.tables.values()
            found["metadata"] = True
            found["models"] = {one.name: [column.name for column in one.columns] for one in tables}
            found["differences"] = [
                repr(one) for one in flatten(compare_metadata(context, metadata))
            ]
        return []

    scripts = ScriptDirectory.from_config(config)
    with EnvironmentContext(config, scripts, fn=look, dont_mutate=True):
        scripts.run_env()
    sources = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    found["modules"] = sorted(
        name for name, file in sources.items() if file and Path(file).parent == copy
    )
    return found


def flatten(differences: list) -> list[tuple]:
    """Give one list of differences; Alembic groups those of one column in lists of their own."""
    flat: list[tuple] = []
    for one in differences:
        flat.extend(one if isinstance(one, list) else [one])
    return flat


if __name__ == "__main__":
    main()
