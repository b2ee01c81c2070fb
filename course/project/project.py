"""The learner's project: settings, revision scripts and database, read as Alembic reads them."""

import graphlib
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from alembic.util import to_tuple

from course.project.connection import connected_url
from course.project.database.database import Database
from course.project.errors import ProjectError, explained, relative
from course.project.revision import Revision


class Project:
    """An Alembic project in a folder. Everything is read anew at each call and never written.

    Every method raises ProjectError, in words for the learner, when the files or the database do
    not let themselves be read.
    """

    def __init__(self, folder: Path, settings: str = "alembic.ini") -> None:
        """Take the project's folder, and the name of its settings file there."""
        self.folder = folder
        self.settings = settings

    def at(self, name: str) -> "Project":
        """Give the project in a folder below this one."""
        return Project(self.folder / name)

    def has_settings(self) -> bool:
        """Tell whether there is an alembic.ini, or a pyproject.toml with a `[tool.alembic]`."""
        if (self.folder / self.settings).is_file():
            return True
        with explained(self.folder):
            return bool(self._config().toml_alembic_config)

    def _config(self) -> Config:
        return Config(self.folder / self.settings, toml_file=self.folder / "pyproject.toml")

    def config(self) -> Config:
        """Read alembic.ini and pyproject.toml, as the command line does in the project's folder."""
        if not self.folder.is_dir():
            raise ProjectError("no_folder", folder=self.folder.name)
        if not self.has_settings():
            raise ProjectError("no_settings", folder=self.folder.name)
        with explained(self.folder):
            config = self._config()
            config.get_alembic_option("script_location")
        return config

    def url(self) -> sa.URL:
        """Give the database URL of alembic.ini; where it has none, the one env.py connects to."""
        with explained(self.folder):
            value = self.config().get_alembic_option("sqlalchemy.url")
            return sa.make_url(value) if value else connected_url(self.folder, self.settings)

    def database(self) -> Database:
        """Give the database that the URL names; a relative file is one in the project's folder."""
        url = self.url()
        if url.get_backend_name() != "sqlite":
            raise ProjectError("other_server", dialect=url.get_backend_name())
        return Database(self.folder / (url.database or ":memory:"), self.folder)

    def scripts(self) -> ScriptDirectory:
        """Open the script directory that alembic.ini names."""
        config = self.config()
        with explained(self.folder):
            location = config.get_alembic_option("script_location") or ""
            place = self._place(location)
            if not place.is_dir():
                raise ProjectError("no_scripts", folder=relative(place, self.folder))
            places = config.get_version_locations_list() or []
            return ScriptDirectory(
                place,
                version_locations=[self._place(one) for one in places],
                recursive_version_locations=config.get_alembic_boolean_option(
                    "recursive_version_locations"
                ),
            )

    def _place(self, location: str) -> Path:
        """Give the folder that a location names: a path, or `package:path`."""
        package, colon, below = location.partition(":")
        if colon and not Path(location).is_absolute():
            inside = Path(package.replace(".", "/"), below.replace(":", "/"))
            for place in (*self.import_path(), self.folder):
                if (place / inside).is_dir():
                    return place / inside
        return self.folder / location

    def import_path(self) -> list[Path]:
        """Give the folders that the settings put on Python's import path, absolute."""
        with explained(self.folder):
            places = self.config().get_prepend_sys_paths_list() or []
        return [self.folder / place for place in places]

    def revisions(self) -> list[Script]:
        """Load the revision scripts, newest first.

        A script whose parent has no file is there too: Alembic itself stops at the gap, so the
        scripts are then put in order by the parents that they name.
        """
        with explained(self.folder), _nothing_left_behind(self.folder, self.import_path()):
            try:
                return list(self.scripts().walk_revisions())
            except KeyError:
                scripts = {one.revision: one for one in self.scripts()._load_revisions()}
                order = graphlib.TopologicalSorter(
                    {name: parents(scripts[name]) for name in scripts}
                )
                return [scripts[name] for name in order.static_order() if name in scripts][::-1]

    def nodes(self) -> list[Revision]:
        """Give the revisions as the graph draws them, newest first."""
        return [
            Revision(
                id=script.revision,
                message=script.doc,
                parents=parents(script),
                depends_on=to_tuple(script.dependencies, default=()),
                labels=tuple(sorted(script._orig_branch_labels)),
            )
            for script in self.revisions()
        ]

    def heads(self) -> tuple[str, ...]:
        """Give the ids of the heads, sorted."""
        scripts = self.revisions()
        followed = {parent for script in scripts for parent in parents(script)}
        return tuple(sorted({script.revision for script in scripts} - followed))

    def find(self, message: str) -> list[Script]:
        """Give the revisions whose message contains the words, newest first."""
        return [script for script in self.revisions() if message.lower() in script.doc.lower()]


def parents(script: Script) -> tuple[str, ...]:
    """Give the ids that a script names as its down_revision; () at the base."""
    return to_tuple(script.down_revision, default=())


@contextmanager
def _nothing_left_behind(folder: Path, places: list[Path]) -> Iterator[None]:
    """Load scripts with the places on the import path and no warnings shown; then forget both.

    A module of the learner's that stayed would be stale after the next change.
    """
    before = set(sys.modules)
    path = list(sys.path)
    sys.path[:0] = map(str, places)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.path[:] = path
        for name in set(sys.modules) - before:
            source = getattr(sys.modules[name], "__file__", None)
            if source and Path(source).is_relative_to(folder):
                del sys.modules[name]
