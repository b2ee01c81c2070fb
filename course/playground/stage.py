"""The copy that is played on: a project's files, and an SQLite database that nobody needs.

Where the project connects to is asked of its env.py, in the copy, before any command runs there.
"""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from course.playground.problem import PlayError
from course.project.asking import ask_project
from course.project.checkpoint import LARGE
from course.project.copying import copy_database, copy_project
from course.project.orders import Attempt, ConnectOrder, Values
from course.project.project import Project
from course.surroundings import cleaned

THROWAWAY = "playground.db"
SECONDS = 30
DRIVERS = ("sqlite", "sqlite+aiosqlite")
URL_LINE = re.compile(r"^sqlalchemy\.url\s*[=:].*$", re.MULTILINE)
SECTION = re.compile(r"^\[alembic\][^\n]*$", re.MULTILINE)
VARIABLE = re.compile(r"(?:environ|getenv)\b[^\n]{0,24}?[\"']([A-Z][A-Z0-9_]*)[\"']")
"""How Python reads an environment variable, mostly."""

STEADY = {
    "COLUMNS": "80",
    "LC_ALL": "C.UTF-8",
    "NO_COLOR": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONIOENCODING": "utf-8",
    "PYTHONUNBUFFERED": "1",
}


@dataclass(frozen=True)
class Stage:
    """Where commands run: the copy's folder, its database, and the environment they need.

    `is_replaced` tells that the database stands in the place of another one.
    """

    folder: Path
    database: Path
    environment: Mapping[str, str]
    is_replaced: bool


@dataclass(frozen=True)
class _Connection:
    """Where env.py of the copy connects to: a file of the copy, or another place, or nowhere.

    `said` is that other place, or what stopped env.py before it connected.
    """

    driver: str = ""
    file: Path | None = None
    said: str = ""
    stopped: bool = False


def set_up(source: Path, room: Path) -> Stage:
    """Copy a project into the room, and have it connect to a database there.

    A database file of the project comes along, unless it is large; a project with another
    server gets an empty SQLite file. Nothing is written in the project. Raises ProjectError when
    it cannot be read or copied, and PlayError when its env.py does not let itself be redirected.
    """
    project = Project(source.resolve())
    scripts = Path(project.scripts().dir).resolve()
    if not scripts.is_relative_to(project.folder):
        raise PlayError("scripts_outside", folder=scripts)
    folder = room.resolve() / "project"
    copy_project(project.folder, folder)
    temporary = room.resolve() / "tmp"
    temporary.mkdir()
    environment = _environment(project, temporary)
    connection, environment = _connect(folder, environment)
    if connection.file is None:
        raise PlayError("no_way", said=connection.said)
    database = folder / connection.file
    _take_along(project.folder / connection.file, database)
    if Project(folder).settings.url is None:
        # Whoever reads the copy then need not ask env.py each time.
        _write_url(folder, f"{connection.driver}:///{connection.file.as_posix()}")
    is_replaced = connection.file == Path(THROWAWAY)
    return Stage(folder, database, environment, is_replaced)


def _environment(project: Project, temporary: Path) -> dict[str, str]:
    """Give the environment of a terminal that prints the same each time."""
    outside = [
        str(place.resolve())
        for place in project.import_path()
        if not place.resolve().is_relative_to(project.folder)
    ]
    environment = cleaned(os.environ)
    environment.pop("FORCE_COLOR", None)
    here = str(Path(sys.executable).parent)
    paths = {
        "PATH": [here, environment.get("PATH", os.defpath)],
        "PYTHONPATH": [*outside, environment.get("PYTHONPATH", "")],
    }
    for name, places in paths.items():
        environment[name] = os.pathsep.join(filter(None, places))
    return environment | STEADY | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))


def _connect(folder: Path, environment: dict[str, str]) -> tuple[_Connection, dict[str, str]]:
    """Find settings and an environment in which env.py connects to a file of the copy."""
    [first] = _ask(folder, environment, (Attempt(),))
    if first.file is not None:
        return first, environment
    if first.stopped and (written := _written(folder)).file is not None:
        # Every command will stop there, too, and say why; what the files say can be looked at.
        return written, environment
    for driver in DRIVERS:
        _write_url(folder, f"{driver}:///{THROWAWAY}", only_anew=True)
        url = f"{driver}:///{(folder / THROWAWAY).as_posix()}"
        attempts = (Attempt(), *(Attempt({name: url}) for name in _variables(folder)))
        for attempt, found in zip(attempts, _ask(folder, environment, attempts), strict=True):
            if found.file is not None:
                return found, environment | attempt.environment
    return first, environment


def _written(folder: Path) -> _Connection:
    """Give the place that the settings' URL names."""
    url = Project(folder).url()
    values = {"trouble": None, "driver": url.drivername, "database": url.database}
    return _connection(values, folder)


def _ask(
    folder: Path, environment: Mapping[str, str], attempts: tuple[Attempt, ...]
) -> list[_Connection]:
    order = asdict(ConnectOrder(str(folder), "alembic.ini", attempts))
    exactly = {**dict.fromkeys(os.environ), **environment}
    answer = ask_project("course.project.child:connect", order, folder, exactly, SECONDS)
    return [_connection(values, folder) for values in answer["connected"]]


def _connection(values: Values, folder: Path) -> _Connection:
    if values["trouble"]:
        return _Connection(said=values["trouble"]["said"], stopped=True)
    driver, database = values["driver"], values["database"] or ""
    file = (folder / database).resolve()
    is_file = driver.startswith("sqlite") and database and not database.startswith(":memory:")
    if is_file and file.is_relative_to(folder):
        return _Connection(driver, file.relative_to(folder))
    return _Connection(said=f"{driver} {database}".strip())


def _variables(folder: Path) -> list[str]:
    """Give the environment variables that the copy's sources read, URLs first."""
    names: set[str] = set()
    for path in sorted(folder.rglob("*.py")):
        names.update(VARIABLE.findall(path.read_text(encoding="utf-8", errors="replace")))
    return sorted(names, key=lambda name: ("URL" not in name, name))


def _write_url(folder: Path, url: str, only_anew: bool = False) -> bool:
    """Write a URL into the copy's settings (`only_anew`: where there is one); tell whether."""
    settings = folder / "alembic.ini"
    if not settings.is_file():
        return False
    text = settings.read_text(encoding="utf-8")
    line = f"sqlalchemy.url = {url}"
    if URL_LINE.search(text):
        written = URL_LINE.sub(lambda _: line, text)
    elif only_anew:
        return False
    else:
        written = SECTION.sub(lambda section: f"{section[0]}\n{line}", text, count=1)
    settings.write_text(written, encoding="utf-8")
    return True


def _take_along(file: Path, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    if file.is_file() and file.stat().st_size < LARGE:
        copy_database(file, copy)
