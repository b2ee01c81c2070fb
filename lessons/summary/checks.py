"""Checks of lesson `summary`."""

from collections.abc import Sequence

from course.checks import Database, Project, Step, Verdict, not_started, not_yet, passed, trial

Rows = Sequence[tuple[object, ...]]

SUPPLIERS = [(1, "Hanbit", "A-101"), (2, "Dasan", "B-202")]
DELIVERIES = [(1, 1, 40), (2, 1, 25), (3, 2, 60)]
USERS = [(1, "Minji", "minji@example.com"), (2, "Jun", "jun@example.com")]
ORDERS = [(1, 1, "paid"), (2, 2, "new")]


def adopt_legacy(project: Project) -> Verdict:
    """legacy/ has a history that makes its tables, and legacy.db, rows kept, stands at its head."""
    legacy = project.at("legacy")
    database = legacy.database()
    if not (
        database.path.name == "legacy.db"
        and _kept(database, "suppliers", ("id", "name", "code"), SUPPLIERS)
        and _kept(database, "deliveries", ("id", "supplier_id", "boxes"), DELIVERIES)
    ):
        return not_yet("rows_lost")
    if not legacy.revisions() and not database.has_version_table():
        return not_started()
    with trial(legacy, "check", "forget", "upgrade head", "check") as steps:
        made = _from_nothing(steps)
        tables = made.database.tables() if made else []
        if not {"suppliers", "deliveries"} <= set(tables):
            return not_yet("not_described")
        if steps[0].compared.differences or (made and made.compared.differences):
            return not_yet("differs")
    if database.versions() != legacy.heads():
        return not_yet("not_stamped")
    return passed()


def catch_up(project: Project) -> Verdict:
    """adopted.db has what the models added, by a revision that ran, with its rows kept."""
    adopted = project.at("adopted")
    database = adopted.database()
    if not (
        _kept(database, "users", ("id", "name", "email"), USERS)
        and _kept(database, "orders", ("id", "user_id", "status"), ORDERS)
    ):
        return not_yet("rows_lost")
    with trial(adopted, "check", "forget", "upgrade head", "check") as steps:
        made = _from_nothing(steps)
        history_is_whole = (
            made is not None and not made.compared.differences and not _missing(made.database)
        )
        differences = steps[0].compared.differences
    missing = _missing(database)
    applied = database.versions() == adopted.heads()
    if missing or differences:
        if not applied:
            return not_yet("not_applied")
        if len(adopted.revisions()) > 1 or history_is_whole:
            return not_yet("stamped_over")
        return not_started() if len(missing) == 2 else not_yet("by_hand")
    if not history_is_whole:
        return not_yet("by_hand")
    return passed() if applied else not_yet("not_applied")


def _from_nothing(steps: list[Step]) -> Step | None:
    """Give the last step of a trial that built a database from nothing; None if that failed."""
    return steps[-1] if len(steps) == 4 and not steps[-1].error else None


def _kept(database: Database, table: str, columns: tuple[str, ...], expected: Rows) -> bool:
    """Tell whether the table still has the columns and the expected rows."""
    if not set(columns) <= set(database.columns(table)):
        return False
    return set(expected) <= set(database.rows(f"SELECT {', '.join(columns)} FROM {table}"))


def _missing(database: Database) -> list[str]:
    """Name what the models of adopted/ have and the database lacks."""
    missing = [] if "phone" in database.columns("users") else ["users.phone"]
    found = "ix_orders_status" in database.indexes("orders")
    return missing if found else [*missing, "ix_orders_status"]
