"""index orders by user and status

Revision ID: b93d5e08f217
Revises: 47f6c31a80de
Create Date: 2026-01-05 09:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = 'b93d5e08f217'
down_revision: Union[str, Sequence[str], None] = '47f6c31a80de'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.drop_index(op.f("ix_orders_user_id"), table_name="orders")
    op.create_index(op.f("ix_orders_user_id_status"), "orders", ["user_id", "status"])


def downgrade() -> None:
    op.drop_index(op.f("ix_orders_user_id_status"), table_name="orders")
    op.create_index(op.f("ix_orders_user_id"), "orders", ["status"])
