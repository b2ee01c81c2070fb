"""A project as the rules see it: each part is read when a rule first asks for it."""

from functools import cached_property
from pathlib import Path

from course.project.project import Project
from course.review.text.imports import Modules
from course.review.text.naming import named_kinds
from course.review.text.revisions import Revision, history
from course.review.text.source import Sources


class Reading:
    """The text of a project. Every part may raise ProjectError."""

    def __init__(self, project: Project) -> None:
        self.project = Project(project.folder.resolve(), project.settings)
        self.folder = self.project.folder
        self.sources = Sources(self.folder)

    @cached_property
    def revisions(self) -> list[Revision]:
        """The revisions, oldest first."""
        return history(self.project, self.sources)

    @cached_property
    def modules(self) -> Modules:
        """The project's Python files."""
        scripts = Path(self.project.scripts().dir).resolve()
        return Modules(self.sources, self.project.import_path(), scripts)

    @cached_property
    def named_kinds(self) -> frozenset[str]:
        """The kinds of constraint that the naming convention names."""
        return named_kinds(self.modules)
