"""create products table

Pattern: a unique constraint in the table from the first day. Later it would need batch mode
on SQLite, and a look for doubles first.

Revision ID: b9bf47ad8f4b
Revises: bd8c69e868b3
Create Date: 2026-03-02 15:40:31.090214
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "b9bf47ad8f4b"
down_revision: str | Sequence[str] | None = "bd8c69e868b3"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "products",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sku", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("sku", name=op.f("uq_products_sku")),
    )


def downgrade() -> None:
    op.drop_table("products")
