"""A revision script, as history, pictures and rules know it."""

from collections.abc import Sequence
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
