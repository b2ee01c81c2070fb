"""add phone to users

Revision ID: 1c9a63e0f5d8
Revises: c57a91d3e840
Create Date: 2026-01-05 09:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = '1c9a63e0f5d8'
down_revision: Union[str, Sequence[str], None] = 'c57a91d3e840'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.add_column("users", sa.Column("phone", sa.String(30)))


def downgrade() -> None:
    op.drop_column("users", "phone")
