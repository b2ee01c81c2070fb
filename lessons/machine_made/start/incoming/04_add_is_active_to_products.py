"""add is_active to products"""

import sqlalchemy as sa
from alembic import op

revision = "a60d9e35f718"
down_revision = "58b3f7c1e024"


def upgrade() -> None:
    op.add_column("products", sa.Column("is_active", sa.Boolean, nullable=False, default=True))


def downgrade() -> None:
    op.drop_column("products", "is_active")
