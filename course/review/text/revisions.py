"""The revision scripts of a project, oldest first, read from their text."""

import ast
import graphlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from alembic.script import Script, ScriptDirectory
from alembic.util import to_tuple

from course.project.errors import ProjectError, explained
from course.project.project import Project
from course.review.text.effects import Change, changes
from course.review.text.operations import Operation, operations
from course.review.text.source import Source, Sources, bindings

IDENTIFIERS = ("revision", "down_revision", "depends_on", "branch_labels")


@dataclass(frozen=True)
class Revision:
    """One revision script."""

    source: Source
    id: str
    parents: tuple[str, ...]
    depends_on: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def message(self) -> str:
        """The first paragraph of the docstring, empty where there is no message."""
        said = (ast.get_docstring(self.source.tree, clean=False) or "").split("\n\n")[0].strip()
        return "" if said.startswith("Revision ID:") else said

    @property
    def line(self) -> int:
        """The line that says the revision's id."""
        for statement in self.source.tree.body:
            if "revision" in dict(bindings([statement])):
                return statement.lineno
        return 1

    @cached_property
    def upgrade(self) -> list[Operation]:
        """What upgrade() does."""
        return operations(self.source, "upgrade")

    @cached_property
    def downgrade(self) -> list[Operation]:
        """What downgrade() does."""
        return operations(self.source, "downgrade")

    @cached_property
    def changes(self) -> list[Change]:
        """What upgrade() changes."""
        return [change for operation in self.upgrade for change in changes(operation)]

    @cached_property
    def created(self) -> set[str]:
        """The tables that upgrade() makes."""
        return {change.table for change in self.changes if change.creates and change.table}


def history(project: Project, sources: Sources) -> list[Revision]:
    """Read the revisions, parents before children, branches in the order of their files' names.

    No script is executed, unless one does not say as plain text what it is. Raises ProjectError.
    """
    scripts = project.scripts()
    with explained(sources.folder):
        files = sorted({path.resolve() for path in _files(scripts)})
    read = [_read(sources[path]) for path in files]
    if None in read:
        read = _executed(project, sources)
    by_id = {one.id: one for one in read if one is not None}
    return [by_id[name] for name in _ordered(by_id, sources.folder)]


def heads(revisions: list[Revision]) -> list[Revision]:
    """Give the revisions that no other names as its parent, in the order of the history."""
    followed = {parent for one in revisions for parent in one.parents}
    return [one for one in revisions if one.id not in followed]


def _files(scripts: ScriptDirectory) -> list[Path]:
    return [
        path
        for place in scripts._version_locations
        if place.exists()
        for path in Script._list_py_dir(scripts, place)
        if path.suffix == ".py" and not path.name.startswith(("__init__", ".#"))
    ]


def _read(source: Source) -> Revision | None:
    """Read a script whose identifiers are written as they are; None for any other."""
    found = {}
    for name, value in bindings(source.tree.body):
        if name in IDENTIFIERS:
            try:
                found[name] = ast.literal_eval(value)
            except ValueError:
                return None
    if not isinstance(found.get("revision"), str) or "down_revision" not in found:
        return None
    others = (to_tuple(found.get(name), default=()) for name in IDENTIFIERS[1:])
    return Revision(source, found["revision"], *others)


def _executed(project: Project, sources: Sources) -> list[Revision]:
    return [
        Revision(
            sources[Path(script.path).resolve()],
            script.revision,
            to_tuple(script.down_revision, default=()),
            to_tuple(script.dependencies, default=()),
            tuple(sorted(script._orig_branch_labels)),
        )
        for script in project.revisions()
    ]


def _ordered(by_id: dict[str, Revision], folder: Path) -> list[str]:
    before = {}
    for one in by_id.values():
        for parent in one.parents:
            if parent not in by_id:
                raise ProjectError("missing_parent", revision=parent)
        known = [name for name in one.depends_on if name in by_id]
        before[one.id] = (*one.parents, *known)
    names = []
    with explained(folder):
        sorter = graphlib.TopologicalSorter(before)
        sorter.prepare()
        while sorter.is_active():
            ready = sorted(sorter.get_ready(), key=lambda name: by_id[name].source.name)
            names += ready
            sorter.done(*ready)
    return names
