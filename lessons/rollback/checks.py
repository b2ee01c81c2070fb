"""Checks of lesson `rollback`."""

import sqlite3
from pathlib import Path

from alembic.script import Script

from course.lesson.verdict import Verdict, not_started, not_yet, passed
from course.project.database.database import Database
from course.project.errors import ProjectError
from course.project.project import Project, parents
from course.project.trial import copy_with_rows, trial

DUMP = Path(__file__).with_name("start") / "shop.db.sql"
BEFORE_MOVE = "a5b8ce6472ef"
MOVE = "9afd9b050e36"
PHONES = [(1, "010-1234-5678"), (2, "010-8765-4321"), (3, None)]


def keep_phones(project: Project) -> Verdict:
    """The revision after BEFORE_MOVE goes up, down and up again, and every phone is kept."""
    moving = revision_after(project, BEFORE_MOVE).revision
    there_and_back = (f"upgrade {moving}", f"downgrade {BEFORE_MOVE}", f"upgrade {moving}")
    own = copy_with_rows(project, DUMP.read_text(encoding="utf-8"), add_phones)
    with own as prepared, trial(prepared, *there_and_back) as steps:
        if steps[0].error:
            raise ProjectError("alembic", said=steps[0].error)
        if not moved(steps[0].database):
            return not_yet("not_moved")
        if steps[1].error:
            return not_yet("stops", command=steps[1].command, said=steps[1].error)
        down = steps[1].database
        if "phone" not in down.columns("users"):
            return not_started() if moved(down) else not_yet("phones_lost")
        found = down.rows("SELECT id, phone FROM users ORDER BY id")
        if found != PHONES:
            lost = not any(phone for _, phone in found)
            return not_yet("phones_lost" if lost else "phones_mixed")
        if steps[2].error:
            return not_yet("stops", command=steps[2].command, said=steps[2].error)
        return passed() if moved(steps[2].database) else not_yet("not_moved")


def repair_half_applied(project: Project) -> Verdict:
    """Database and empty copy both end at the head with the table, its index, and the rows kept."""
    database, heads = project.database(), project.heads()
    with trial(project, "forget", "upgrade head") as steps:
        error, copy = steps[-1].error, steps[-1].database
        if error and "profiles" not in copy.tables():
            raise ProjectError("alembic", said=error)
        mended = not error and indexed(copy)
    if database.count("users") < 2 or database.count("products") < 2:
        return not_yet("rows_lost")
    if indexed(database) and not mended:
        return not_yet("script_wrong")
    if database.versions() == heads:
        return passed() if indexed(database) else not_yet("index_missing")
    if mended:
        return not_yet("not_applied")
    return not_started() if "inventories" in database.tables() else not_yet("script_wrong")


def revision_after(project: Project, revision: str) -> Script:
    """Give the revision that follows another. Raises ProjectError without one."""
    for script in project.revisions():
        if parents(script) == (revision,):
            return script
    raise ProjectError("alembic", said=f"Can't locate revision identified by '{MOVE}'")


def add_phones(connection: sqlite3.Connection) -> None:
    """Make the database of the start one with PHONES."""
    connection.execute("INSERT INTO users VALUES (3, 'Sora', 'sora@example.com', NULL)")
    filled = [(phone, user) for user, phone in PHONES]
    connection.executemany("UPDATE users SET phone = ? WHERE id = ?", filled)


def moved(database: Database) -> bool:
    """Tell whether the phones are in profiles and the column is gone from users."""
    if "phone" in database.columns("users") or "phone" not in database.columns("profiles"):
        return False
    filled = [pair for pair in PHONES if pair[1]]
    query = "SELECT user_id, phone FROM profiles WHERE phone IS NOT NULL ORDER BY user_id"
    return database.rows(query) == filled


def indexed(database: Database) -> bool:
    """Tell whether inventories has an index that starts with quantity."""
    found = database.indexes("inventories").values()
    return any(index["column_names"][0] == "quantity" for index in found)
