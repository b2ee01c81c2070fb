"""add index on orders by user and status

Pattern: a composite index, for the page that lists one user's orders of one status. The order
counts: the index also serves a search by user_id alone, but none by status alone.

Revision ID: e042f33d8543
Revises: 9db005436033
Create Date: 2026-06-03 10:06:52.361779
"""

from collections.abc import Sequence

from alembic import op

revision: str = "e042f33d8543"
down_revision: str | Sequence[str] | None = "9db005436033"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(op.f("ix_orders_user_id_status"), "orders", ["user_id", "status"])


def downgrade() -> None:
    op.drop_index(op.f("ix_orders_user_id_status"), table_name="orders")
