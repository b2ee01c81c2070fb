"""Checks of lesson `rollback`."""

from pathlib import Path

from course.checks import (
    Database,
    Project,
    ProjectError,
    Verdict,
    not_started,
    not_yet,
    passed,
    start_sql,
    trial,
)

BEFORE_MOVE = "a5b8ce6472ef"
PHONES = [(1, "010-1234-5678"), (2, "010-8765-4321"), (3, None)]
WITH_PHONES = """
INSERT INTO users VALUES (3, 'Sora', 'sora@example.com', NULL);
UPDATE users SET phone = '010-1234-5678' WHERE id = 1;
UPDATE users SET phone = '010-8765-4321' WHERE id = 2;
UPDATE users SET phone = NULL WHERE id = 3;
"""
"""Makes the start's users those of PHONES."""


def keep_phones(project: Project) -> Verdict:
    """The revision after BEFORE_MOVE goes up, down and up again, and every phone is kept."""
    moving = project.after(BEFORE_MOVE).id
    there_and_back = (f"upgrade {moving}", f"downgrade {BEFORE_MOVE}", f"upgrade {moving}")
    own = start_sql(Path(__file__).parent) + WITH_PHONES
    with trial(project, *there_and_back, database=own) as steps:
        if not moved(steps[0].went_well()):
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
    return any(index.columns[0] == "quantity" for index in found)
