"""A project as the rules see it: each part is read when a rule first asks for it."""

from functools import cached_property
from pathlib import Path

from course.project.errors import ProjectError
from course.project.project import Project
from course.review.text.imports import Modules
from course.review.text.naming import named_kinds
from course.review.text.revisions import History, RevisionText, not_loaded, read_history
from course.review.text.source import Sources


class ProjectText:
    """The text of a project. No code of it runs, and every part may raise ProjectError."""

    def __init__(self, project: Project) -> None:
        self.project = Project(project.folder.resolve(), project.settings.name)
        self.folder = self.project.folder
        self.sources = Sources(self.folder)

    @cached_property
    def history(self) -> History:
        """The revision files."""
        return read_history(self.project.scripts(), self.sources)

    @property
    def revisions(self) -> list[RevisionText]:
        """The revisions that could be read, oldest first."""
        return self.history.revisions

    @cached_property
    def by_id(self) -> dict[str, RevisionText]:
        """The revisions that could be read, by their ids."""
        return {revision.id: revision for revision in self.revisions}

    @property
    def not_read(self) -> list[ProjectError]:
        """Why revision files could not be read, an error a file."""
        return self.history.not_read

    @cached_property
    def not_loaded(self) -> list[str]:
        """The files that look like revisions and that Alembic does not load."""
        return not_loaded(self.project.scripts(), self.history, self.sources)

    @cached_property
    def scripts_folder(self) -> Path:
        """The folder of env.py."""
        return Path(self.project.scripts().dir).resolve()

    @cached_property
    def modules(self) -> Modules:
        """The project's Python files."""
        return Modules(self.sources, self.project.import_path(), self.scripts_folder)

    @cached_property
    def named_kinds(self) -> frozenset[str]:
        """The kinds of constraint that the naming convention names."""
        return named_kinds(self.modules)
