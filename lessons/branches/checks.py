"""Checks of lesson `branches`."""

from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa

from course.checks import (
    Project,
    Revision,
    Verdict,
    asked,
    except_for,
    not_started,
    not_yet,
    passed,
    start_files,
    trial,
)

HERE = Path(__file__).parent
FORK = "c57a91d3e840"
"""The head of the start, from which the branches leave."""
GIVEN = ("3b1f0c9a7e52", "8d24e6b05f17", FORK)
"""The revisions of the start."""
MEMO = "94056e8c4594"
WEIGHT = "5e0b7d21c6a4"
COUPON = "b81f4e6d2a07"
WEIGHT_FILE = f"{WEIGHT}_add_weight_to_products.py"
COUPON_FILE = f"{COUPON}_add_coupon_to_orders.py"

PHONE_MESSAGE = "add phone to users"
MERGE_MESSAGE = "merge phone and memo"
CALLS_MESSAGE = "create call_logs table"
LABEL = "support"

METADATA = sa.MetaData()
USERS = sa.Table(
    "users",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(50), nullable=False),
    sa.Column("email", sa.String(100), nullable=False, unique=True),
    sa.Column("phone", sa.String(20)),
)
ORDERS = sa.Table(
    "orders",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False, index=True),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("memo", sa.String(200)),
    sa.Column("coupon", sa.String(20)),
)
"""What exercise 2 ends with; the phone is also what the first try asks for."""
ADDED = (("orders", "coupon"), ("users", "phone"))
"""The columns that Jun's revision and Minji's add, by table."""


def add_phone(project: Project) -> Verdict:
    """One revision after the start's head adds users.phone, as the model has it; it is applied."""
    new = [revision for revision in project.revisions() if revision.parents == (FORK,)]
    if not new:
        return not_started()
    if project.heads() != (new[0].id,):
        later = [revision.id for revision in project.revisions() if revision.id not in GIVEN]
        return not_yet("two_revisions", revisions=listed(later))
    if new[0].message.lower() != PHONE_MESSAGE:
        return not_yet("other_message", found=new[0].message)
    with trial(project, "forget", "upgrade head") as steps:
        fresh = steps[-1].went_well()
        if "phone" not in fresh.columns("users"):
            return not_yet("empty")
        differing = asked(fresh, [USERS])
        if differing:
            return not_yet("differs", differing=listed(differing))
    database, heads = project.database(), project.heads()
    if database.versions() != heads:
        return not_yet("not_applied", version=listed(database.versions()))
    if "phone" not in database.columns("users"):
        return not_yet("stamped")
    differing = asked(database, [USERS])
    if differing:
        return not_yet("differs", differing=listed(differing))
    with trial(project, "check") as [models]:
        if models.compared.differences:
            return not_yet("model_differs")
    return passed()


def join(project: Project) -> Verdict:
    """One revision has both heads as its parents; the database is there."""
    history = {revision.id: revision for revision in project.revisions()}
    phone = minjis(project)
    if MEMO not in history or history[MEMO].parents != (FORK,) or phone is None:
        return not_yet("not_as_pulled")
    merges = [revision for revision in history.values() if len(revision.parents) > 1]
    heads, versions = project.heads(), project.database().versions()
    if len(heads) > 1:
        return not_yet("still_two", heads=listed(heads)) if versions == heads else not_started()
    if not merges or set(merges[-1].parents) != {MEMO, phone.id}:
        return not_yet("not_as_pulled")
    if merges[-1].message.lower() != MERGE_MESSAGE:
        return not_yet("other_message", found=merges[-1].message)
    if heads != (merges[-1].id,):
        asked_for = {*GIVEN, MEMO, phone.id, merges[-1].id}
        return not_yet("goes_on", revisions=listed(one for one in history if one not in asked_for))
    if versions != heads:
        return not_yet("not_applied", head=heads[0], version=listed(versions))
    if "memo" not in project.database().columns("orders"):
        return not_yet("stamped", version=phone.id)
    return passed()


