"""Checks of lesson `branches`."""

from course.checks import Project, Verdict, findings, not_started, not_yet, passed

FORK = "c57a91d3e840"
MEMO = "94056e8c4594"
PHONE = "df7fd3cd6279"
MERGE = "c00281ad2353"
WEIGHT = "5e0b7d21c6a4"
COUPON = "b81f4e6d2a07"

PUSHED = {MEMO: {FORK}, PHONE: {FORK}, MERGE: {MEMO, PHONE}, WEIGHT: {FORK}}
"""What exercise 1 finds in the history, and the parents that must stay."""


def merge_heads(project: Project) -> Verdict:
    """The pushed revisions are as they were, there is one head, and the database is there."""
    history = {revision.id: set(revision.parents) for revision in project.revisions()}
    if project.heads() == (FORK,):
        return not_started()
    for revision, before in PUSHED.items():
        if history.get(revision) != before:
            return not_yet("not_as_pushed", revision=revision)
    database, heads = project.database(), project.heads()
    versions, arrived = database.versions(), "weight" in database.columns("products")
    several = findings(project, "several_heads")
    if several:
        untouched = versions == (MERGE,) and not arrived
        return not_started() if untouched else not_yet("still_two", **several[0].values)
    if versions != heads:
        return not_yet("not_applied", head=heads[0], version=named(versions))
    return passed() if arrived else not_yet("stamped", head=heads[0])


def rebase(project: Project) -> Verdict:
    """No merge, one line behind the pushed revision, and the database has both changes."""
    history = {revision.id: revision.parents for revision in project.revisions()}
    merges = [revision for revision, above in history.items() if len(above) > 1]
    if merges:
        return not_yet("merged", revision=merges[0])
    heads, several = project.heads(), findings(project, "several_heads")
    coupon, phone = history.get(COUPON, ()), history.get(PHONE, ())
    if heads == (FORK,) or (several and coupon == phone == (MEMO,)):
        return not_started()
    if several or coupon != (MEMO,) or heads == (COUPON,):
        return not_yet("wrong_order", coupon=named(coupon), phone=named(phone))
    database = project.database()
    if database.versions() != heads:
        return not_yet("not_applied", head=heads[0], version=named(database.versions()))
    for table, column in (("orders", "coupon"), ("users", "phone")):
        if column not in database.columns(table):
            return not_yet("change_missing", column=f"{table}.{column}", head=heads[0])
    return passed()


def named(revisions: tuple[str, ...]) -> str:
    """Write revision ids for a message; a dash for none."""
    return ", ".join(revisions) or "-"
