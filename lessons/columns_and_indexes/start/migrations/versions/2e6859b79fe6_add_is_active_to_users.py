"""add is_active to users"""
import sqlalchemy as sa
from alembic import op

revision = "2e6859b79fe6"
down_revision = "0a696749c03c"


def upgrade() -> None:
    op.add_column("users", sa.Column("is_active", sa.Boolean, nullable=False, default=True))


def downgrade() -> None:
    op.drop_column("users", "is_active")
