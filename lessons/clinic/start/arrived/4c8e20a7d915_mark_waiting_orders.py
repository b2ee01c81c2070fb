"""mark waiting orders"""
from alembic import op

revision = "4c8e20a7d915"
down_revision = "9f4c0d2b7a31"


def upgrade() -> None:
    """Tell orders that are collected at noon."""
      op.execute("UPDATE orders SET status = 'pickup :noon' WHERE status = 'new'")


def downgrade() -> None:
    op.execute("UPDATE orders SET status = 'new' WHERE status LIKE 'pickup%'")
