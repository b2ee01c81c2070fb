"""The revision scripts of a project, oldest first, read from their text."""

import ast
import graphlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from alembic.script import ScriptDirectory

from course.project.errors import ProjectError, explained
from course.project.revision import Revision
from course.review.text.effects import Effect, effects
from course.review.text.literals import Literals, NotLiteralError
from course.review.text.operations import Operation, operations
from course.review.text.python_files import python_files
from course.review.text.source import Source, Sources, bindings

HOLDS_DOWN_REVISION = re.compile(rb"^down_revision\s*(?::[^=\n]*)?=", re.MULTILINE)


@dataclass(frozen=True)
class RevisionText(Revision):
    """A revision with the file that it is written in."""

    source: Source = field(kw_only=True)

    @property
    def line(self) -> int:
        """The line that says the revision's id."""
        for statement in self.source.tree.body:
            if "revision" in dict(bindings([statement])):
                return statement.lineno
        return 1

    def line_of(self, function: str) -> int:
        """Give the line of upgrade() or downgrade(); that of the id where there is no such one."""
        written = self.source.functions.get(function)
        return written.lineno if written else self.line

    @cached_property
    def upgrade(self) -> list[Operation]:
        """The operations of upgrade()."""
        return operations(self.source, "upgrade")

    @cached_property
    def downgrade(self) -> list[Operation]:
        """The operations of downgrade()."""
        return operations(self.source, "downgrade")

    @cached_property
    def effects(self) -> list[Effect]:
        """What upgrade() changes: schema and data."""
        return [effect for operation in self.upgrade for effect in effects(operation)]

    @cached_property
    def created(self) -> set[str]:
        """The tables that upgrade() makes."""
        return {effect.table for effect in self.effects if effect.creates and effect.table}


@dataclass(frozen=True)
class History:
    """The revisions of a project, and an error for each file that was not read; `files` are all.

    Parents come before children; of branches, the file whose name sorts first comes first.
    """

    revisions: list[RevisionText]
    not_read: list[ProjectError]
    files: frozenset[Path]


class NotReadError(ProjectError):
    """A revision file that the review cannot read; `values` name the file."""


def read_history(scripts: ScriptDirectory, sources: Sources) -> History:
    """Read the revision files that Alembic would load; none of them runs.

    A file that does not say as plain text which revision it is counts as not read. Raises
    ProjectError for a syntax error, for a parent that no file has, and for a circle of parents.
    """
    by_id: dict[str, RevisionText] = {}
    unread: list[ProjectError] = []
    with explained(sources.folder):
        paths = _revision_files(scripts)
    for path in paths:
        try:
            revision = _read(path, sources)
            _refuse_twin(revision, by_id.get(revision.id))
        except NotReadError as reason:
            unread.append(reason)
        else:
            by_id[revision.id] = revision
    order = _ordered(by_id, sources.folder, is_complete=not unread)
    return History([by_id[name] for name in order], unread, frozenset(paths))


def not_loaded(scripts: ScriptDirectory, history: History, sources: Sources) -> list[str]:
    """Name the files near the revisions that look like revisions and that Alembic does not load."""
    roots = {Path(scripts.dir).resolve(), *(path.resolve() for path in _version_folders(scripts))}
    nearby = {path for root in roots for path in python_files(root)} - history.files
    others = sorted({path.resolve() for path in nearby} - history.files)
    files = [sources[path] for path in others]
    return [source.name for source in files if HOLDS_DOWN_REVISION.search(source.content)]


def _version_folders(scripts: ScriptDirectory) -> list[Path]:
    places = scripts.version_locations or []
    return [Path(place) for place in places] or [Path(scripts.dir, "versions")]


def _revision_files(scripts: ScriptDirectory) -> list[Path]:
    """Give the files that Alembic loads as revisions, each once, links resolved and sorted.

    Raises OSError for a folder that cannot be read.
    """
    files: set[Path] = set()
    for place in filter(Path.exists, _version_folders(scripts)):
        for parent, folders, names in os.walk(place, onerror=_stop):
            if not scripts.recursive_version_locations:
                folders.clear()
            elif "__pycache__" in folders:
                folders.remove("__pycache__")
            files |= {_resolved(Path(parent, name)) for name in names if _is_revision_name(name)}
    return sorted(files)


def _stop(error: OSError) -> None:
    raise error


def _is_revision_name(name: str) -> bool:
    return name.endswith(".py") and not name.startswith(("__init__", ".#"))


def _resolved(path: Path) -> Path:
    """Follow links; a link that leads nowhere or to itself stays as it is."""
    return path.resolve() if path.is_file() else path.absolute()


def _read(path: Path, sources: Sources) -> RevisionText:
    """Read a revision file. Raises NotReadError, and ProjectError for a syntax error."""
    source = sources[path]
    if not path.is_file():
        raise NotReadError("no_file", file=source.name)
    literals = Literals(source.tree)
    for name in ("revision", "down_revision"):
        if not literals.has(name):
            raise NotReadError("no_identifier", file=source.name, name=name)
    ids = _names(literals, "revision", source)
    if len(ids) != 1:
        raise NotReadError("computed_identifier", file=source.name, line=1, name="revision")
    return RevisionText(
        id=ids[0],
        message=_message(source),
        parents=_names(literals, "down_revision", source),
        depends_on=_names(literals, "depends_on", source),
        labels=_names(literals, "branch_labels", source),
        source=source,
    )


def _names(literals: Literals, identifier: str, source: Source) -> tuple[str, ...]:
    """Give the names that an identifier is bound to: none, one, or several."""
    if not literals.has(identifier):
        return ()
    try:
        value = literals.value(identifier)
    except NotLiteralError as error:
        place = {"file": source.name, "line": error.line}
        raise NotReadError("computed_identifier", name=identifier, **place) from None
    names = value if isinstance(value, tuple) else () if value is None else (value,)
    texts = tuple(name for name in names if isinstance(name, str))
    if len(texts) != len(names):
        raise NotReadError("computed_identifier", file=source.name, line=1, name=identifier)
    return texts


def _refuse_twin(revision: RevisionText, twin: RevisionText | None) -> None:
    if twin is not None:
        files = {"file": revision.source.name, "other": twin.source.name}
        raise NotReadError("same_revision", revision=revision.id, **files)


def _message(source: Source) -> str:
    """Give the first paragraph of the docstring, empty where there is no message."""
    docstring = ast.get_docstring(source.tree, clean=False) or ""
    message = docstring.split("\n\n")[0].strip()
    return "" if message.startswith("Revision ID:") else message


def _ordered(by_id: Mapping[str, RevisionText], folder: Path, is_complete: bool) -> list[str]:
    before = {}
    for revision in by_id.values():
        unknown = [parent for parent in revision.parents if parent not in by_id]
        if unknown and is_complete:
            raise ProjectError("missing_parent", revision=unknown[0])
        above = (*revision.parents, *revision.depends_on)
        before[revision.id] = [name for name in above if name in by_id]
    names: list[str] = []
    with explained(folder):
        sorter = graphlib.TopologicalSorter(before)
        sorter.prepare()
        while sorter.is_active():
            ready = sorted(sorter.get_ready(), key=lambda name: by_id[name].source.name)
            names += ready
            sorter.done(*ready)
    return names
