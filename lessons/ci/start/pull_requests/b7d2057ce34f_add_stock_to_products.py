"""add stock to products"""

from alembic import op
import sqlalchemy as sa

revision = "b7d2057ce34f"
down_revision = "6f2a9d83b1c4"


def upgrade() -> None:
    op.add_column("products", sa.Column("stock", sa.Integer, nullable=False))
    op.execute("UPDATE products SET stock = 10")


def downgrade() -> None:
    pass
