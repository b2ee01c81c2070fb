"""Which database env.py connects to: asked of env.py itself, where alembic.ini names no URL.

env.py runs in a process of its own, up to the moment at which it connects; no database is opened.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import event

from course.notebook.unreadable import Unreadable, explain, one_line

SECONDS = 30
SOURCES = (".py", ".ini", ".toml", ".env")


def connected_url(folder: Path, settings: str) -> sa.URL:
    """Give the URL that env.py connects to: SQLite's file, of another server only the driver.

    Raises Unreadable when env.py does not get as far as connecting.
    """
    answer = _ask(folder, settings, _fingerprint(folder))
    if "unreadable" in answer:
        raise Unreadable(answer["unreadable"], **answer["values"])
    return sa.URL.create(answer["driver"], database=answer["database"])


@lru_cache(maxsize=32)
def _ask(folder: Path, settings: str, _fingerprint: str) -> dict:
    with tempfile.TemporaryDirectory(prefix="course-connected-") as scratch:
        answer = Path(scratch) / "answer.json"
        order = {"folder": str(folder), "settings": settings, "answer": str(answer)}
        try:
            done = subprocess.run(
                [sys.executable, "-m", "course.notebook.connected"],
                input=json.dumps(order),
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                cwd=folder,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            return {"unreadable": "slow", "values": {"seconds": SECONDS}}
        if not answer.is_file():
            said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
            return {"unreadable": "no_connection", "values": {"said": said}}
        return json.loads(answer.read_text(encoding="utf-8"))


def _fingerprint(folder: Path) -> str:
    """Mark all that decides where env.py connects: the project's sources, and the environment."""
    seen = sorted(os.environ.items())
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
        for name in sorted(names):
            if name.endswith(SOURCES):
                path = Path(parent, name)
                seen.append((str(path), hashlib.sha256(path.read_bytes()).hexdigest()))
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


class _Connecting(BaseException):
    """Stops env.py when it connects; no `except Exception` of the learner's holds it up."""


@contextmanager
def connections(seen: list[dict]) -> Iterator[None]:
    """Note every connection that SQLAlchemy is about to make, and stop it there."""

    @event.listens_for(sa.Engine, "do_connect")
    def note(dialect, _record, arguments, _parameters):
        file = arguments[0] if dialect.name == "sqlite" and arguments else None
        seen.append({"driver": f"{dialect.name}+{dialect.driver}", "database": file})
        raise _Connecting

    try:
        yield
    except _Connecting:
        pass
    finally:
        event.remove(sa.Engine, "do_connect", note)


def ask_env(config: Config) -> dict:
    """Run env.py until it connects, and say where to. Raises what env.py raises, or Unreadable."""
    seen: list[dict] = []
    with connections(seen):
        scripts = ScriptDirectory.from_config(config)
        with EnvironmentContext(config, scripts, fn=lambda *_: [], dont_mutate=True):
            scripts.run_env()
    if not seen:
        raise Unreadable("no_url")
    return seen[0]


def main() -> None:
    """Answer the question on standard input."""
    from course.notebook.project import Project

    order = json.load(sys.stdin)
    folder = Path(order["folder"])
    sys.path.insert(0, str(folder))
    try:
        answer = ask_env(Project(folder, order["settings"]).config())
    except Unreadable as reason:
        answer = {"unreadable": reason.key, "values": reason.values}
    except (Exception, SystemExit) as error:
        reason = explain(error, folder)
        if reason.key not in ("syntax", "settings"):
            reason = Unreadable("no_connection", said=one_line(error))
        answer = {"unreadable": reason.key, "values": reason.values}
    Path(order["answer"]).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
