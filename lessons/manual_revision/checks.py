"""Checks of lesson `manual_revision`."""

import re
from collections.abc import Iterable

import sqlalchemy as sa

from course.checks import (
    Database,
    Project,
    Verdict,
    asked,
    except_for,
    not_started,
    not_yet,
    passed,
    trial,
)

MESSAGE = "create users table"
ID = "da3e790c3662"
"""What `alembic revision` makes of that message as the first revision of a lesson's folder."""

IMPORT = re.compile(r"^\s*(from|import)\s+(models|base)\b", re.MULTILINE)
"""A line that imports the models of the folder."""

SHOP = sa.MetaData()
USERS = sa.Table(
    "users",
    SHOP,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(50), nullable=False),
    sa.Column("email", sa.String(100), unique=True, nullable=False),
)
ADDRESSES = sa.Table(
    "addresses",
    SHOP,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False),
    sa.Column("city", sa.String(50), nullable=False),
    sa.Index("ix_addresses_city", "city"),
)
ORDERS = sa.Table(
    "orders",
    SHOP,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Index("ix_orders_user_id", "user_id"),
)
WITH_PHONE = USERS.to_metadata(sa.MetaData())
WITH_PHONE.append_column(sa.Column("phone", sa.String(20)))


def make_revision(project: Project) -> Verdict:
    """One revision is there, not applied, with the message and id that the lesson goes on with."""
    revisions = project.revisions()
    if not revisions:
        return not_started()
    if len(revisions) > 1:
        return not_yet("several", count=len(revisions))
    [made] = revisions
    if made.message != MESSAGE:
        return not_yet("other_message", file=made.file.name if made.file else made.id)
    if made.id != ID:
        return not_yet("other_id", id=made.id)
    return not_yet("applied_early") if project.database().versions() else passed()


def write_users(project: Project) -> Verdict:
    """On a copy, the revision makes users, and its downgrade takes the table away."""
    commands = ("upgrade head", "downgrade base", "forget", "downgrade base")
    with trial(project, *commands, throwaway=True, keep_going=True) as steps:
        if "users" in steps[3].database.tables():
            return not_yet("outside")
        made = steps[0].went_well()
        if "users" not in made.tables():
            return not_started()
        differing = asked(made, [USERS])
        if differing:
            return not_yet("not_as_asked", differing=listed(differing))
        if steps[1].error:
            return not_yet("stops", said=steps[1].error)
        if "users" in steps[1].database.tables():
            return not_yet("stays")
    if project.heads() != (ID,):
        return not_yet("other_id", id=", ".join(project.heads()))
    file = project.revisions()[0].file
    if file and IMPORT.search(file.read_text(encoding="utf-8")):
        return not_yet("imports_models")
    return passed()


def apply(project: Project) -> Verdict:
    """The database has users, and its version is the head."""
    has_users = "users" in project.database().tables()
    if at_head(project):
        return passed() if has_users else not_yet("only_version")
    if has_users and ID in project.database().versions():
        return not_yet("behind")
    return not_yet("only_table") if has_users else not_started()


@except_for("gone")
def step_back(project: Project) -> Verdict:
    """Version and schema are those of base; the file is asked for beside every check."""
    database = project.database()
    has_users, has_version = "users" in database.tables(), bool(database.versions())
    if has_users and has_version:
        return not_started()
    if has_users:
        return not_yet("only_version")
    if has_version:
        return not_yet("only_table")
    return passed() if database.has_version_table() else not_yet("no_version_table")


@except_for("edited_applied")
def add_index(project: Project) -> Verdict:
    """The practice revision makes the index and takes the table away, and was applied that way."""
    if len(project.revisions()) > 2:
        return not_yet("second_revision")
    first, database = oldest(project), project.database()
    has_gone_back = database.versions() == (first,) and "addresses" not in database.tables()
    is_there = "ix_addresses_city" in database.indexes("addresses")
    with trial(project, "upgrade head", f"downgrade {first}", throwaway=True) as steps:
        differing = asked(steps[0].went_well(), [ADDRESSES])
        made = steps[0].database.indexes("addresses")
        if "ix_addresses_city" not in made:
            if made:
                return not_yet("other_name", found=", ".join(made))
            if has_gone_back:
                return not_yet("gone_back")
            return not_yet("only_database") if is_there else not_started()
        if differing:
            return not_yet("not_as_asked", differing=listed(differing))
        if steps[1].error:
            return not_yet("stops", said=steps[1].error)
        if "addresses" in steps[1].database.tables():
            return not_yet("stays")
    if not at_head(project):
        return waiting(project)
    return not_yet("not_run_again") if asked(database, [ADDRESSES]) else passed()


def add_orders(project: Project) -> Verdict:
    """A new revision makes orders with its foreign key and index, takes it away, and is applied."""
    database = project.database()
    is_there = "orders" in database.tables()
    first = oldest(project)
    commands = ("upgrade head", "forget", f"upgrade {first}", "upgrade head", f"downgrade {first}")
    with trial(project, *commands, throwaway=True) as steps:
        head = steps[0].went_well()
        made_before = "orders" in steps[2].went_well().tables()
        back = steps[4]
        if "orders" not in head.tables():
            return not_yet("only_database") if is_there else not_started()
        if made_before:
            return not_started()
        differing = asked(head, [ORDERS])
        if differing:
            return not_yet("not_as_asked", differing=listed(differing))
        if back.error:
            return not_yet("downgrade_fails", said=back.error)
        if "orders" in back.database.tables():
            return not_yet("empty_downgrade")
    if not at_head(project):
        return waiting(project)
    return not_yet("edited_after") if asked(database, [ORDERS]) else passed()


def add_phone(project: Project) -> Verdict:
    """A revision after the applied ones adds phone to users, and is applied."""
    database = project.database()
    first = oldest(project)
    commands = ("upgrade head", "forget", f"upgrade {first}")
    with trial(project, *commands, throwaway=True) as steps:
        head = steps[0].went_well()
        made_before = has_phone(steps[2].went_well())
        if not has_phone(head):
            return not_yet("only_database") if has_phone(database) else not_started()
        if made_before:
            return not_started()
        differing = asked(head, [WITH_PHONE])
        if differing:
            return not_yet("not_as_asked", differing=listed(differing))
    if not at_head(project):
        return waiting(project)
    return not_yet("edited_after") if asked(database, [WITH_PHONE]) else passed()


def oldest(project: Project) -> str:
    """Give the id of the first of the project's revisions."""
    return project.revisions()[-1].id


def waiting(project: Project) -> Verdict:
    """Say what keeps the database from the head: something in the way, or that nothing ran."""
    with trial(project, "upgrade head") as [rest]:
        return not_yet("leftover" if rest.error else "not_applied")


def at_head(project: Project) -> bool:
    """Tell whether the learner's database is at the head."""
    return project.database().versions() == project.heads()


def has_phone(database: Database) -> bool:
    """Tell whether users has the column."""
    return "phone" in database.columns("users")


def listed(differing: Iterable[object]) -> str:
    """Write what differs in one line."""
    return ", ".join(f"`{one}`" for one in differing)
