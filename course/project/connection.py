"""Which database env.py connects to: asked of env.py itself, where alembic.ini names no URL.

env.py runs in a copy, away from the caller, up to the moment at which it connects; no database is
opened.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa

from course.project.asking import ask_project
from course.project.copying import copy_project
from course.project.errors import ProjectError
from course.project.files import sources_hash
from course.project.orders import Attempt, Connected, ConnectOrder, Trouble

SECONDS = 30


def url_of_env(folder: Path, settings: str) -> sa.URL:
    """Give the URL that env.py connects to: SQLite's file, of a server the driver and the database.

    Raises ProjectError when env.py does not get as far as connecting.
    """
    [connected] = _ask_once(folder, settings, _fingerprint(folder))
    trouble = connected.trouble
    if trouble is None:
        return sa.URL.create(connected.driver, database=connected.database)
    if trouble.key in ("no_url", "syntax", "settings", "other_server"):
        raise ProjectError(trouble.key, **trouble.values)
    raise ProjectError("no_connection", said=trouble.said)


def connections(
    folder: Path,
    settings: str,
    attempts: tuple[Attempt, ...],
    without: Mapping[str, str | None] | None = None,
) -> list[Connected]:
    """Run env.py once an attempt, up to its connection; say where each would have connected.

    `without` sets variables for all of them, or (None) takes them away. Raises ProjectError when
    env.py ends the process, or asks for a file outside of its copy.
    """
    with tempfile.TemporaryDirectory(prefix="course-connect-") as scratch:
        copy = Path(scratch).resolve() / "project"
        copy_project(folder, copy)
        order = asdict(ConnectOrder(str(copy), settings, attempts))
        answer = ask_project("course.project.child:connect", order, copy, without or {}, SECONDS)
    return [_connected(values) for values in answer["connected"]]


def _connected(values: dict[str, object]) -> Connected:
    trouble = values["trouble"]
    read = Trouble(**trouble) if isinstance(trouble, dict) else None
    database = values["database"]
    return Connected(str(values["driver"]), str(database) if database else None, read)


@lru_cache(maxsize=32)
def _ask_once(folder: Path, settings: str, _mark: str) -> list[Connected]:
    try:
        return connections(folder, settings, (Attempt(),))
    except ProjectError as error:
        if error.key != "no_result":
            raise
        raise ProjectError("no_connection", **error.values) from None


def _fingerprint(folder: Path) -> str:
    """Mark all that decides where env.py connects: the project's sources, and the environment."""
    environment = json.dumps(sorted(os.environ.items()))
    return hashlib.sha256(f"{environment}{sources_hash(folder)}".encode()).hexdigest()
