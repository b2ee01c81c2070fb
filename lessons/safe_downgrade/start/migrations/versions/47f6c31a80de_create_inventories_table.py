"""create inventories table

Revision ID: 47f6c31a80de
Revises: e2740d9b6a18
Create Date: 2026-01-05 09:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = '47f6c31a80de'
down_revision: Union[str, Sequence[str], None] = 'e2740d9b6a18'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table(
        "inventories",
        sa.Column("product_id", sa.Integer, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_inventories")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_inventories_product_id_products")
        ),
    )


def downgrade() -> None:
    op.drop_table("inventories")
