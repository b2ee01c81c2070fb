"""check that product price is not negative

Pattern: a CHECK constraint added by batch, with a name: SQLite drops a CHECK without a name when
a table is rebuilt, and nothing can drop it on purpose. A row that breaks the rule stops the
revision: mend the rows first. This is the other side of the branch that 084eade18e77 tells of.

Revision ID: 63596bfd9d6d
Revises: f75da1c0cb8f
Create Date: 2026-05-19 15:31:49.584120
"""

from collections.abc import Sequence

from alembic import op

revision: str = "63596bfd9d6d"
down_revision: str | Sequence[str] | None = "f75da1c0cb8f"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("products") as batch_op:
        batch_op.create_check_constraint(batch_op.f("ck_products_price_not_negative"), "price >= 0")


def downgrade() -> None:
    with op.batch_alter_table("products") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_products_price_not_negative"), type_="check")
