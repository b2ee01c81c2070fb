"""Try a project out on a copy: really migrate it, and look at the database after each step.

The copy is migrated in a process of its own, because env.py and the models must be loaded anew,
and because whatever a learner's migration does must not reach the notebook's kernel.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from course.project.database.database import Database
from course.project.errors import ProjectError
from course.project.project import Project

SECONDS = 60
OWN_DATABASE = "shop.db"
LEFT_OUT = (
    *("__pycache__", "*.ipynb", ".ipynb_checkpoints", "*.db", "*-journal", "*-wal", "*-shm"),
    *(".git", ".hg", "node_modules"),
)


@dataclass(frozen=True)
class Step:
    """What one command did on the copy.

    `error` is None where it went well, else what it raised, on one line. `database` is the copy
    as it stood after the command. `connected` is the database file that env.py connected to, as
    the project's folder names it, None where it connected to none. `found` is what `check` found:
    whether env.py hands over `metadata`, its `models` (columns by table), the `differences`
    between them and the database, one line each, and the `modules` of the project that env.py
    imported.
    """

    command: str
    error: str | None
    database: Database
    connected: str | None
    found: dict


@contextmanager
def trial(
    project: Project,
    *commands: str,
    environment: Mapping[str, str] | None = None,
    throwaway: bool = False,
) -> Iterator[list[Step]]:
    """Copy the project and run the commands there, up to the first that fails.

    A command is `upgrade REV`, `downgrade REV`, `check` or `forget`; `forget` starts over with
    no database. `environment` adds variables to the process. `throwaway` leaves the project's
    databases out and puts an empty SQLite database in the place of the URL of alembic.ini.
    The copies live until the block ends.
    Raises ProjectError when the project cannot be read or the copy cannot be migrated at all.
    """
    databases = set() if throwaway else {project.database().path}
    project.scripts()
    with tempfile.TemporaryDirectory(prefix="course-trial-") as scratch:
        copy = Path(scratch).resolve() / "project"
        shutil.copytree(project.folder, copy, ignore=_left_out)
        if not throwaway:
            _copy_databases(project.folder, copy, {*project.folder.glob("*.db"), *databases})
        order = {"settings": project.settings, "commands": commands, "throwaway": throwaway}
        answers = _run(project.folder, copy, order, environment or {})
        steps = []
        for number, (command, answer) in enumerate(zip(commands, answers, strict=False), start=1):
            after = Database(copy.parent / f"after-{number}.db", copy)
            steps.append(
                Step(command, answer["error"], after, answer["connected"], answer["found"])
            )
        yield steps


@contextmanager
def copy_with_rows(
    project: Project, dump: str, fill: Callable[[sqlite3.Connection], object] = lambda _: None
) -> Iterator[Project]:
    """Give a copy of the project with a database of a check's own, until the block ends.

    `dump` is the SQL that makes the database, and `fill` may change it further. The copy's
    alembic.ini names it, whatever the learner's names.
    """
    with tempfile.TemporaryDirectory(prefix="course-copy-") as scratch:
        copy = Path(scratch).resolve() / "project"
        shutil.copytree(project.folder, copy, ignore=_left_out)
        settings = copy / project.settings
        text = settings.read_text(encoding="utf-8")
        url = f"sqlalchemy.url = sqlite:///{OWN_DATABASE}"
        settings.write_text(re.sub(r"(?m)^sqlalchemy\.url.*$", url, text), encoding="utf-8")
        with closing(sqlite3.connect(copy / OWN_DATABASE)) as connection:
            connection.executescript(dump)
            fill(connection)
            connection.commit()
        yield Project(copy, project.settings)


def _left_out(folder: str, names: list[str]) -> set[str]:
    left = {name for name in names if any(fnmatch(name, pattern) for pattern in LEFT_OUT)}
    return left | {name for name in names if Path(folder, name, "pyvenv.cfg").is_file()}


def _copy_databases(folder: Path, copy: Path, files: set[Path]) -> None:
    for file in files:
        if file.is_file():
            target = copy / (file.relative_to(folder) if file.is_relative_to(folder) else file.name)
            target.parent.mkdir(parents=True, exist_ok=True)
            copy_database(file, target)


def copy_database(file: Path, target: Path) -> None:
    """Copy an SQLite file through SQLite, so that an open transaction does not spoil the copy.

    Reading before the copy takes SQLite's shared lock: `backup` itself would wait for ever.
    Raises ProjectError when it is locked or no database.
    """
    try:
        with (
            closing(sqlite3.connect(file, timeout=0.5)) as source,
            closing(sqlite3.connect(target)) as made,
        ):
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master")
            source.backup(made)
    except sqlite3.OperationalError as error:
        raise ProjectError(
            "locked" if "locked" in str(error) else "database", said=error
        ) from error
    except sqlite3.DatabaseError as error:
        raise ProjectError("not_a_database", said=error) from error


def _run(folder: Path, copy: Path, order: dict, environment: Mapping[str, str]) -> list[dict]:
    answer = copy.parent / "answer.json"
    order = {**order, "project": str(folder), "copy": str(copy), "answer": str(answer)}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "course.project.child"],
            input=json.dumps(order),
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            cwd=copy,
            env={**os.environ, **environment},
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise ProjectError("slow", seconds=SECONDS) from None
    if not answer.is_file():
        said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise ProjectError("no_result", said=said)
    answers = json.loads(answer.read_text(encoding="utf-8"))
    if answers and answers[-1]["unreadable"]:
        raise ProjectError(answers[-1]["unreadable"], **answers[-1]["values"])
    return answers
