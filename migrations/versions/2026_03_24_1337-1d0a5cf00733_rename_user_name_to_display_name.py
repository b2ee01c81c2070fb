"""rename user name to display name

Pattern: rename a column by batch. Autogenerate sees a rename as one column dropped and one
added, which would throw the names away, so this is written by hand. The existing type and
NOT NULL are told to Alembic because a rebuilt table needs them.

Revision ID: 1d0a5cf00733
Revises: 2d4e1f560f57
Create Date: 2026-03-24 13:37:55.120993
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "1d0a5cf00733"
down_revision: str | Sequence[str] | None = "2d4e1f560f57"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("users") as batch_op:
        batch_op.alter_column(
            "name",
            new_column_name="display_name",
            existing_type=sa.String(100),
            existing_nullable=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("users") as batch_op:
        batch_op.alter_column(
            "display_name",
            new_column_name="name",
            existing_type=sa.String(100),
            existing_nullable=False,
        )
