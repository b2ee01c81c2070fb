"""wip"""

from alembic import op
import sqlalchemy as sa

revision = "6f2a9d83b1c4"
down_revision = "d41f8a20c6b7"


def upgrade() -> None:
    op.create_table(
        "coupons",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("percent", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupons")),
        sa.CheckConstraint("percent BETWEEN 1 AND 100"),
    )


def downgrade() -> None:
    op.drop_table("coupons")
