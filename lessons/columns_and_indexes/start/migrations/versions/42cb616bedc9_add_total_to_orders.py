"""add total to orders"""
import sqlalchemy as sa
from alembic import op

revision = "42cb616bedc9"
down_revision = "2e6859b79fe6"


def upgrade() -> None:
    op.add_column("orders", sa.Column("total", sa.Integer))


def downgrade() -> None:
    op.drop_column("orders", "total")
