"""add stock to products"""

import sqlalchemy as sa
from alembic import op

revision = "f27b61d80c4e"
down_revision = "35e7c0a9d18f"


def upgrade() -> None:
    op.add_column("products", sa.Column("stock", sa.Integer, default=0))


def downgrade() -> None:
    op.drop_column("products", "stock")
