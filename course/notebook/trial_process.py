"""The process that migrates a copy for `course.notebook.trial`; standard input has its order."""

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

from course.notebook.project import Project
from course.notebook.unreadable import Unreadable, explain, one_line


def main() -> None:
    """Run the ordered commands in the copy and write an answer for each."""
    order = json.load(sys.stdin)
    project, copy = Path(order["project"]), Path(order["copy"])
    sys.path.insert(0, str(copy))
    stay_in_the_copy(project, copy)
    answers = []
    for number, line in enumerate(order["commands"], start=1):
        answers.append(answer(line, project, copy))
        database = copied_file(Project(copy).database().path, project, copy)
        if database.is_file():
            shutil.copyfile(database, copy.parent / f"after-{number}.db")
        if answers[-1]["error"]:
            break
    Path(order["answer"]).write_text(json.dumps(answers), encoding="utf-8")
    os._exit(0)


def copied_file(path: Path, project: Path, copy: Path) -> Path:
    """Give the copy's file that stands for a database file, which a URL may name absolutely."""
    path = (copy / path).resolve()
    if path.is_relative_to(copy):
        return path
    project = project.resolve()
    return copy / (path.relative_to(project) if path.is_relative_to(project) else path.name)


def stay_in_the_copy(project: Path, copy: Path) -> None:
    """Turn every connection to a file into one to the copy's file. Only SQLite connects at all."""

    @event.listens_for(sa.Engine, "do_connect")
    def redirect(dialect, _record, arguments, _parameters):
        if dialect.name != "sqlite":
            raise Unreadable("other_server", dialect=dialect.name)
        if arguments and arguments[0] not in ("", ":memory:"):
            arguments[0] = str(copied_file(Path(arguments[0]), project, copy))


def answer(line: str, project: Path, copy: Path) -> dict:
    """Run one command and say how it ended."""
    said = {"error": None, "unreadable": None, "values": {}, "found": {}}
    name, *arguments = line.split()
    try:
        config = Project(copy).config()
        if name == "forget":
            copied_file(Project(copy).database().path, project, copy).unlink(missing_ok=True)
        elif name == "check":
            said["found"] = compare(config, copy)
        else:
            {"upgrade": command.upgrade, "downgrade": command.downgrade}[name](config, *arguments)
    except Unreadable as error:
        said.update(error=error.key, unreadable=error.key, values=error.values)
    except (Exception, SystemExit) as error:
        reason = explain(error, copy)
        said["error"] = one_line(getattr(error, "orig", None) or error)
        if reason.key in ("syntax", "settings") or name == "check":
            said.update(unreadable=reason.key, values=reason.values)
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
