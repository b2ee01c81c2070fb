"""create coupons table"""

import sqlalchemy as sa
from alembic import op

revision = "90d5c7e1a36b"
down_revision = "e3b60f92d4a8"


def upgrade() -> None:
    op.create_table(
        "coupons",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("percent", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupons")),
        sa.UniqueConstraint("code", name=op.f("uq_coupons_code")),
    )


def downgrade() -> None:
    pass
