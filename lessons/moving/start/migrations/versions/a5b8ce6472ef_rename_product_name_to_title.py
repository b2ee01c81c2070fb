"""rename product name to title

Revision ID: a5b8ce6472ef
Revises: 946941d04618
Create Date: 2026-01-05 09:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = 'a5b8ce6472ef'
down_revision: Union[str, Sequence[str], None] = '946941d04618'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.alter_column("products", "name", new_column_name="title")


def downgrade() -> None:
    op.alter_column("products", "title", new_column_name="name")
