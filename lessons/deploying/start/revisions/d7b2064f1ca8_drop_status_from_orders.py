"""drop status from orders"""
import sqlalchemy as sa
from alembic import op

revision = "d7b2064f1ca8"
down_revision = "93f5a8c27e10"


def upgrade() -> None:
    op.drop_column("orders", "status")


def downgrade() -> None:
    op.add_column("orders", sa.Column("status", sa.String(20)))
    op.execute("UPDATE orders SET status = state")
    op.alter_column("orders", "status", nullable=False)
