"""What env.py does when it runs: where it connects, and which metadata it hands over."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import to_list
from sqlalchemy import event

from course.project.errors import ProjectError
from course.project.orders import Comparison, Connected, Difference


class _ConnectingError(BaseException):
    """Stops env.py when it connects; no `except Exception` of the learner's holds it up."""


def ask_env(config: Config) -> Connected:
    """Run env.py until it connects; say where to. Raises what env.py raises, or ProjectError."""
    seen: list[Connected] = []

    def note(
        dialect: sa.Dialect, _record: object, arguments: list[Any], options: dict[str, Any]
    ) -> None:
        name = options.get("dbname") or options.get("database")
        if dialect.name == "sqlite":
            name = arguments[0] if arguments else None
        seen.append(Connected(f"{dialect.name}+{dialect.driver}", name))
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
    tables: list[sa.Table] = []

    def look(_revision: object, context: MigrationContext) -> list[Any]:
        metadata = context.opts["target_metadata"]
        if metadata is None:
            return []
        # First what Alembic itself does with it: if it refuses, then in its own words.
        found = compare_metadata(context, metadata)
        tables[:] = [table for part in to_list(metadata) for table in part.tables.values()]
        comparison = Comparison(
            metadata=True,
            models={table.name: tuple(column.name for column in table.columns) for table in tables},
            details=tuple(sorted(line for table in tables for line in _details(table))),
            differences=_in_order(map(structured, flatten(found))),
        )
        seen.append(comparison)
        return []

    run_env(config, look)
    last = seen[-1] if seen else Comparison()
    files = _learners_files(folder)
    modules = sorted(name for name, file in files.items() if "/" not in file)
    return replace(last, modules=tuple(modules), places=_places(tables, files))


def structured(difference: tuple[Any, ...]) -> Difference:
    """Give a difference of autogenerate's by what it does to which part of which table."""
    action, *subject = difference
    verb, _, kind = action.partition("_")
    sign = SIGNS.get(verb, "~")
    match subject:
        case [sa.Table() as table, *_]:
            about = (sign, "table") if kind == "table" else ("~", "comment")
            return Difference(*about, table.name)
        case [sa.Constraint() | sa.Index() as part, *_]:
            owner = getattr(part, "table", None)
            name = str(part.name) if part.name else _columns(part)
            return Difference(sign, _kind(part), owner.name if owner is not None else "", name)
        case [_, str() as name, sa.Column() as column]:
            return Difference(sign, "column", name, column.name)
        case [_, str() as name, str() as column, *_] if verb == "modify":
            return Difference("~", kind, name, column)
    return Difference("~", "other", "", action)


def _in_order(differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """Put differences in the order of their tables; autogenerate gives some in any order."""

    def place(difference: Difference) -> tuple[str, bool, str, str, str]:
        is_part = difference.kind != "table"
        return difference.table, is_part, difference.name, difference.kind, difference.sign

    return tuple(sorted(differences, key=place))


SIGNS = {"add": "+", "remove": "-"}


def _kind(part: sa.Constraint | sa.Index) -> str:
    """Name the kind of a constraint as its class does: UniqueConstraint is `unique`."""
    words = re.findall("[A-Z][a-z]+", type(part).__name__.removesuffix("Constraint"))
    return "_".join(words).lower()


def _columns(part: Any) -> str:
    return f"({', '.join(str(getattr(column, 'name', column)) for column in part.columns)})"


def _details(table: sa.Table) -> list[str]:
    """Say what the models know of a table, in lines that are the same for the same models."""
    lines = [table.name]
    for column in table.columns:
        null = "NULL" if column.nullable else "NOT NULL"
        default = column.server_default
        made = getattr(default, "arg", getattr(default, "sqltext", ""))
        name = f"{table.name}.{column.name}"
        lines.append(f"{name} {column.type!r} {null} {made} {column.comment}")
    parts: list[sa.Constraint | sa.Index] = [*table.constraints, *table.indexes]
    return lines + [f"{table.name} {_kind(part)} {part.name} {_columns(part)}" for part in parts]


def _learners_files(folder: Path) -> dict[str, str]:
    """Give the files of modules that were imported from the folder, by the modules' names."""
    files = {name: getattr(module, "__file__", None) for name, module in [*sys.modules.items()]}
    inside = f"{folder}{os.sep}"
    return {
        name: Path(file).relative_to(folder).as_posix()
        for name, file in files.items()
        if isinstance(file, str) and file.startswith(inside)
    }


def _places(tables: Sequence[sa.Table], files: Mapping[str, str]) -> tuple[str, ...]:
    """Name the files that define the tables, as mapped classes or as they are."""
    known = {id(table) for table in tables}
    places = set()
    for name in files:
        for value in [*vars(sys.modules[name]).values()]:
            table = getattr(value, "__table__", None) if isinstance(value, type) else value
            if id(table) in known:
                places.add(files.get(getattr(value, "__module__", name), files[name]))
    return tuple(sorted(places))


def flatten(differences: Sequence[Any]) -> list[Any]:
    """Give one list of differences; Alembic groups those of one column in lists of their own."""
    flat: list[Any] = []
    for difference in differences:
        flat.extend(difference if isinstance(difference, list) else [difference])
    return flat
