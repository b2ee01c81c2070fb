"""Up, down and up again on a throw-away copy: what really fails, and what stays behind."""

import ast
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import sqlalchemy as sa

from course.project.database.database import Database
from course.project.errors import ProjectError, explained
from course.project.trial import Step, trial
from course.review.finding import Finding
from course.review.text.project_text import Reading
from course.review.text.revisions import Revision, heads
from course.review.text.secrets import TEMPLATE

UP, DOWN = "upgrade heads", "downgrade base"
PROBE = (DOWN,)
"""Runs env.py and loads the revisions, and on an empty database does nothing else."""

NO_TRACES = {"PYTHONDONTWRITEBYTECODE": "1"}
"""env.py may import from folders above the project, which are no copies."""

COPY = re.compile(r"[^\s'\"]*course-trial-\w+[/\\]project[/\\]?")
"""The folder of a copy."""


@dataclass(frozen=True)
class Note:
    """What kept the copy from being migrated, or from going all the way. It is no finding."""

    key: str
    values: dict[str, str] = field(default_factory=dict)
    because: ProjectError | None = None


@dataclass(frozen=True)
class RoundTrip:
    """How the round trip ended; `note` where it could not be made or stopped by intent."""

    findings: list[Finding] = field(default_factory=list)
    note: Note | None = None


def round_trip(seen: Reading, known: Sequence[Finding] = ()) -> RoundTrip:
    """Migrate a copy with an empty SQLite database up to the heads, down to base, and up again.

    `known` are the findings of the text: what an empty downgrade() leaves behind is not told twice.
    Raises ProjectError where a revision cannot even be loaded.
    """
    told = {one.file for one in known if one.rule == "empty_downgrade"}
    try:
        server = _other_server(seen)
        if server:
            return RoundTrip(note=Note("other_server", {"dialect": server}))
        ended = _Trip(seen, told).run()
    except ProjectError as reason:
        if reason.key == "other_server":
            return RoundTrip(note=Note("other_server", {"dialect": str(reason.values["dialect"])}))
        values = {name: _tidy(str(value), seen) for name, value in reason.values.items()}
        return RoundTrip(note=Note("unreadable", because=ProjectError(reason.key, **values)))
    if ended.note is not None and ended.note.key == "not_started":
        seen.project.revisions()
    return ended


def _other_server(seen: Reading) -> str | None:
    """Name the database server of the settings' URL; None for SQLite and where it says nothing."""
    with explained(seen.folder):
        url = seen.project.config().get_alembic_option("sqlalchemy.url")
        if not url:
            return None
        backend = sa.make_url(url).get_backend_name()
    return None if backend in ("sqlite", TEMPLATE[0]) else backend


