"""add tracking to orders

Revision ID: 0a6c72e4d95b
Revises: b93d5e08f217
Create Date: 2026-01-05 09:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = '0a6c72e4d95b'
down_revision: Union[str, Sequence[str], None] = 'b93d5e08f217'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("tracking", sa.String(30)))
    op.create_index(op.f("ix_orders_tracking"), "orders", ["tracking"])


def downgrade() -> None:
    pass
