"""Troubles of a project that a picture does not show by itself, in words for the learner."""

import sqlite3
from contextlib import closing

from course.project.errors import ProjectError
from course.project.project import Project


def troubles(project: Project) -> list[ProjectError]:
    """Name what will stand in the way of the learner's next command.

    That is a lock that another connection holds, a version table that lost its row, and a
    version that no script has.
    """
    try:
        database = project.database()
        if not database.exists():
            return []
        versions, tables = database.versions(), database.tables()
        known = {script.revision for script in project.revisions()}
        emptied = database.has_version_table() and not versions and bool(tables and known)
    except ProjectError:
        return []
    found = []
    if write_locked(database.path):
        found.append(ProjectError("write_locked"))
    if emptied:
        found.append(ProjectError("emptied", tables=", ".join(tables)))
    found += [ProjectError("unknown_version", version=one) for one in versions if one not in known]
    return found


def write_locked(path) -> bool:
    """Tell whether another connection holds SQLite's lock for writing."""
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            return "locked" in str(error)
        connection.execute("ROLLBACK")
        return False
