"""add state to orders"""
import sqlalchemy as sa
from alembic import op

revision = "6c1e94d0b7a2"
down_revision = "c57a91d3e840"


def upgrade() -> None:
    op.add_column("orders", sa.Column("state", sa.String(20)))


def downgrade() -> None:
    op.drop_column("orders", "state")
