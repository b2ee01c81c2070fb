"""create profiles table

Pattern: expand and contract, step 1 of 3: expand. The phone number moves from users to
profiles. The new place is made beside the old one, so the application that is running now, and
knows only the old one, goes on working. Step 2 copies (ebc73f1a85f6), step 3 takes the old
column away (f75da1c0cb8f).

The downgrade loses every bio. The phone numbers are safe: going down, step 2 has put them back.

Revision ID: 15b1242a0d5b
Revises: 866d86c3f64f
Create Date: 2026-04-14 09:12:26.449018
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "15b1242a0d5b"
down_revision: str | Sequence[str] | None = "866d86c3f64f"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "profiles",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("phone", sa.String(30), nullable=True),
        sa.Column("bio", sa.Text(), nullable=True),
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
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_profiles_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profiles")),
        sa.UniqueConstraint("user_id", name=op.f("uq_profiles_user_id")),
    )


def downgrade() -> None:
    op.drop_table("profiles")
