"""create inventories table

Pattern: a branch. Two people start from f75da1c0cb8f on the same day: one adds the stock, here,
the other the price check, 63596bfd9d6d. Each is right alone; together the history has two heads.

The downgrade loses what is in stock.

Revision ID: 084eade18e77
Revises: f75da1c0cb8f
Create Date: 2026-05-19 09:58:14.016382
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "084eade18e77"
down_revision: str | Sequence[str] | None = "f75da1c0cb8f"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "inventories",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("quantity", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.func.now(),
            nullable=False,
        ),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_inventories_quantity_not_negative")),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.id"],
            name=op.f("fk_inventories_product_id_products"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inventories")),
        sa.UniqueConstraint("product_id", name=op.f("uq_inventories_product_id")),
    )


def downgrade() -> None:
    op.drop_table("inventories")
