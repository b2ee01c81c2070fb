"""The revision files of a project as they are written, whether Alembic can load them or not.

None of them runs. What Alembic would stop at is a fault, in words for the learner, and what the
other files say is read all the same.
"""

import ast
import graphlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from alembic.script import ScriptDirectory

from course.project.errors import ProjectError, relative
from course.project.project import Project
from course.project.revision import Revision

NAMES = ("revision", "down_revision", "depends_on", "branch_labels")
NEEDED = NAMES[:2]

Stamp = tuple[int, int]
"""When a file was written last, in nanoseconds, and its size."""


@dataclass(frozen=True)
class RevisionFiles:
    """What the files say: a revision for each that can be read, and what is wrong with others."""

    revisions: tuple[Revision, ...]
    faults: tuple[ProjectError, ...]


@dataclass
class FileReader:
    """Reads a project's revision files, and those that have not changed only once."""

    _known: dict[Path, tuple[Stamp, Revision | ProjectError]] = field(default_factory=dict)

    def read(self, project: Project) -> RevisionFiles:
        """Read the files that Alembic would load. Raises ProjectError without a script folder."""
        revisions: dict[str, Revision] = {}
        faults: list[ProjectError] = []
        known = self._known
        self._known = {}
        for path in _files(project.scripts()):
            read = self._read(path, project.folder, known)
            if isinstance(read, ProjectError):
                faults.append(read)
            elif read.id in revisions:
                faults.append(_twins(revisions[read.id], read, project.folder))
            else:
                revisions[read.id] = read
        found = tuple(revisions.values())
        return RevisionFiles(found, (*faults, *_gaps(found), *_circle(found)))

    def _read(
        self,
        path: Path,
        folder: Path,
        known: dict[Path, tuple[Stamp, Revision | ProjectError]],
    ) -> Revision | ProjectError:
        name = relative(path, folder)
        try:
            state = path.stat()
            stamp = (state.st_mtime_ns, state.st_size)
            if path not in known or known[path][0] != stamp:
                known[path] = (stamp, _revision(path, name, path.read_bytes()))
        except OSError:
            return ProjectError("no_file", file=name)
        except ProjectError as fault:
            known[path] = (stamp, fault)
        self._known[path] = known[path]
        return known[path][1]


def _files(scripts: ScriptDirectory) -> list[Path]:
    """Give the files that Alembic loads as revisions, sorted."""
    places = scripts.version_locations or [str(Path(scripts.dir, "versions"))]
    found: set[Path] = set()
    for place in places:
        for parent, folders, names in os.walk(place):
            folders[:] = [name for name in folders if name != "__pycache__"]
            if not scripts.recursive_version_locations:
                folders.clear()
            found |= {Path(parent, name) for name in names if _is_revision_name(name)}
    return sorted(found)


def _is_revision_name(name: str) -> bool:
    return name.endswith(".py") and not name.startswith(("__init__", ".#"))


def _revision(path: Path, name: str, source: bytes) -> Revision:
    """Read one file. Raises ProjectError where it does not say which revision it is."""
    try:
        module = ast.parse(source)
    except SyntaxError as error:
        raise ProjectError("syntax", file=name, line=error.lineno, said=error.msg) from None
    except ValueError as error:
        raise ProjectError("syntax", file=name, line=1, said=str(error)) from None
    written = dict(_bindings(module))
    for needed in NEEDED:
        if needed not in written:
            raise ProjectError("no_identifier", file=name, name=needed)
    values = {key: _names(written[key], key, name) for key in NAMES if key in written}
    if len(values["revision"]) != 1:
        raise ProjectError("no_identifier", file=name, name="revision")
    return Revision(
        id=values["revision"][0],
        message=(ast.get_docstring(module) or "").split("\n\n")[0],
        parents=values["down_revision"],
        depends_on=values.get("depends_on", ()),
        labels=tuple(sorted(values.get("branch_labels", ()))),
        file=path,
    )


def _bindings(module: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Give what the module binds NAMES to, at its top."""
    for statement in module.body:
        if isinstance(statement, ast.Assign):
            targets: Sequence[ast.expr] = statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        else:
            continue
        if statement.value is not None:
            for target in targets:
                if isinstance(target, ast.Name) and target.id in NAMES:
                    yield target.id, statement.value


def _names(value: ast.expr, name: str, file: str) -> tuple[str, ...]:
    """Give the ids or labels that a value names. Raises ProjectError for one to be computed."""
    try:
        said = ast.literal_eval(value)
    except (ValueError, TypeError):
        line = value.lineno
        raise ProjectError("computed_identifier", file=file, line=line, name=name) from None
    if said is None:
        return ()
    return (said,) if isinstance(said, str) else tuple(map(str, said))


def _twins(first: Revision, second: Revision, folder: Path) -> ProjectError:
    names = [relative(revision.file or Path(), folder) for revision in (first, second)]
    return ProjectError("same_revision", file=names[0], other=names[1], revision=first.id)


def _gaps(revisions: Sequence[Revision]) -> Iterator[ProjectError]:
    """Name the parents and the dependencies that no file has."""
    ids = {revision.id for revision in revisions}
    labels = {label for revision in revisions for label in revision.labels}
    for missing in sorted({name for each in revisions for name in each.parents} - ids):
        yield ProjectError("missing_parent", revision=missing)
    needed = {name for each in revisions for name in each.depends_on}
    for missing in sorted(needed - ids - labels):
        yield ProjectError("missing_dependency", revision=missing)


def _circle(revisions: Sequence[Revision]) -> Iterator[ProjectError]:
    """Name a circle of parents, if there is one."""
    order = graphlib.TopologicalSorter({revision.id: revision.parents for revision in revisions})
    try:
        order.prepare()
    except graphlib.CycleError as error:
        yield ProjectError("circle", revisions=" → ".join(error.args[1]))
