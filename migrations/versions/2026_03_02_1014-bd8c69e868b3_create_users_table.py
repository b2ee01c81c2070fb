"""create users table

Pattern: create a table with time stamps and server defaults. The defaults belong to the
database, so a row written by plain SQL gets them too. Every constraint has a name that follows
the naming convention of shop/base.py; op.f() says that the name is complete as it stands.
The key is BIGINT, and INTEGER on SQLite, where nothing else counts up.

Revision ID: bd8c69e868b3
Revises:
Create Date: 2026-03-02 10:14:07.512840
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "bd8c69e868b3"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("phone", sa.String(30), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
    )


def downgrade() -> None:
    op.drop_table("users")
