"""Checks of lesson `summary`."""

from pathlib import Path

import sqlalchemy as sa

from course.checks import (
    Database,
    Project,
    ProjectError,
    Step,
    Verdict,
    asked,
    except_for,
    not_started,
    not_yet,
    passed,
    start_sql,
    trial,
)

SHOP_HEAD = "f6a2b7416f97"
PRODUCTS = """
INSERT INTO products VALUES (7, 'Kim''s 100%', 0, NULL);
INSERT INTO products VALUES (1200, 'Cup', 900, NULL);
"""
"""Further products, so that no list of ids passes."""

METADATA = sa.MetaData()
SUPPLIERS = sa.Table(
    "suppliers",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(50), nullable=False),
    sa.Column("code", sa.String(10), nullable=False),
    sa.UniqueConstraint("code", name="uq_suppliers_code"),
)
DELIVERIES = sa.Table(
    "deliveries",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("supplier_id", sa.ForeignKey("suppliers.id"), nullable=False),
    sa.Column("boxes", sa.Integer, nullable=False),
    sa.Column("status", sa.String(10), server_default="new", nullable=False),
    sa.CheckConstraint("status IN ('new', 'done')", name="ck_deliveries_status"),
    sa.Index("ix_deliveries_supplier_id", "supplier_id"),
)
LATER = sa.MetaData()
SUPPLIERS_LATER = SUPPLIERS.to_metadata(LATER)
DELIVERIES_LATER = DELIVERIES.to_metadata(LATER)
DELIVERIES_LATER.append_column(sa.Column("note", sa.String(200)))
sa.Index("ix_deliveries_status", DELIVERIES_LATER.c.status)

AHEAD = {("+", "deliveries", "note"), ("+", "deliveries", "ix_deliveries_status")}
"""What the models have more than legacy.db."""
CHECK_NAME = "ck_deliveries_status"
VIEW = "open_boxes"
USE = """
import sqlite3
database = sqlite3.connect("legacy.db")
database.execute("INSERT INTO suppliers VALUES (5, 'O''Neil', '100%'), (9, 'Nara', 'N')")
into = "INSERT INTO deliveries (id, supplier_id, boxes, status) VALUES (?, ?, ?, ?)"
rows = [(10, 5, 1, "new"), (11, 5, 2, "new"), (12, 5, 400, "done"), (13, 9, 7, "done")]
database.executemany(into, rows)
database.execute("INSERT INTO deliveries (id, supplier_id, boxes) VALUES (14, 9, 0)")
for status in ("shipped", "NEW", ""):
    try:
        database.execute(into, (20, 5, 1000, status))
    except sqlite3.IntegrityError:
        continue
    break
database.commit()
database.close()
"""
"""Rows in which CHECK, default and view show; one with id 20 is one that the CHECK let in."""
SEEN = [(5, 3), (9, 0)]
"""What the view says of the rows of USE."""


def fill_sku(project: Project) -> Verdict:
    """A new revision of the shop sets every sku and sets it back, and has run."""
    if project.heads() in ((), (SHOP_HEAD,)):
        return not_started()
    own = start_sql(Path(__file__).parent) + PRODUCTS
    back = f"downgrade {SHOP_HEAD}"
    with trial(project, "upgrade head", back, database=own) as steps:
        if steps[0].error:
            return stopped(project, steps[0])
        if not is_filled(steps[0].database):
            return not_yet("not_filled" if has_sku(steps[0].database) else "fills_nothing")
        if steps[1].error:
            return not_yet("stops_back", said=steps[1].error)
        if has_sku(steps[1].database):
            return not_yet("back_keeps")
    database = project.database()
    if database.versions() != project.heads():
        return not_yet("not_applied")
    return passed() if is_filled(database) else not_yet("not_run")


def set_up(project: Project) -> Verdict:
    """There is an environment in alembic/, its URL names legacy.db, and it has the models."""
    if not project.has_settings():
        return not_started()
    scripts = Path(project.scripts().dir).resolve()
    if scripts != (project.folder / "alembic").resolve():
        return not_yet("other_folder", folder=scripts.name)
    try:
        database = project.database()
    except ProjectError:
        return not_yet("other_database")
    if database.path.resolve() != (project.folder / "legacy.db").resolve():
        return not_yet("other_database")
    with trial(project, "check") as [check]:
        if not check.compared.metadata:
            return not_yet("no_metadata")
        return passed() if "deliveries" in check.compared.models else not_yet("other_metadata")


