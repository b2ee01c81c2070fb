"""What will stand in the way of the learner's next command and no picture shows by itself."""

import sqlite3
from contextlib import closing
from pathlib import Path

from course.project.database.server import ServerDatabase
from course.project.errors import ProjectError
from course.project.project import Project


def obstacles(project: Project) -> list[ProjectError]:
    """Name a lock that another connection holds, an emptied version table, an unknown version."""
    try:
        database = project.database()
        if not database.exists():
            return []
        versions, tables = database.versions(), database.tables()
        known = {revision.id for revision in project.revisions()}
        emptied = database.has_version_table() and not versions and bool(tables and known)
    except ProjectError:
        return []
    found = []
    if not isinstance(database, ServerDatabase) and write_locked(database.path):
        found.append(ProjectError("write_locked"))
    if emptied:
        found.append(ProjectError("emptied", database=database.name, tables=", ".join(tables)))
    unknown = [version for version in versions if version not in known]
    return found + [ProjectError("unknown_version", version=version) for version in unknown]


def write_locked(path: Path) -> bool:
    """Tell whether another connection holds SQLite's lock for writing."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            return "locked" in str(error)
        connection.execute("ROLLBACK")
        return False
