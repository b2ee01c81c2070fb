"""The learner's project: settings, revision scripts and database, read as Alembic reads them."""

import graphlib
import warnings
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError, to_tuple

from course.project.connection import url_of_env
from course.project.database.database import Database
from course.project.database.server import ServerDatabase
from course.project.errors import ProjectError, explained, relative
from course.project.revision import Revision, heads
from course.project.settings import Settings
from course.running.modules import import_path, learners_modules_anew
from course.server.kept import kept


class Project:
    """One look at an Alembic project in a folder. It keeps what it has read, and writes nothing.

    To look again, make another. Every method raises ProjectError, in words for the learner, when
    the files or the database do not let themselves be read.
    """

    def __init__(self, folder: Path, settings: str = "alembic.ini") -> None:
        """Take the project's folder, and the name of its settings file there."""
        self.folder = folder
        self.settings = Settings(folder, settings)

    def at(self, name: str) -> "Project":
        """Give the project in a folder below this one."""
        return Project(self.folder / name)

    def has_settings(self) -> bool:
        """Tell whether there is an alembic.ini, or a pyproject.toml with a `[tool.alembic]`."""
        return self.settings.are_there

    def config(self) -> Config:
        """Give the settings, as the command line reads them in the project's folder."""
        return self.settings.config

    def import_path(self) -> list[Path]:
        """Give the folders that the settings put on Python's import path, absolute."""
        return self.settings.import_path

    def url(self) -> sa.URL:
        """Give the database URL of alembic.ini; where it has none, the one env.py connects to."""
        with explained(self.folder):
            written = self.settings.url
            return sa.make_url(written) if written else self._url_of_env

    @cached_property
    def _url_of_env(self) -> sa.URL:
        return url_of_env(self.folder, self.settings.name)

    def database(self) -> Database:
        """Give the database that the URL names; a relative file is one in the project's folder.

        Of a server, that is a database whose dump the folder has (`course.server.kept`).
        """
        url = self.url()
        dump = kept(self.folder).get(url.database or "")
        if url.get_backend_name() == "postgresql" and dump is not None:
            return self._server_database(dump)
        if url.get_backend_name() != "sqlite":
            raise ProjectError("other_server", dialect=url.get_backend_name())
        return self._database(url.database or ":memory:")

    def _server_database(self, dump: Path) -> Database:
        if self._seen is None or self._seen.path != dump:
            self._seen = ServerDatabase(dump.stem, dump, self.folder)
        return self._seen

    def _database(self, name: str) -> Database:
        if self._seen is None or self._seen.path != self.folder / name:
            self._seen = Database(self.folder / name, self.folder)
        return self._seen

    _seen: Database | None = None

    def scripts(self) -> ScriptDirectory:
        """Open the script directory that alembic.ini names."""
        return self._scripts

    @cached_property
    def _scripts(self) -> ScriptDirectory:
        config = self.config()
        with explained(self.folder):
            location = config.get_alembic_option("script_location")
            if not location:
                # What `ScriptDirectory.from_config` says; an empty place would be the project's.
                raise CommandError("No 'script_location' key found in configuration.")
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

    def revisions(self) -> list[Revision]:
        """Load the revision scripts and give the revisions, newest first.

        One whose parent has no file is there too: Alembic itself stops at the gap, so the
        revisions are then put in order by the parents that they name.
        """
        return self._revisions

    @cached_property
    def _revisions(self) -> list[Revision]:
        scripts = self.scripts()
        with (
            explained(self.folder),
            learners_modules_anew(),
            import_path(self.import_path()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            try:
                return [_revision(script) for script in scripts.walk_revisions()]
            except KeyError:
                # No public name gives the scripts of a history that Alembic cannot walk.
                loaded = scripts._load_revisions()  # noqa: SLF001
                return _in_order([_revision(script) for script in loaded])

    def heads(self) -> tuple[str, ...]:
        """Give the ids of the heads, sorted."""
        return tuple(sorted({revision.id for revision in heads(self.revisions())}))

    def find(self, message: str) -> list[Revision]:
        """Give the revisions whose message contains the words, newest first."""
        words = message.lower()
        return [revision for revision in self.revisions() if words in revision.message.lower()]

    def after(self, parent: str) -> Revision:
        """Give the revision that follows another. Raises ProjectError without one."""
        for revision in self.revisions():
            if revision.parents == (parent,):
                return revision
        raise ProjectError("no_follower", revision=parent)


def _revision(script: Script) -> Revision:
    return Revision(
        id=script.revision,
        message=script.doc,
        parents=to_tuple(script.down_revision, default=()),
        depends_on=to_tuple(script.dependencies, default=()),
        labels=tuple(sorted(script._orig_branch_labels)),  # noqa: SLF001  (its own, not inherited)
        file=Path(script.path),
    )


def _in_order(revisions: list[Revision]) -> list[Revision]:
    """Put revisions whose history has a gap in order, newest first."""
    by_id = {revision.id: revision for revision in revisions}
    order = graphlib.TopologicalSorter(
        {revision.id: revision.parents for revision in by_id.values()}
    )
    return [by_id[name] for name in order.static_order() if name in by_id][::-1]