def describe(project: Project) -> Verdict:
    """The one revision makes both tables from nothing, and legacy.db knows nothing of it."""
    revisions = project.revisions()
    if not revisions:
        return not_started()
    if project.database().versions():
        return not_yet("recorded")
    with trial(project, "forget", "upgrade head") as steps:
        if steps[1].error:
            return not_yet("difference_only", error=steps[1].error)
        if not {"suppliers", "deliveries"} <= set(steps[1].database.tables()):
            return not_yet("no_tables")
    return passed()


def unstamp(project: Project) -> Verdict:
    """legacy.db has no version, and all else as it was."""
    database = project.database()
    if has_lost_rows(database):
        return not_yet("rows_lost")
    changed = changed_in(database)
    if changed:
        return not_yet("changed", changed=changed)
    if not project.revisions():
        return not_yet("no_file")
    versions = database.versions()
    if versions and versions != project.heads():
        return not_yet("other_version", version=", ".join(versions))
    return not_started() if versions else passed()


@except_for("by_hand", "way_back")
def adopt_legacy(project: Project) -> Verdict:
    """The history makes what legacy.db has, and legacy.db, unchanged, is at its head."""
    database = project.database()
    if database.path.resolve() != (project.folder / "legacy.db").resolve():
        return not_yet("other_database")
    if has_lost_rows(database):
        return not_yet("rows_lost")
    changed = changed_in(database)
    if changed:
        return not_yet("legacy_changed", changed=changed)
    use = ("python", "-c", USE)
    commands = ("forget", "upgrade head", "check", use, "downgrade base", "upgrade head")
    with trial(project, *commands, keep_going=True) as steps:
        made = steps[1]
        if made.error:
            return stopped(project, made)
        if len(ahead_of(made.database)) == 2 and untouched(made.database):
            return not_yet("stamped_only") if database.versions() else not_started()
        problem = not_as_it_is(made.database) or not_in_use(steps[3]) or no_way_back(*steps[4:])
        if problem is None and models_changed(steps[2]):
            problem = not_yet("models_changed")
    if problem:
        return problem
    return passed() if database.versions() == project.heads() else not_yet("not_stamped")


def catch_up(project: Project) -> Verdict:
    """legacy.db has what the models have more, by a revision that ran; old_app.py adds nothing."""
    database = project.database()
    wanted = [SUPPLIERS_LATER, DELIVERIES_LATER]
    lacking = [str(one) for one in asked(database, wanted)]
    at_head = database.versions() == project.heads()
    with trial(project, "forget", "upgrade head", "check") as steps:
        made = steps[1]
        if made.error:
            return first_edited(project) or stopped(project, made)
        models_differ = bool(steps[2].compared.differences)
        unwritten = [str(one) for one in asked(made.database, wanted)]
        nothing_added = len(unwritten) == 2 and not ahead_of(made.database)
    if unwritten:
        if not lacking:
            return not_yet("not_in_history", lacking=", ".join(unwritten))
        if at_head and nothing_added:
            return not_yet("makes_nothing") if len(project.revisions()) > 1 else not_started()
        return not_yet("incomplete", lacking=", ".join(unwritten))
    if lacking:
        return not_yet("stamped_over" if at_head else "not_applied", lacking=", ".join(lacking))
    if not at_head:
        return not_yet("both")
    return not_yet("models_differ") if models_differ else makes_tables(project) or passed()


def first_edited(project: Project) -> Verdict | None:
    """Say that the revision which describes legacy.db makes what it did not have; None if not."""
    first = project.revisions()[-1].id
    with trial(project, "forget", f"upgrade {first}") as steps:
        added = ahead_of(steps[1].database) if steps[1].error is None else []
    return not_yet("first_edited", revision=first, added=", ".join(added)) if added else None


def makes_tables(project: Project) -> Verdict | None:
    """Say that old_app.py stops, or makes tables where there is no database; None otherwise."""
    if not (project.folder / "old_app.py").is_file():
        return None
    with trial(project, "forget", ("python", "old_app.py")) as steps:
        if steps[1].error:
            return not_yet("app_stops", said=steps[1].error)
        tables, versions = steps[1].database.tables(), steps[1].database.versions()
    calls = "create_all" in (project.folder / "old_app.py").read_text(encoding="utf-8")
    return not_yet("makes_tables") if tables and (calls or not versions) else None


