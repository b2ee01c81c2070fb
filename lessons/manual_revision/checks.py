"""Checks of lesson `manual_revision`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from course.checks import (
    Column,
    Database,
    Project,
    ProjectError,
    Step,
    Verdict,
    not_started,
    not_yet,
    passed,
    trial,
)


@dataclass(frozen=True)
class RoundTrip:
    """An empty copy at the first revision and at the head, and the step back to the first."""

    first: Database
    head: Database
    back: Step


@contextmanager
def round_trip(project: Project) -> Iterator[RoundTrip]:
    """Take an empty copy up through every revision and back down to the first.

    Raises ProjectError when a revision file is missing or hidden, or when an upgrade fails; with
    two heads `upgrade head` does.
    """
    first = oldest(project)
    commands = ("forget", f"upgrade {first}", "upgrade head", f"downgrade {first}")
    with trial(project, *commands) as steps:
        for step in steps[:3]:
            step.went_well()
        yield RoundTrip(steps[1].database, steps[2].database, steps[3])


def oldest(project: Project) -> str:
    """Give the id of the first of the project's revisions.

    Of two files with one id, Alembic keeps one (it warns that the revision "is present more than
    once"). Raises ProjectError then, and when a revision's parent has no file.
    """
    revisions = project.revisions()
    ids = {revision.id for revision in revisions}
    for parent in (parent for revision in revisions for parent in revision.parents):
        if parent not in ids:
            raise ProjectError("missing_parent", revision=parent)
    kept = {revision.file.name for revision in revisions if revision.file}
    for file in sorted(Path(project.scripts().versions).glob("*.py")):
        if file.name not in kept and file.name != "__init__.py":
            raise ProjectError("other", said=f"revision is present more than once: {file.name}")
    return revisions[-1].id


def at_head(project: Project) -> bool:
    """Tell whether the learner's database is at the head."""
    return project.database().versions() == project.heads()


def add_orders(project: Project) -> Verdict:
    """A new revision makes orders with its foreign key and index, takes it away, and is applied."""
    if not project.revisions():
        return not_started()
    with round_trip(project) as copy:
        if "orders" in copy.first.tables():
            return not_yet("not_applied")
        if "orders" not in copy.head.tables():
            return not_started()
        missing = missing_from_orders(copy.head)
        if missing:
            return not_yet("incomplete", missing=", ".join(f"`{one}`" for one in missing))
        if copy.back.error:
            return not_yet("downgrade_fails", said=copy.back.error)
        if "orders" in copy.back.database.tables():
            return not_yet("empty_downgrade")
    if not at_head(project) or missing_from_orders(project.database()):
        return not_yet("not_applied")
    return passed()


def missing_from_orders(database: Database) -> list[str]:
    """Name what the exercise asks of orders and the database does not have."""
    columns = database.columns("orders")
    index = database.indexes("orders").get("ix_orders_user_id")
    wanted = {
        "id PRIMARY KEY": "id" in database.primary_key("orders"),
        "user_id NOT NULL": "user_id" in columns and not columns["user_id"].nullable,
        "status VARCHAR(20) NOT NULL": is_text_of_20(columns.get("status"), nullable=False),
        "FOREIGN KEY (user_id) REFERENCES users (id)": any(
            (key.columns, key.table, key.referred) == (("user_id",), "users", ("id",))
            for key in database.foreign_keys("orders")
        ),
        "INDEX ix_orders_user_id (user_id)": index is not None and index.columns == ("user_id",),
    }
    return [name for name, there in wanted.items() if not there]


def add_phone(project: Project) -> Verdict:
    """A revision after the one that makes users adds phone, takes it away, and is applied."""
    if not project.revisions():
        return not_started()
    with round_trip(project) as copy:
        if has_phone(copy.first):
            return not_yet("edited")
        if not has_phone(copy.head):
            return not_started()
        if not is_text_of_20(copy.head.columns("users")["phone"], nullable=True):
            return not_yet("other_column")
        back = copy.back
        if back.error and back.database.versions() == project.heads():
            raise ProjectError("alembic", said=back.error)
        if has_phone(back.database):
            return not_yet("phone_stays")
    if not at_head(project):
        return not_yet("not_applied")
    return passed() if has_phone(project.database()) else not_yet("edited")


def has_phone(database: Database) -> bool:
    """Tell whether users has the column."""
    return "phone" in database.columns("users")


def is_text_of_20(column: Column | None, nullable: bool) -> bool:
    """Tell whether a column is a text of 20 characters that may, or may not, be empty."""
    return column is not None and "(20)" in column.type and column.nullable is nullable
