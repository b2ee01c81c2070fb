"""copy phones to profiles

Pattern: a data migration in a revision of its own (expand and contract, step 2 of 3). The
tables are written down here as they are at this revision: the models of shop/ will change, and
this must still run then. Users are taken in chunks, so that no statement is long and the log
shows how far it is. On PostgreSQL all chunks are still one transaction.

Both ways the side that is copied from is right: a phone number changed only on the other side
is overwritten. The downgrade copies the profiles' numbers back and leaves the profiles there, so
that the rest of what they hold is not lost.

Revision ID: ebc73f1a85f6
Revises: 15b1242a0d5b
Create Date: 2026-04-14 14:03:11.902655
"""

import logging
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import context, op

revision: str = "ebc73f1a85f6"
down_revision: str | Sequence[str] | None = "15b1242a0d5b"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CHUNK = 1000
FIRST_ID, LAST_ID = 1, 2**63 - 1

users = sa.table("users", sa.column("id"), sa.column("phone"))
profiles = sa.table("profiles", sa.column("user_id"), sa.column("phone"))

log = logging.getLogger(f"alembic.revision.{revision}")


def upgrade() -> None:
    for first, last in user_chunks():
        op.execute(
            profiles.update()
            .where(profiles.c.user_id.between(first, last))
            .values(phone=phone_of(users, users.c.id == profiles.c.user_id))
        )
        op.execute(
            profiles.insert().from_select(
                ["user_id", "phone"],
                sa.select(users.c.id, users.c.phone).where(
                    users.c.id.between(first, last),
                    users.c.phone.is_not(None),
                    users.c.id.not_in(sa.select(profiles.c.user_id)),
                ),
            )
        )


def downgrade() -> None:
    for first, last in user_chunks():
        op.execute(
            users.update()
            .where(
                users.c.id.between(first, last),
                users.c.id.in_(sa.select(profiles.c.user_id)),
            )
            .values(phone=phone_of(profiles, profiles.c.user_id == users.c.id))
        )


def phone_of(table: sa.TableClause, same_user: sa.ColumnElement[bool]) -> sa.ScalarSelect[str]:
    """Give the phone number that a table has for the user of the row being written."""
    return sa.select(table.c.phone).where(same_user).scalar_subquery()


def user_chunks() -> Iterator[tuple[int, int]]:
    """Give the first and last id of each chunk of users; all at once in a script (--sql)."""
    if context.is_offline_mode():
        yield FIRST_ID, LAST_ID
        return
    done, last = 0, FIRST_ID - 1
    while ids := next_ids(last):
        first, last = ids[0], ids[-1]
        yield first, last
        done += len(ids)
        log.info("phones of %d users copied", done)


def next_ids(after: int) -> Sequence[int]:
    """Give the ids of the next CHUNK users after an id, in order."""
    found = sa.select(users.c.id).where(users.c.id > after).order_by(users.c.id).limit(CHUNK)
    return op.get_bind().scalars(found).all()