class _Trip:
    def __init__(self, seen: Reading, told: set[str]) -> None:
        self.reading = seen
        self.told = told
        self.revisions = seen.revisions
        self.by_id = {one.id: one for one in self.revisions}

    def run(self) -> RoundTrip:
        with self._trial(*PROBE, UP, DOWN, UP) as [probe, *steps]:
            last = steps[-1] if steps else probe
            error = _tidy(last.error, self.reading) if last.error else None
            if error and error.startswith("ModuleNotFoundError"):
                return RoundTrip(note=Note("package", {"said": error}))
            if probe.connected is None or not steps:
                key = "not_started" if probe.connected else "not_connected"
                return RoundTrip(note=Note(key, {"said": error or "-"}))
            left = [] if len(steps) < 2 or steps[1].error else self._left(steps[1].database)
            versions = last.database.versions()
        if left:
            return RoundTrip(list(self._left_behind(left)))
        if error is None:
            return RoundTrip()
        phase = ("up", "down", "again")[len(steps) - 1]
        stopped = self._going_down(versions) if phase == "down" else self._going_up(phase, versions)
        if phase == "down" and stopped and _refuses(stopped):
            values = {"revision": stopped.id, "said": error}
            return RoundTrip(note=Note("irreversible", values))
        if phase == "again" and stopped and stopped.source.name in self.told:
            return RoundTrip()
        return RoundTrip([self._failed(phase, stopped, error)])

    def _trial(self, *commands: str) -> AbstractContextManager[list[Step]]:
        return trial(self.reading.project, *commands, environment=NO_TRACES, throwaway=True)

    # --- what is left after `downgrade base` ---

    def _left(self, database: Database) -> list[str]:
        """Name the tables; that of the versions has one column."""
        return [
            table for table in database.tables() if list(database.columns(table)) != ["version_num"]
        ]

    def _left_behind(self, tables: list[str]) -> Iterator[Finding]:
        for table in tables:
            maker = self._maker(table)
            if maker is None:
                file, line = self.reading.modules.env.name, 1
            elif maker.source.name in self.told:
                continue
            else:
                file, line = maker.source.name, _line(maker, "downgrade")
            values = {"table": table, "revision": maker.id if maker else "?"}
            yield Finding("left_behind", file, line, values)

    def _maker(self, table: str) -> Revision | None:
        """Find the newest revision that makes a table or gives it its name."""
        for one in reversed(self.revisions):
            renamed = [
                operation.text("new_table_name")
                for operation in one.upgrade
                if operation.name == "rename_table"
            ]
            if table in one.created or table in renamed:
                return one
        return None

    # --- which revision failed ---

    def _going_up(self, phase: str, versions: Sequence[str]) -> Revision | None:
        """Find the revision at which an upgrade stopped.

        The version says it, unless there are branches, or env.py took everything back at the error:
        then the revisions that are not applied are tried one by one.
        """
        applied = self._with_ancestors(versions)
        waiting = [one for one in self.revisions if one.id not in applied]
        following = [one for one in waiting if applied.issuperset([*one.parents, *one.depends_on])]
        if versions and len(following) == 1:
            return following[0]
        before = [UP, DOWN] if phase == "again" else []
        with self._trial(*before, *(f"upgrade {one.id}" for one in waiting)) as steps:
            return waiting[len(steps) - len(before) - 1] if steps[-1].error else None

    def _going_down(self, versions: Sequence[str]) -> Revision | None:
        """Find the revision at which the downgrade stopped; where it is unsure, the newest left."""
        left = [one for one in self.revisions if one.id in versions]
        tops = [one.id for one in heads(self.revisions)]
        is_line = all(len(one.parents) < 2 for one in self.revisions) and len(tops) == 1
        if list(versions) != tops or not is_line:
            return left[-1] if left else None
        targets = [*(one.id for one in reversed(self.revisions[:-1])), "base"]
        with self._trial(UP, *(f"downgrade {target}" for target in targets)) as steps:
            return self.revisions[1 - len(steps)] if steps[-1].error else None

    def _with_ancestors(self, versions: Sequence[str]) -> set[str]:
        found: set[str] = set()
        waiting = list(versions)
        while waiting:
            one = waiting.pop()
            if one in self.by_id and one not in found:
                found.add(one)
                waiting += [*self.by_id[one].parents, *self.by_id[one].depends_on]
        return found

    def _failed(self, phase: str, stopped: Revision | None, error: str) -> Finding:
        values = {"phase": phase, "revision": stopped.id if stopped else "?", "said": error}
        if stopped is None:
            return Finding("round_trip", self.reading.modules.env.name, 1, values)
        line = _line(stopped, "downgrade" if phase == "down" else "upgrade")
        return Finding("round_trip", stopped.source.name, line, values)


def _tidy(said: str, seen: Reading) -> str:
    """Leave out of an error where the project and its copy are."""
    return COPY.sub("", said).replace(f"{seen.folder}{os.sep}", "")


def _line(revision: Revision, function: str) -> int:
    found = revision.source.functions.get(function)
    return found.lineno if found else revision.line


def _refuses(revision: Revision) -> bool:
    """Tell whether downgrade() ends in a `raise`: it says itself that there is no way back."""
    down = revision.source.functions.get("downgrade")
    return down is not None and isinstance(down.body[-1], ast.Raise)