def is_filled(database: Database) -> bool:
    """Tell whether each product's sku is P- and its id."""
    return all(sku == f"P-{key}" for key, sku in database.rows("SELECT id, sku FROM products"))


def has_sku(database: Database) -> bool:
    """Tell whether any product has a sku."""
    return bool(database.rows("SELECT id FROM products WHERE sku IS NOT NULL"))


def has_lost_rows(database: Database) -> bool:
    """Tell whether legacy.db has fewer rows than at first."""
    return database.count("suppliers") < 2 or database.count("deliveries") < 3


def changed_in(database: Database) -> str:
    """Say what legacy.db's schema has other than at first; nothing where it is as it was."""
    changed = [str(one) for one in asked(database, [SUPPLIERS, DELIVERIES])]
    changed += ahead_of(database)
    changed += [] if VIEW in database.schema.views else [f"− VIEW {VIEW}"]
    return ", ".join(changed)


def stopped(project: Project, step: Step) -> Verdict:
    """Say that the history stops; of more heads than one, what every check says of them."""
    if len(project.heads()) > 1:
        step.went_well()
    return not_yet("stops", said=step.error)


def ahead_of(database: Database) -> list[str]:
    """Name what the models have and legacy.db had not, where the database has it."""
    note = ["+ deliveries.note"] if "note" in database.columns("deliveries") else []
    index = any(one.columns == ("status",) for one in database.indexes("deliveries").values())
    return [*note, "+ deliveries INDEX (status)"] if index else note


def untouched(made: Database) -> bool:
    """Tell whether the history makes nothing of what autogenerate did not see."""
    status = made.columns("deliveries").get("status")
    table = made.table("deliveries")
    has_any = (status and status.default) or (table and table.checks) or made.schema.views
    return not has_any


def not_as_it_is(made: Database) -> Verdict | None:
    """Say what the history makes other than legacy.db's tables and view; None if nothing."""
    if not {"suppliers", "deliveries"} <= set(made.tables()):
        return not_yet("no_tables")
    ahead = ahead_of(made)
    if ahead:
        return not_yet("ahead", found=", ".join(ahead))
    table = made.table("deliveries")
    names = {check.name for check in table.checks} if table else set()
    if f"ck_deliveries_{CHECK_NAME}" in names:
        return not_yet("named_twice")
    differing = [str(one) for one in asked(made, [SUPPLIERS, DELIVERIES])]
    differing += sorted(f"+ deliveries CHECK {name}" for name in names - {CHECK_NAME})
    differing += [f"+ TABLE {name}" for name in set(made.tables()) - {"suppliers", "deliveries"}]
    if differing:
        return not_yet("differs", differing=", ".join(differing))
    if VIEW not in made.schema.views:
        return not_yet("no_view")
    more = sorted(set(made.schema.views) - {VIEW})
    return not_yet("differs", differing=f"+ VIEW {', '.join(more)}") if more else None


def not_in_use(used: Step) -> Verdict | None:
    """Say where CHECK or view do something else than in legacy.db, by rows; None if nowhere."""
    if used.error:
        return not_yet("refuses", said=used.error)
    if used.database.rows("SELECT id FROM deliveries WHERE id = 20"):
        return not_yet("check_differs")
    try:
        seen = used.database.rows(f"SELECT supplier_id, boxes FROM {VIEW} ORDER BY supplier_id")
    except ProjectError:
        return not_yet("view_differs")
    return not_yet("view_differs") if seen != SEEN else None


def no_way_back(down: Step, again: Step) -> Verdict | None:
    """Say what keeps the first revision from being taken back; None if nothing."""
    if down.error:
        return not_yet("back_stops", said=down.error)
    left = [*down.database.tables(), *down.database.schema.views]
    if left:
        return not_yet("back_leaves_some", names=", ".join(left))
    return not_yet("back_stops", said=again.error) if again.error else None


def models_changed(check: Step) -> bool:
    """Tell whether the models are ahead of legacy.db by something else than at first."""
    found = {(one.sign, one.table, one.name) for one in check.compared.differences}
    return found != AHEAD
