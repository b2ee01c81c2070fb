"""backfill state"""
from alembic import op

revision = "93f5a8c27e10"
down_revision = "6c1e94d0b7a2"


def upgrade() -> None:
    op.execute("UPDATE orders SET state = status WHERE state IS DISTINCT FROM status")


def downgrade() -> None:
    """Nothing to undo: status was right, and is."""
