"""A project as it is and as it was when an exercise began, side by side."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from course.lesson.begun import Begun
from course.project.database.database import Database
from course.project.database.difference import schema_differences
from course.project.database.lost import changed_tables
from course.project.database.schema import Schema
from course.project.errors import ProjectError, relative
from course.project.files import SOURCES, walk
from course.project.orders import Difference
from course.project.project import Project
from course.project.revision import BASE, Revision, with_ancestors
from course.project.revision_files import FileReader, RevisionFiles
from course.project.trial import trial


class ThenAndNow:
    """What the questions of `course.lesson.always` look at; each thing is read once."""

    def __init__(self, project: Project, begun: Begun) -> None:
        """Take the project, and the one in which the exercise began."""
        self.project = project
        self.begun = begun

    @cached_property
    def database(self) -> Database | None:
        """The learner's database; None where there is none to look at."""
        try:
            database = self.project.database()
        except ProjectError:
            return None
        return database if database.exists() else None

    @cached_property
    def database_then(self) -> Database:
        """The same database when the exercise began; one without a file where it is not known."""
        folder = self.begun.project.folder
        if self.database is None:
            return Database(folder / "not-known", folder)
        return self.begun.database(self.database)

    @cached_property
    def files(self) -> RevisionFiles:
        """The revision files as they are written."""
        return _files(self.project)

    @cached_property
    def files_then(self) -> RevisionFiles:
        """The revision files when the exercise began."""
        return _files(self.begun.project)

    def new_faults(self) -> list[ProjectError]:
        """Give what is wrong in the revision files, and was not when the exercise began."""
        before = [fault.values for fault in self.files_then.faults]
        return [fault for fault in self.files.faults if fault.values not in before]

    @cached_property
    def applied_then(self) -> set[str]:
        """The revisions that the database had applied when the exercise began."""
        return with_ancestors(self.files_then.revisions, self.database_then.versions())

    @property
    def goals(self) -> tuple[str, ...]:
        """The revisions at which the database was when the exercise began."""
        return self.database_then.versions() or (BASE,)

    @cached_property
    def made_then(self) -> Schema | None:
        """What the revisions of then made of an empty database; None where they could not.

        It tells which differences were there already, and costs a trial.
        """
        versions = self.database_then.versions()
        if not versions:
            return Schema()
        try:
            commands = ("forget", *(f"upgrade {version}" for version in versions))
            with trial(self.begun.project, *commands) as steps:
                return None if steps[-1].error else steps[-1].database.schema
        except ProjectError:
            return None

    @property
    def differing_then(self) -> tuple[Difference, ...]:
        """How the database differed from its revisions when the exercise began."""
        made = self.made_then
        return () if made is None else schema_differences(made, self.database_then.schema)

    def is_at_heads(self) -> bool:
        """Tell whether the database is at all heads, of which there is one at least."""
        if self.database is None or not self.database.has_version_table():
            return False
        heads = self.project.heads()
        return bool(heads) and set(self.database.versions()) == set(heads)

    def has_new_revisions(self) -> bool:
        """Tell whether a revision that is new, or says something else, was applied since."""
        if self.database is None or not self.database_then.exists():
            return False
        now = self.files.revisions
        if not set(self.database_then.versions()) <= {revision.id for revision in now}:
            return False
        applied = with_ancestors(now, self.database.versions()) - self.applied_then
        said_then = {revision.id: _bytes(revision) for revision in self.files_then.revisions}
        return any(
            said_then.get(revision.id) != _bytes(revision)
            for revision in now
            if revision.id in applied
        )

    def goes_back_whole(self) -> bool:
        """Tell whether a downgrade to `goals` takes all that was applied since.

        What came from another branch and was merged stays.
        """
        then = {*self.database_then.versions()}
        if self.database is None or not then:
            return True
        now = self.files.revisions
        new = with_ancestors(now, self.database.versions()) - self.applied_then
        return all(with_ancestors(now, [revision]) & then for revision in new)

    def changed_sources(self) -> list[str]:
        """Name the files that came, went or changed, of those that a project follows from."""
        then, now = _sources(self.begun.project.folder), _sources(self.project.folder)
        names = sorted(then.keys() | now.keys())
        return [name for name in names if then.get(name) != now.get(name)]

    def other_python_changed(self) -> bool:
        """Tell whether a file of Python's changed that is no revision file."""
        revisions = {
            relative(revision.file, project.folder)
            for project, files in (
                (self.project, self.files),
                (self.begun.project, self.files_then),
            )
            for revision in files.revisions
            if revision.file is not None
        }
        return any(
            name.endswith(".py") and name not in revisions for name in self.changed_sources()
        )

    def changed_in_database(self) -> Iterator[str]:
        """Name the tables that changed, alembic_version among them; of a new database, its file."""
        now, then = self.database, self.database_then
        if now is None:
            return
        if not then.exists():
            if now.schema.tables or now.versions():
                yield now.name
            return
        if then.versions() != now.versions():
            yield "alembic_version"
        differing = schema_differences(then.schema, now.schema)
        yield from sorted({one.table for one in differing} | {*changed_tables(then, now)})


def _files(project: Project) -> RevisionFiles:
    """Read the revision files; none where there are no scripts."""
    try:
        return FileReader().read(project)
    except ProjectError:
        return RevisionFiles((), ())


def _bytes(revision: Revision) -> bytes | None:
    return revision.file.read_bytes() if revision.file is not None else None


def _sources(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for parent, _, names in walk(folder)
        for path in (parent / name for name in names)
        if path.name.endswith(SOURCES)
    }
