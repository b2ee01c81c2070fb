"""drop phone from users

Pattern: expand and contract, step 3 of 3: contract. Run it when no running application reads or
writes users.phone any more, not together with step 2.

The downgrade makes the column again, empty; going on down, step 2 fills it.

Revision ID: f75da1c0cb8f
Revises: ebc73f1a85f6
Create Date: 2026-05-06 10:47:33.275904
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "f75da1c0cb8f"
down_revision: str | Sequence[str] | None = "ebc73f1a85f6"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("users") as batch_op:
        batch_op.drop_column("phone")


def downgrade() -> None:
    with op.batch_alter_table("users") as batch_op:
        batch_op.add_column(sa.Column("phone", sa.String(30), nullable=True))
