"""Checks of lesson `moving`."""

from itertools import takewhile

from course.checks import (
    Database,
    Project,
    ProjectError,
    Table,
    Verdict,
    except_for,
    not_started,
    not_yet,
    passed,
    trial,
)

Tables = dict[str, Table]

CREATES_PRODUCTS = "0422ddacf557"
ADDS_SKU = "946941d04618"
RENAMES_NAME = "a5b8ce6472ef"
MOVES_PHONE = "9afd9b050e36"
HEAD = "f6a2b7416f97"
FIND_STAGE = "dd4108ca5a41"
ADDS_NICKNAME = "99b814ceb357"

PHONES = {1: "010-1234-5678", 2: "010-8765-4321"}
"""Whose phone is whose, in users and in profiles."""
ROWS = {"users": 2, "orders": 3, "products": 2}
"""How many rows there are where repair_stamp begins; one order is not in the backup."""


@except_for("gone")
def go_named(project: Project) -> Verdict:
    """The database is at the revision that adds sku."""
    return arrived(project, HEAD, ADDS_SKU)


@except_for("gone")
def by_partial(project: Project) -> Verdict:
    """The database is at the revision that moves the phones."""
    return arrived(project, ADDS_SKU, MOVES_PHONE)


@except_for("gone")
def reach_revision(project: Project) -> Verdict:
    """The database is, in version and schema, at the revision that creates products."""
    version, tables = position(project.database())
    if tables != made_by(project, version):
        return not_yet("disagree", version=version)
    if version == CREATES_PRODUCTS:
        return passed()
    if version == MOVES_PHONE:
        return not_started()
    return not_yet("too_high" if "products" in tables else "too_low", version=version)


@except_for("gone")
def find_revision(project: Project) -> Verdict:
    """The database is, in version and schema, right before the revision that adds products.sku."""
    version, tables = position(project.database())
    if tables != made_by(project, version):
        return not_yet("disagree", version=version)
    if version == CREATES_PRODUCTS:
        return passed()
    if version == FIND_STAGE:
        return not_started()
    return not_yet("on_it" if version == ADDS_SKU else "elsewhere", version=version)


def stamp_right(project: Project) -> Verdict:
    """The version is the one whose schema is there, which is the head's."""
    version, tables = position(project.database())
    if tables != made_by(project, HEAD):
        return not_yet("schema_changed", version=version)
    if version == HEAD:
        return passed()
    return not_started() if version == ADDS_SKU else not_yet("still_wrong", version=version)


@except_for("gone_columns")
def repair_stamp(project: Project) -> Verdict:
    """Version and schema agree at the head, by the revisions that were there, and rows are kept.

    A database below the head is judged by what `upgrade head` makes of a copy.
    """
    database = project.database()
    version, _ = position(database)
    at_head = database.versions() == project.heads()
    fewer = [table for table, count in ROWS.items() if database.count(table) < count]
    if fewer:
        return not_yet("rows_lost", names=", ".join(f"`{table}`" for table in fewer))
    walk = ("upgrade head", "forget", f"upgrade {RENAMES_NAME}", "upgrade head")
    with trial(project, *walk) as steps:
        if steps[0].error:
            return not_yet("too_low", version=version, said=steps[0].error)
        if len(steps) < len(walk):
            raise ProjectError("alembic", said=steps[-1].error)
        if steps[-1].error:
            return not_yet("by_hand")
        real, broken, wanted = (tables_of(steps[number].database) for number in (0, 2, 3))
        right = real == wanted and phones(steps[0].database) == PHONES
    if right:
        return passed() if at_head else not_yet("not_upgraded", version=version)
    if at_head and real == broken:
        return not_started()
    missing = ", ".join(f"`{name}`" for name in sorted(wanted.keys() - real.keys()))
    return not_yet("too_high", missing=missing) if missing else not_yet("by_hand")


@except_for("gone")
def leave_branch(project: Project) -> Verdict:
    """Database and files are at main's head, without the column and the file of the branch."""
    version, tables = position(project.database())
    has_file = ADDS_NICKNAME in {revision.id for revision in project.revisions()}
    if version == ADDS_NICKNAME:
        return not_yet("not_down") if has_file else not_started()
    if version != HEAD:
        return not_yet("too_far", version=version)
    if "nickname" in project.database().columns("users"):
        return not_yet("column_left")
    if has_file:
        return not_yet("file_left")
    return passed() if tables == made_by(project, HEAD) else not_yet("differs")


def arrived(project: Project, start: str, goal: str) -> Verdict:
    """Tell whether the database went, in version and schema, from one revision to another."""
    version, tables = position(project.database())
    if tables != made_by(project, version):
        return not_yet("disagree", version=version)
    if version == goal:
        return passed()
    if version == start:
        return not_started()
    later = takewhile(lambda revision: revision.id != goal, project.revisions())
    above = version in {revision.id for revision in later}
    return not_yet("above" if above else "below", version=version)


def phones(database: Database) -> dict[int, str]:
    """Give the phone of each user who has one in profiles."""
    found = database.rows("SELECT user_id, phone FROM profiles WHERE phone IS NOT NULL")
    return {int(user): str(phone) for user, phone in found}


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
