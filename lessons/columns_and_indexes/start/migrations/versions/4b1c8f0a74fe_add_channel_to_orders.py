"""add channel to orders"""
import sqlalchemy as sa
from alembic import op

revision = "4b1c8f0a74fe"
down_revision = "42cb616bedc9"


def upgrade() -> None:
    op.add_column(
        "orders", sa.Column("channel", sa.String(10), nullable=False, server_default="web")
    )


def downgrade() -> None:
    op.drop_column("orders", "channel")