def green_main(project: Project) -> Verdict:
    """The database of main, which was empty, is at main's head and has what its models have."""
    main = project.at("main")
    database = main.database()
    versions = database.versions() if database.exists() else ()
    if not versions:
        return not_started()
    if versions != main.heads():
        return not_yet("not_at_head", version=listed(versions))
    if "memo" not in database.columns("orders"):
        return not_yet("stamped")
    if database.count("users"):
        return not_yet("not_empty")
    return passed()


def merge_heads(project: Project) -> Verdict:
    """The pushed revisions are as they were, there is one head, and the database is there."""
    history = {revision.id: revision for revision in project.revisions()}
    gap = missing_parent(project)
    if gap:
        return gap
    heads = project.heads()
    merge, phone = joined(project), minjis(project)
    if WEIGHT not in history and merge is not None and heads == (merge.id,):
        return not_yet("weight_missing")
    if merge is None or phone is None or set(merge.parents) != {MEMO, phone.id}:
        return not_yet("not_as_pushed", revision=merge.id if merge else MERGE_MESSAGE)
    if MEMO not in history or history[MEMO].parents != (FORK,):
        return not_yet("not_as_pushed", revision=MEMO)
    if not is_as_pushed(history.get(WEIGHT), WEIGHT_FILE):
        return not_yet("not_as_pushed", revision=WEIGHT)
    database = project.database()
    versions, arrived = database.versions(), "weight" in database.columns("products")
    if len(heads) > 1:
        untouched = versions == (merge.id,) and not arrived
        return not_started() if untouched else not_yet("still_two", heads=listed(heads))
    if versions != heads:
        return not_yet("not_applied", head=heads[0], version=listed(versions))
    return passed() if arrived else not_yet("stamped", head=heads[0], version=merge.id)


@except_for("gone_columns")
def go_down(project: Project) -> Verdict:
    """The database is where the branches part, really; both revisions are there."""
    phone = minjis(project)
    if phone is None or phone.parents != (FORK,) or MEMO not in ids(project):
        return not_yet("files")
    database = project.database()
    versions, has_phone = database.versions(), "phone" in database.columns("users")
    if versions == (FORK,):
        return not_yet("stamped", phone=phone.id) if has_phone else passed()
    if versions == (phone.id,):
        return not_started()
    return not_yet("elsewhere", version=listed(versions) if versions else "base")


def new_parent(project: Project) -> Verdict:
    """Minji's revision follows Jun's, and both are applied."""
    history = {revision.id: revision for revision in project.revisions()}
    gap = missing_parent(project)
    if gap:
        return gap
    phone = minjis(project)
    if phone is None or MEMO not in history or history[MEMO].parents != (FORK,):
        return not_yet("jun_changed")
    database, heads = project.database(), project.heads()
    if phone.parents == (FORK,) and len(heads) == 2:
        return not_started() if database.versions() == (FORK,) else not_yet("too_early")
    merges = [revision for revision in history.values() if len(revision.parents) > 1]
    if merges:
        return not_yet("merged", revision=merges[0].id)
    if phone.parents != (MEMO,):
        return not_yet("other_parent", found=listed(phone.parents))
    if heads != (phone.id,) or database.versions() != heads:
        return not_yet("not_applied", version=listed(database.versions()))
    if "memo" not in database.columns("orders") or "phone" not in database.columns("users"):
        return not_yet("column_missing")
    return passed()


@except_for("edited_applied")
def rebase(project: Project) -> Verdict:
    """No merge, one line behind the pushed revision, and the database has both changes."""
    other = missing_parent(project) or not_one_line(project)
    if other:
        return other
    database, [head] = project.database(), project.heads()
    versions = database.versions()
    if versions != (head,):
        return not_yet("not_applied", head=head, version=listed(versions))
    for table, column in ADDED:
        if column not in database.columns(table):
            return not_yet("change_missing", column=f"{table}.{column}", head=head)
    differing = asked(database, [USERS, ORDERS])
    if differing:
        return not_yet("differs", differing=listed(differing))
    return no_way_back(project) or passed()


