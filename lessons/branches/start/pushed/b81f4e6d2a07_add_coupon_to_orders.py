"""add coupon to orders

Revision ID: b81f4e6d2a07
Revises: 94056e8c4594
Create Date: 2026-01-05 09:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = 'b81f4e6d2a07'
down_revision: Union[str, Sequence[str], None] = '94056e8c4594'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("coupon", sa.String(20)))


def downgrade() -> None:
    op.drop_column("orders", "coupon")
