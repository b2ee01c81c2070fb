"""add phone to users

Revision ID: e9caa094047a
Revises: dd4108ca5a41
Create Date: 2026-01-05 09:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = 'e9caa094047a'
down_revision: Union[str, Sequence[str], None] = 'dd4108ca5a41'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.add_column("users", sa.Column("phone", sa.String(20)))


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_column("users", "phone")
