"""create inventories table

Revision ID: f6a2b7416f97
Revises: 9afd9b050e36
Create Date: 2026-01-05 09:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = 'f6a2b7416f97'
down_revision: Union[str, Sequence[str], None] = '9afd9b050e36'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table(
        "inventories",
        sa.Column("product_id", sa.Integer, sa.ForeignKey("products.id"), primary_key=True),
        sa.Column("quantity", sa.Integer, nullable=False),
    )
    op.create_index("ix_inventories_quantity", "inventories", ["quantity"])


def downgrade() -> None:
    op.drop_index("ix_inventories_quantity", table_name="inventories")
    op.drop_table("inventories")
