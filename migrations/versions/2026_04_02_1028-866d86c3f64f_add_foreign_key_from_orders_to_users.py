"""add foreign key from orders to users

Pattern: a named foreign key with ON DELETE, added to an existing table by batch: SQLite cannot
add a constraint, so the table is rebuilt; PostgreSQL gets a plain ALTER TABLE. RESTRICT, because
an order must outlive the wish to delete its user.

PostgreSQL refuses when an order's user does not exist. SQLite does not look, because
migrations/env.py keeps foreign keys off: PRAGMA foreign_key_check finds such rows.

Revision ID: 866d86c3f64f
Revises: 1d0a5cf00733
Create Date: 2026-04-02 10:28:40.851436
"""

from collections.abc import Sequence

from alembic import op

revision: str = "866d86c3f64f"
down_revision: str | Sequence[str] | None = "1d0a5cf00733"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("orders") as batch_op:
        batch_op.create_foreign_key(
            batch_op.f("fk_orders_user_id_users"),
            "users",
            ["user_id"],
            ["id"],
            ondelete="RESTRICT",
        )


def downgrade() -> None:
    with op.batch_alter_table("orders") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_orders_user_id_users"), type_="foreignkey")
