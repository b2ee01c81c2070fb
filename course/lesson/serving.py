"""The PostgreSQL server of a lesson that needs one: found or started, its databases filled.

A lesson whose start has `.postgresql/NAME.sql` needs one. The server that `DATABASE_URL` names is
taken first; then the lesson starts one of its own, which ends with the kernel.
"""

import atexit
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from course.lesson.problem import LessonError
from course.lesson.verdict import WORDS
from course.phrases import phrase
from course.server import dumps, kept
from course.server.binaries import find_binaries
from course.server.cluster import ClusterError
from course.server.server import Server, start_server
from course.workspace import SERVERS, aside

URL = "DATABASE_URL"
"""Where many applications are told their database; here, a learner's own server."""
PREFIX = "course_"
"""How the lessons' databases begin: no other is written or dropped."""

_started: list[Server] = []
_told: list[Path] = []


@dataclass(frozen=True)
class Served:
    """Which server it is: `own` is the learner's, without its password, else empty.

    `aside` are dumps of databases that were there already and held something.
    """

    own: str = ""
    aside: tuple[Path, ...] = ()


def serve(folder: Path, place: Path, lang: str) -> Served | None:
    """Give the working folder its server and fill its databases; None where it needs none.

    libpq's variables of this process lead there, so `postgresql:///NAME` is a URL that works.
    What a database of that name held before is moved aside as a dump in the workspace `place`.
    Raises LessonError where there is no server, and where it refuses.
    """
    os.environ.pop(kept.LIVE, None)
    _untell_terminals()
    databases = kept.kept(folder)
    if not databases:
        return None
    own = os.environ.get(URL, "")
    try:
        variables = _of_url(own) if own else _of_ours(lang)
        os.environ.update(variables)
        moved = tuple(_move_aside(databases, place)) if own else ()
        for name, file in databases.items():
            dumps.fill(name, file.read_text(encoding="utf-8"))
        os.environ[kept.LIVE] = str(folder)
        if not own:  # a password of the learner's is written nowhere
            _tell_terminals(folder, place, variables)
        kept.keep(folder)
    except (ClusterError, dumps.DumpError, sa.exc.ArgumentError) as error:
        said = getattr(error, "said", str(error))
        raise LessonError(phrase(WORDS, "server_fails", lang, said=said)) from None
    return Served(_without_password(own), moved)


def _of_ours(lang: str) -> Mapping[str, str]:
    if not _started:
        binaries = find_binaries()
        if binaries is None:
            raise LessonError(phrase(WORDS, "no_server", lang))
        _started.append(start_server(binaries))
    return _started[0].address.environment()


def _of_url(text: str) -> Mapping[str, str]:
    """Give libpq's variables for a URL, which may say less than they can. Raises ArgumentError."""
    url = sa.make_url(text)
    if url.get_backend_name() != "postgresql":
        raise sa.exc.ArgumentError(f"{URL}: {url.get_backend_name()}")
    host = url.host or str(url.query.get("host", "")) or "localhost"
    parts = {
        "PGHOST": host,
        "PGPORT": str(url.port or url.query.get("port", 5432)),
        "PGUSER": url.username or "postgres",
        "PGPASSWORD": str(url.password or ""),
        "PGDATABASE": url.database or dumps.ADMIN,
    }
    return {name: value for name, value in parts.items() if value}


def _move_aside(databases: Mapping[str, Path], place: Path) -> Iterator[Path]:
    there = set(dumps.names(PREFIX))
    for name in databases:
        if not name.startswith(PREFIX):
            raise dumps.DumpError(f"{name}: the lessons' databases begin with {PREFIX}")
        if name in there and dumps.holds_something(name):
            target = Path(f"{aside(place, name)}.sql")
            target.parent.mkdir(exist_ok=True)
            target.write_text(dumps.dump(name), encoding="utf-8")
            yield target


def _tell_terminals(folder: Path, place: Path, variables: Mapping[str, str]) -> None:
    """Write down for `alembic` in a terminal where the server is."""
    file = place / SERVERS / f"{folder.name}.json"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(dict(variables)), encoding="utf-8")
    _told.append(file)


@atexit.register
def _untell_terminals() -> None:
    while _told:
        _told.pop().unlink(missing_ok=True)


def _without_password(url: str) -> str:
    return sa.make_url(url).render_as_string() if url else ""
