"""add phone to users"""

import sqlalchemy as sa
from alembic import op

revision = "7d1e4a90b2c6"
down_revision = "f4c2a8e6b0d1"


def upgrade() -> None:
    op.add_column("users", sa.Column("phone", sa.String(20)))


def downgrade() -> None:
    op.drop_column("users", "phone")
