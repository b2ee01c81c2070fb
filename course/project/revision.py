"""A revision script, as history, pictures and rules know it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

BASE = "base"
"""The name that Alembic gives to the state before the first revision."""


@dataclass(frozen=True)
class Revision:
    """One revision script: what it follows and depends on, its labels, its file."""

    id: str
    message: str
    parents: tuple[str, ...]
    depends_on: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    file: Path | None = None


def heads(revisions: Sequence[Revision]) -> list[Revision]:
    """Give the revisions that no other names as its parent, in the order they are given."""
    followed = {parent for revision in revisions for parent in revision.parents}
    return [revision for revision in revisions if revision.id not in followed]


def with_ancestors(revisions: Sequence[Revision], ids: Iterable[str]) -> set[str]:
    """Give the ids, and those of all that they follow or depend on."""
    by_id = {revision.id: revision for revision in revisions}
    owners = {label: revision.id for revision in revisions for label in revision.labels}
    reached: set[str] = set()
    waiting = list(ids)
    while waiting:
        revision_id = waiting.pop()
        if revision_id in reached:
            continue
        reached.add(revision_id)
        if revision_id in by_id:
            waiting += by_id[revision_id].parents
            waiting += [owners.get(name, name) for name in by_id[revision_id].depends_on]
    return reached
