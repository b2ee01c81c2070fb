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

from course.notebook.database import Database
from course.notebook.graph import RevisionNode
from course.notebook.unreadable import Unreadable, reading, relative


class Project:
    """An Alembic project in a folder. Everything is read anew at each call and never written.

    Every method raises Unreadable, in words for the learner, when the files or the database do
    not let themselves be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def at(self, name: str) -> "Project":
        """Give the project in a folder below this one."""
        return Project(self.folder / name)

    def has_settings(self) -> bool:
        """Tell whether there is an alembic.ini."""
        return (self.folder / "alembic.ini").is_file()

    def config(self) -> Config:
        """Read alembic.ini, with paths as they are from the project's folder."""
        if not self.folder.is_dir():
            raise Unreadable("no_folder", folder=self.folder.name)
        if not self.has_settings():
            raise Unreadable("no_settings", folder=self.folder.name)
        with reading(self.folder):
            config = Config(self.folder / "alembic.ini")
            config.get_main_option("script_location")
        return config

    def url(self) -> sa.URL:
        """Give the database URL of alembic.ini."""
        with reading(self.folder):
            value = self.config().get_main_option("sqlalchemy.url")
            if not value:
                raise Unreadable("no_url")
            return sa.make_url(value)

    def database(self) -> Database:
        """Give the database that the URL names; a relative file is one in the project's folder."""
        url = self.url()
        if url.get_backend_name() != "sqlite":
            raise Unreadable("other_server", dialect=url.get_backend_name())
        return Database(self.folder / (url.database or ":memory:"), self.folder)

    def scripts(self) -> ScriptDirectory:
        """Open the script directory that alembic.ini names."""
        config = self.config()
        with reading(self.folder):
            location = config.get_main_option("script_location") or ""
            place = self.folder / location
            if not place.is_dir():
                raise Unreadable("no_scripts", folder=relative(place, self.folder))
            config.set_main_option("script_location", str(place).replace("%", "%%"))
            config.set_main_option("prepend_sys_path", "")
            return ScriptDirectory.from_config(config)

    def import_path(self) -> list[str]:
        """Give the folders that alembic.ini puts on Python's import path, absolute."""
        with reading(self.folder):
            places = self.config().get_prepend_sys_paths_list() or []
        return [str(self.folder / place) for place in places]

    def revisions(self) -> list[Script]:
        """Load the revision scripts, newest first.

        A script whose parent has no file is there too: Alembic itself stops at the gap, so the
        scripts are then put in order by the parents that they name.
        """
        with reading(self.folder), _nothing_left_behind(self.folder, self.import_path()):
            try:
                return list(self.scripts().walk_revisions())
            except KeyError:
                scripts = {one.revision: one for one in self.scripts()._load_revisions()}
                order = graphlib.TopologicalSorter(
                    {name: parents(scripts[name]) for name in scripts}
                )
                return [scripts[name] for name in order.static_order() if name in scripts][::-1]

    def nodes(self) -> list[RevisionNode]:
        """Give the revisions as the graph draws them, newest first."""
        return [
            RevisionNode(
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
def _nothing_left_behind(folder: Path, places: list[str]) -> Iterator[None]:
    """Load scripts with the places on the import path and no warnings shown; then forget both.

    A module of the learner's that stayed would be stale after the next change.
    """
    before = set(sys.modules)
    path = list(sys.path)
    sys.path[:0] = places
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
