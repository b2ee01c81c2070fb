"""index orders by user and status"""

from alembic import op

revision = "1f7a83d50c9e"
down_revision = "c94e20ad6b37"


def upgrade() -> None:
    op.create_index("ix_orders_user_id_status", "orders", ["user_id", "status"])


def downgrade() -> None:
    op.drop_index("ix_orders_user_id_status", table_name="orders")
    op.drop_index("ix_orders_user_id", table_name="orders")
