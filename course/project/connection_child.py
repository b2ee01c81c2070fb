"""The process that runs env.py for `course.project.connection`; standard input has its order."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import event

from course.project.errors import ProjectError, explain, one_line
from course.project.project import Project


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
    """Run env.py until it connects; say where to. Raises what env.py raises, or ProjectError."""
    seen: list[dict] = []
    with connections(seen):
        scripts = ScriptDirectory.from_config(config)
        with EnvironmentContext(config, scripts, fn=lambda *_: [], dont_mutate=True):
            scripts.run_env()
    if not seen:
        raise ProjectError("no_url")
    return seen[0]


def main() -> None:
    """Answer the question on standard input."""
    order = json.load(sys.stdin)
    folder = Path(order["folder"])
    sys.path.insert(0, str(folder))
    try:
        answer = ask_env(Project(folder, order["settings"]).config())
    except ProjectError as reason:
        answer = {"unreadable": reason.key, "values": reason.values}
    except (Exception, SystemExit) as error:
        reason = explain(error, folder)
        if reason.key not in ("syntax", "settings"):
            reason = ProjectError("no_connection", said=one_line(error))
        answer = {"unreadable": reason.key, "values": reason.values}
    Path(order["answer"]).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main()
