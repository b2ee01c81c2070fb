"""Checks of lesson `safe_downgrade`."""

from pathlib import Path

from course.checks import (
    Database,
    Project,
    Verdict,
    not_started,
    not_yet,
    passed,
    start_sql,
    trial,
)

BEFORE_RETIRE = "14c87f74570e"
PHONES = [(1, "010-1234-5678"), (3, "010-8765-4321")]
BEFORE_MERGE = "99f0001befb1"
STATUSES = ["new", "paid", "pending"]
MERGED = ["open", "open", "paid"]
FEWEST_WORDS = 3
NO_REASON = ("NameError", "AttributeError", "TypeError", "OperationalError", "ImportError")


def keep_what_is_dropped(project: Project) -> Verdict:
    """A copy of the database retires users.phone, gets it back with its values, and again."""
    there_and_back = ("upgrade head", f"downgrade {BEFORE_RETIRE}", "upgrade head")
    with trial(project, *there_and_back) as steps:
        for step in steps[:2]:
            if step.error:
                return not_yet("stops", command=step.command, said=step.error)
        up, down = steps[0].database, steps[1].database
        if "phone" in up.columns("users"):
            return not_started()
        found = phones(down)
        if found != PHONES:
            return not_yet("values_lost", count=len(found))
        if steps[2].error:
            return not_yet("left_behind", said=steps[2].error)
    return passed() if project.database().versions() == project.heads() else not_yet("not_applied")


def say_irreversible(project: Project) -> Verdict:
    """A copy with each status goes up, and the way down stops with a sentence and no change."""
    up_and_down = ("upgrade head", f"downgrade {BEFORE_MERGE}")
    with trial(project, *up_and_down, database=start_sql(Path(__file__).parent)) as steps:
        if steps[0].error:
            return not_yet("upgrade_changed", said=steps[0].error)
        up, down = steps[0].database, steps[1]
        merged = statuses(up)
        if merged != MERGED:
            said = ", ".join(merged)
            return not_yet("upgrade_changed", said=said) if down.error else not_started()
        found, columns = statuses(down.database), list(down.database.columns("orders"))
        if found == STATUSES:
            return not_yet("too_late")
        if found != MERGED or columns != list(up.columns("orders")):
            return not_yet("changes", found=", ".join(found), columns=", ".join(columns))
        if down.error is None:
            return not_started()
        kind, _, reason = down.error.partition(": ")
        if kind in NO_REASON or len(reason.split()) < FEWEST_WORDS:
            return not_yet("no_reason", said=down.error)
        return passed()


def phones(database: Database) -> list[tuple[int, str]]:
    """Give the users who have a phone number; [] without the column."""
    if "phone" not in database.columns("users"):
        return []
    return database.rows("SELECT id, phone FROM users WHERE phone IS NOT NULL ORDER BY id")


def statuses(database: Database) -> list[str]:
    """Give the status of every order, sorted."""
    return [status for (status,) in database.rows("SELECT status FROM orders ORDER BY status")]
