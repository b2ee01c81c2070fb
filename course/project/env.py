"""What env.py does when it runs: where it connects, and which metadata it hands over."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event

from course.project.errors import ProjectError
from course.project.orders import Comparison, Connected


class _ConnectingError(BaseException):
    """Stops env.py when it connects; no `except Exception` of the learner's holds it up."""


def ask_env(config: Config) -> Connected:
    """Run env.py until it connects; say where to. Raises what env.py raises, or ProjectError."""
    seen: list[Connected] = []

    def note(dialect: sa.Dialect, _record: object, arguments: list[Any], _options: object) -> None:
        file = arguments[0] if dialect.name == "sqlite" and arguments else None
        seen.append(Connected(f"{dialect.name}+{dialect.driver}", file))
        raise _ConnectingError

    event.listen(sa.Engine, "do_connect", note)
    try:
        run_env(config, lambda *_: [])
    except _ConnectingError:
        pass
    finally:
        event.remove(sa.Engine, "do_connect", note)
    if not seen:
        raise ProjectError("no_url")
    return seen[0]


def run_env(config: Config, look: Callable[..., list[Any]]) -> None:
    """Run env.py as a command does; `look` is called with the version and the context."""
    scripts = ScriptDirectory.from_config(config)
    with EnvironmentContext(config, scripts, fn=look, dont_mutate=True):
        scripts.run_env()


def compare(config: Config, folder: Path) -> Comparison:
    """Hold env.py's metadata against the database that it connects to."""
    seen: list[Comparison] = []

    def look(_revision: object, context: MigrationContext) -> list[Any]:
        metadata = context.opts["target_metadata"]
        if metadata is None:
            return []
        models = {
            table.name: tuple(column.name for column in table.columns)
            for table in metadata.tables.values()
        }
        differences = tuple(map(repr, flatten(compare_metadata(context, metadata))))
        seen.append(Comparison(True, models, differences))
        return []

    run_env(config, look)
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    modules = sorted(name for name, file in files.items() if file and Path(file).parent == folder)
    last = seen[-1] if seen else Comparison()
    return Comparison(last.metadata, last.models, last.differences, tuple(modules))


def flatten(differences: Sequence[Any]) -> list[Any]:
    """Give one list of differences; Alembic groups those of one column in lists of their own."""
    flat: list[Any] = []
    for difference in differences:
        flat.extend(difference if isinstance(difference, list) else [difference])
    return flat
