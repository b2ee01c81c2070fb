"""A database of a PostgreSQL server: the learner's own, or what a dump of it holds."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa

from course.project.database.database import Database
from course.project.errors import ProjectError
from course.server import copies, dumps, kept
from course.server.cluster import ClusterError


class ServerDatabase(Database):
    """One look at a database of a server. One whose dump is not there is empty.

    In the folder that is live it is the learner's database itself, read and never written; in any
    other it is another one that was made from the dump, on the server of copies.
    """

    def __init__(self, name: str, file: Path, folder: Path) -> None:
        """Take the database's name, the file of its dump, and the project's folder."""
        super().__init__(file, folder)
        self.database = name

    @property
    def name(self) -> str:
        """What the learner calls it."""
        return self.database

    @cached_property
    def engine(self) -> sa.Engine:
        """An engine that waits half a second for a lock and keeps no connection open."""
        is_live = kept.is_live(self.folder)
        with server_explained():
            environment = dict(os.environ) if is_live else copies.environment()
            name = self.database if is_live else copies.holding(self.dump())
        place = {"host": environment["PGHOST"], "port": environment["PGPORT"]}
        url = sa.URL.create(
            "postgresql+psycopg",
            environment["PGUSER"],
            environment["PGPASSWORD"],
            database=name,
            query=place,
        )
        options = {"options": "-c lock_timeout=500ms"}
        return sa.create_engine(url, poolclass=sa.NullPool, connect_args=options)

    def dump(self) -> str:
        """Give the SQL that makes what it holds now. Raises ProjectError."""
        if not kept.is_live(self.folder):
            return self.path.read_text(encoding="utf-8")
        with server_explained():
            return dumps.dump(self.database)


@contextmanager
def server_explained() -> Iterator[None]:
    """Turn what a server refuses into a ProjectError."""
    try:
        yield
    except ClusterError as error:
        raise ProjectError("no_postgresql", said=error.said) from error
    except dumps.DumpError as error:
        raise server_error(error) from error


def server_error(error: dumps.DumpError) -> ProjectError:
    """Give what a learner is told of a database that cannot be read or filled."""
    return ProjectError("locked" if error.is_locked else "database", said=error.said)
