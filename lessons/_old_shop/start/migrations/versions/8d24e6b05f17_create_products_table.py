"""create products table

Revision ID: 8d24e6b05f17
Revises: 3b1f0c9a7e52
Create Date: 2026-01-05 09:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = '8d24e6b05f17'
down_revision: Union[str, Sequence[str], None] = '3b1f0c9a7e52'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


PRODUCTS = """
CREATE TABLE products (
    id INTEGER NOT NULL PRIMARY KEY,
    title VARCHAR(100) NOT NULL,
    price INTEGER NOT NULL,
    UNIQUE (title),
    CHECK (price >= 0)
)
"""


def upgrade() -> None:
    op.execute(PRODUCTS)


def downgrade() -> None:
    op.drop_table("products")
