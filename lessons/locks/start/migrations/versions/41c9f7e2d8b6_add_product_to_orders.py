"""add product to orders

Revision ID: 41c9f7e2d8b6
Revises: c57a91d3e840
Create Date: 2026-01-05 09:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = '41c9f7e2d8b6'
down_revision: Union[str, Sequence[str], None] = 'c57a91d3e840'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("product_id", sa.Integer, nullable=True))


def downgrade() -> None:
    op.drop_column("orders", "product_id")
