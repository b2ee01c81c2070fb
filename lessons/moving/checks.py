"""Checks of lesson `moving`."""

from course.checks import (
    Database,
    Project,
    ProjectError,
    Table,
    Verdict,
    not_started,
    not_yet,
    passed,
    trial,
)

Tables = dict[str, Table]

CREATES_PRODUCTS = "0422ddacf557"
ADDS_SKU = "946941d04618"
REACH_STAGE = "9afd9b050e36"
FIND_STAGE = "dd4108ca5a41"
REPAIR_STAGE = "a5b8ce6472ef"


def reach_revision(project: Project) -> Verdict:
    """The database is, in version and schema, at the revision that creates products."""
    version, tables = position(project.database())
    if tables != made_by(project, version):
        return not_yet("stamped", version=version)
    if version == CREATES_PRODUCTS:
        return passed()
    if version == REACH_STAGE:
        return not_started()
    return not_yet("too_high" if "products" in tables else "too_low", version=version)


def find_revision(project: Project) -> Verdict:
    """The database is, in version and schema, right before the revision that adds products.sku."""
    version, tables = position(project.database())
    if tables != made_by(project, version):
        return not_yet("stamped", version=version)
    if version == CREATES_PRODUCTS:
        return passed()
    if version == FIND_STAGE:
        return not_started()
    return not_yet("on_it" if version == ADDS_SKU else "elsewhere", version=version)


def repair_stamp(project: Project) -> Verdict:
    """Version and schema agree at the head, by the revisions that were there, and rows are kept.

    A database below the head is judged by what `upgrade head` makes of a copy.
    """
    database = project.database()
    version, _ = position(database)
    at_head = database.versions() == project.heads()
    walk = ("upgrade head", "forget", f"upgrade {REPAIR_STAGE}", "upgrade head")
    with trial(project, *walk) as steps:
        if steps[0].error:
            return not_yet("too_low", version=version, said=steps[0].error)
        if len(steps) < len(walk):
            raise ProjectError("alembic", said=steps[-1].error)
        if steps[-1].error:
            return not_yet("by_hand")
        real, broken, wanted = (tables_of(steps[number].database) for number in (0, 2, 3))
        right = real == wanted and rows_kept(steps[0].database)
    if right:
        return passed() if at_head else not_yet("not_upgraded", version=version)
    if at_head and real == broken:
        return not_started()
    missing = ", ".join(sorted(wanted.keys() - real.keys()))
    return not_yet("too_high", missing=missing) if missing else not_yet("by_hand")


def rows_kept(database: Database) -> bool:
    """Tell whether the rows of the lesson's start are there, phones included."""
    phones = database.rows("SELECT user_id FROM profiles WHERE phone IS NOT NULL")
    counts = [database.count(table) for table in ("users", "orders", "products")]
    return min(len(phones), *counts) >= 2


def position(database: Database) -> tuple[str, Tables]:
    """Give what alembic_version says ("base" without a row), and the tables that are there."""
    return ", ".join(database.versions()) or "base", tables_of(database)


def made_by(project: Project, version: str) -> Tables:
    """Give the tables that an empty database has after an upgrade to the version.

    Raises ProjectError when the revisions do not lead there.
    """
    if version == "base":
        return {}
    with trial(project, "forget", f"upgrade {version}") as steps:
        return tables_of(steps[-1].went_well())


def tables_of(database: Database) -> Tables:
    """Give the tables by name, with columns, keys and indexes."""
    return {table.name: table for table in database.schema.tables}
