"""add unique index on user email

Pattern: a unique index, which finds a user at login and keeps addresses apart. It fails when
two rows have one address, and so it should: look for doubles before you run it. Indexes need no
batch mode on SQLite.

Revision ID: 2d4e1f560f57
Revises: 244a8a81e06d
Create Date: 2026-03-17 16:51:02.307761
"""

from collections.abc import Sequence

from alembic import op

revision: str = "2d4e1f560f57"
down_revision: str | Sequence[str] | None = "244a8a81e06d"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(op.f("ix_users_email"), "users", ["email"], unique=True)


def downgrade() -> None:
    op.drop_index(op.f("ix_users_email"), table_name="users")
