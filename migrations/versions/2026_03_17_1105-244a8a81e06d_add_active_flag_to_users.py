"""add active flag to users

Pattern: add a NOT NULL column to a table with rows. The rows that are there need a value at
once, and only a server default gives them one; a Python default= does not. Adding a column with
a constant default is the one change that SQLite's ALTER TABLE does by itself.

The downgrade loses who was switched off: after the next upgrade every user is active.

Revision ID: 244a8a81e06d
Revises: f316c5ad44a3
Create Date: 2026-03-17 11:05:19.648277
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "244a8a81e06d"
down_revision: str | Sequence[str] | None = "f316c5ad44a3"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "users",
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
    )


def downgrade() -> None:
    with op.batch_alter_table("users") as batch_op:
        batch_op.drop_column("is_active")
