"""spring prices

Revision ID: e86c05b7f3d1
Revises: d41f7b2e9a06
Create Date: 2026-01-05 09:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = 'e86c05b7f3d1'
down_revision: Union[str, Sequence[str], None] = 'd41f7b2e9a06'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

products = sa.table("products", sa.column("title", sa.String), sa.column("price", sa.Integer))


def upgrade() -> None:
    op.bulk_insert(products, [{"title": "Pen set (10% off)", "price": 5400}])
    op.execute(products.update().where(products.c.title == "Pen").values(price=1300))


def downgrade() -> None:
    op.execute(products.update().where(products.c.title == "Pen").values(price=1200))
    op.execute(products.delete().where(products.c.title == "Pen set (10% off)"))
