"""add sku to products"""

import sqlalchemy as sa
from alembic import op

revision = "0002_add_sku_to_products_as_optional_text"
down_revision = "01_add_phone_to_users.py"


def upgrade() -> None:
    op.add_column("products", sa.Column("sku", sa.String(20)))


def downgrade() -> None:
    op.drop_column("products", "sku")