def support_branch(project: Project) -> Verdict:
    """A revision without a parent has the label and depends on Minji's; it is not applied."""
    phone = minjis(project)
    new = [one for one in project.revisions() if one.message.lower() == CALLS_MESSAGE]
    labelled = [one for one in project.revisions() if LABEL in one.labels]
    if not new:
        return not_yet("other_message", found=labelled[0].message) if labelled else not_started()
    if len(new) > 1:
        return not_yet("two_revisions", revisions=listed(one.id for one in new))
    [calls] = new
    if calls.parents:
        return not_yet("has_parent", parents=listed(calls.parents))
    if LABEL not in calls.labels:
        return not_yet("no_label")
    if phone is None or not any(phone.id.startswith(one) for one in calls.depends_on):
        return not_yet("no_dependency")
    if calls.id in project.database().versions():
        return not_yet("applied")
    return passed()


def not_one_line(project: Project) -> Verdict | None:
    """Say what the history is other than one line with Jun's revisions as pushed; None if nothing.

    Two heads as they were pulled, and a database that has not moved, are not started.
    """
    history = {revision.id: revision for revision in project.revisions()}
    merges = [revision for revision in history.values() if len(revision.parents) > 1]
    if merges:
        return not_yet("merged", revision=merges[0].id)
    if MEMO not in history or history[MEMO].parents != (FORK,):
        return not_yet("jun_changed", revision=MEMO)
    if not is_as_pushed(history.get(COUPON), COUPON_FILE):
        return not_yet("jun_changed", revision=COUPON)
    heads, phone = project.heads(), minjis(project)
    if len(heads) == 1:
        return not_yet("wrong_order", heads=listed(heads)) if heads == (COUPON,) else None
    if phone is None or phone.parents != (MEMO,):
        return not_yet("wrong_order", heads=listed(heads))
    database = project.database()
    if database.versions() == (phone.id,) and "phone" in database.columns("users"):
        return not_started()
    return not_yet("goes_on", phone=phone.id, version=listed(database.versions()))


def no_way_back(project: Project) -> Verdict | None:
    """Say what keeps the revisions from going down to where the line parted; None if nothing.

    They go up from nothing first: what was done to the database by hand is the kit's to say.
    """
    commands = ("forget", "upgrade head", f"downgrade {MEMO}")
    with trial(project, *commands, keep_going=True) as [_, up, down]:
        if up.error:
            return None
        if down.error:
            return not_yet("back_stops", said=down.error)
        left = [f"{one}.{name}" for one, name in ADDED if name in down.database.columns(one)]
        return not_yet("stays", columns=listed(left)) if left else None


def minjis(project: Project) -> Revision | None:
    """Give Minji's revision, by its message; None without one or with several."""
    found = [one for one in project.revisions() if one.message.lower() == PHONE_MESSAGE]
    return found[0] if len(found) == 1 else None


def joined(project: Project) -> Revision | None:
    """Give the merge that exercise 1 begins with."""
    found = [one for one in project.revisions() if one.message.lower() == MERGE_MESSAGE]
    return found[0] if len(found) == 1 else None


def is_as_pushed(revision: Revision | None, name: str) -> bool:
    """Tell whether a revision is there, with the bytes of the file that was pulled."""
    if revision is None or revision.file is None:
        return False
    return revision.file.read_bytes() == start_files(HERE)[f"pushed/{name}"].read_bytes()


def missing_parent(project: Project) -> Verdict | None:
    """Name a parent that no file has; None where all have one."""
    known = ids(project)
    lacking = [one for revision in project.revisions() for one in revision.parents]
    lacking = [one for one in lacking if one not in known]
    return not_yet("missing_parent", revision=lacking[0]) if lacking else None


def ids(project: Project) -> set[str]:
    """Give the ids of the revisions."""
    return {revision.id for revision in project.revisions()}


def listed(things: Iterable[object]) -> str:
    """Write ids or differences for a message; a dash for none."""
    return ", ".join(map(str, things)) or "-"
