"""index status of orders"""
import sqlalchemy as sa
from alembic import op

revision = "e6a1573c8d20"
down_revision = "b2d86f13a9c4"


def upgrade() -> None:
    op.create_index("orders", "ix_orders_status", ["status"])


def downgrade() -> None:
    op.drop_index("ix_orders_status", table_name="orders")
