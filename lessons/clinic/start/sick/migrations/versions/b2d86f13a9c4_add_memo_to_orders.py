"""add memo to orders"""
import sqlalchemy as sa
from alembic import op

revision = "b2d86f13a9c4"
down_revision = "9f4c0d2b7a31"


def upgrade() -> None:
    op.add_column("orders", sa.Column("memo", sa.Text))


def downgrade() -> None:
    op.drop_column("orders", "memo")
