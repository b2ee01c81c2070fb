"""add city to users"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("users", sa.Column("city", sa.String(20)))


def downgrade() -> None:
    op.drop_column("users", "city")
