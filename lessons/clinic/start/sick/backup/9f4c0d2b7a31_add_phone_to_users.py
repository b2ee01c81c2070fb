"""add phone to users"""
import sqlalchemy as sa
from alembic import op

revision = "9f4c0d2b7a31"
down_revision = "c57a91d3e840"


def upgrade() -> None:
    op.add_column("users", sa.Column("phone", sa.String(20)))


def downgrade() -> None:
    op.drop_column("users", "phone")
