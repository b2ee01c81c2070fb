"""Up, down and up again on a throw-away copy: where it stops, and what stays behind."""

import ast
import os
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import sqlalchemy as sa

from course.project.database.database import Database
from course.project.errors import ProjectError, explained
from course.project.revision import heads
from course.project.trial import Step, trial
from course.review.finding import Finding, Note
from course.review.text.project_text import ProjectText
from course.review.text.revisions import RevisionText
from course.review.text.secrets import TEMPLATE

UP, DOWN = "upgrade heads", "downgrade base"
PROBE = (DOWN,)
"""Runs env.py and loads the revisions, and on an empty database does nothing else."""

NO_TRACES = {"PYTHONDONTWRITEBYTECODE": "1"}
"""env.py may import from folders above the project, which are no copies."""


@dataclass(frozen=True)
class Failure:
    """Where a copy stopped: in which phase (up, down, again), at which revision, with what error.

    The revision is None where it is not known.
    """

    phase: str
    revision: RevisionText | None
    error: str


@dataclass(frozen=True)
class RoundTrip:
    """How the copy of a project went up, down and up again.

    `left` are the tables that the downgrade to base left; `note` says why the copy was not
    migrated, or went no further by intent. `empty_downgrades` are the files of which another rule
    tells that their downgrade() is empty.
    """

    text: ProjectText
    left: tuple[str, ...] = ()
    failure: Failure | None = None
    note: Note | None = None
    empty_downgrades: frozenset[str] = frozenset()


def round_trip(text: ProjectText, known: Iterable[Finding] = ()) -> RoundTrip:
    """Migrate a copy with an empty SQLite database up to the heads, down to base, and up again.

    `known` are the findings of the text. Raises ProjectError where a revision cannot be loaded.
    """
    told = {finding.file for finding in known if finding.rule == "empty_downgrade"}
    start = RoundTrip(text, empty_downgrades=frozenset(told))
    try:
        dialect = _other_server(text)
        trip = _other_dialect(start, dialect) if dialect else _migrate(start)
    except ProjectError as reason:
        if reason.key == "other_server":
            return _other_dialect(start, str(reason.values["dialect"]))
        values = {name: _tidy(str(value), text) for name, value in reason.values.items()}
        return replace(start, note=Note("unreadable", because=ProjectError(reason.key, **values)))
    if trip.note is not None and trip.note.key == "not_started":
        text.project.revisions()
    return trip


def _other_server(text: ProjectText) -> str | None:
    """Name the database server of the settings' URL; None for SQLite and where it says nothing."""
    with explained(text.folder):
        url = text.project.config().get_alembic_option("sqlalchemy.url")
        if not url:
            return None
        backend = sa.make_url(url).get_backend_name()
    return None if backend in ("sqlite", TEMPLATE[0]) else backend


def _other_dialect(start: RoundTrip, dialect: str) -> RoundTrip:
    return replace(start, note=Note("other_server", {"dialect": dialect}))


def _migrate(start: RoundTrip) -> RoundTrip:
    text = start.text
    with _trial(text, *PROBE, UP, DOWN, UP) as [probe, *steps]:
        last = steps[-1] if steps else probe
        error = _tidy(last.error, text) if last.error else None
        if error and error.startswith("ModuleNotFoundError"):
            return replace(start, note=Note("package", {"said": error}))
        if probe.connected is None or not steps:
            key = "not_started" if probe.connected else "not_connected"
            return replace(start, note=Note(key, {"said": error or "-"}))
        came_down = len(steps) > 1 and not steps[1].error
        left = _tables(steps[1].database) if came_down else ()
        versions = last.database.versions()
    if left or error is None:
        return replace(start, left=left)
    phase = ("up", "down", "again")[len(steps) - 1]
    stopped = _going_down(text, versions) if phase == "down" else _going_up(text, phase, versions)
    if phase == "down" and stopped and _refuses(stopped):
        values = {"revision": stopped.id, "said": error}
        return replace(start, note=Note("irreversible", values))
    return replace(start, failure=Failure(phase, stopped, error))


def _trial(text: ProjectText, *commands: str) -> AbstractContextManager[list[Step]]:
    return trial(text.project, *commands, environment=NO_TRACES, throwaway=True)


def _tables(database: Database) -> tuple[str, ...]:
    """Name the tables; that of the versions has one column."""
    names = database.tables()
    return tuple(name for name in names if list(database.columns(name)) != ["version_num"])


def _going_up(text: ProjectText, phase: str, versions: Sequence[str]) -> RevisionText | None:
    """Find the revision at which an upgrade stopped; None where some could not be read.

    The version says it, unless there are branches, or env.py took everything back at the error:
    then the revisions that are not applied are tried one by one.
    """
    if text.not_read:
        return None
    applied = _with_ancestors(text, versions)
    waiting = [revision for revision in text.revisions if revision.id not in applied]
    following = [
        revision
        for revision in waiting
        if applied.issuperset([*revision.parents, *revision.depends_on])
    ]
    if versions and len(following) == 1:
        return following[0]
    before = [UP, DOWN] if phase == "again" else []
    with _trial(text, *before, *(f"upgrade {revision.id}" for revision in waiting)) as steps:
        return waiting[len(steps) - len(before) - 1] if steps[-1].error else None


def _going_down(text: ProjectText, versions: Sequence[str]) -> RevisionText | None:
    """Find the revision at which the downgrade stopped; where it is unsure, the newest left."""
    revisions = text.revisions
    left = [revision for revision in revisions if revision.id in versions]
    tips = [revision.id for revision in heads(revisions)]
    is_line = all(len(revision.parents) < 2 for revision in revisions) and len(tips) == 1
    if text.not_read or list(versions) != tips or not is_line:
        return left[-1] if left else None
    targets = [*(revision.id for revision in reversed(revisions[:-1])), "base"]
    with _trial(text, UP, *(f"downgrade {target}" for target in targets)) as steps:
        return revisions[1 - len(steps)] if steps[-1].error else None


def _with_ancestors(text: ProjectText, versions: Sequence[str]) -> set[str]:
    applied: set[str] = set()
    waiting = list(versions)
    while waiting:
        revision = text.by_id.get(waiting.pop())
        if revision is not None and revision.id not in applied:
            applied.add(revision.id)
            waiting += [*revision.parents, *revision.depends_on]
    return applied


def _tidy(error: str, text: ProjectText) -> str:
    """Leave out of an error where the project and its copy are."""
    return error.replace(f"{text.folder}{os.sep}", "")


def _refuses(revision: RevisionText) -> bool:
    """Tell whether downgrade() ends in a `raise`: it says itself that there is no way back."""
    down = revision.source.functions.get("downgrade")
    return down is not None and isinstance(down.body[-1], ast.Raise)
