"""create suppliers table"""
import sqlalchemy as sa
from alembic import op

revision = "0a696749c03c"
down_revision = "6e90b4d2f1a8"


def upgrade() -> None:
    op.create_table(
        "suppliers",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=True),
        sa.Column("email", sa.String(255), unique=True, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
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
            onupdate=sa.func.now(),
            nullable=False,
        ),
    )
    op.create_index("ix_suppliers_name", "suppliers", ["name"])


def downgrade() -> None:
    op.drop_index("ix_suppliers_name", table_name="suppliers")
    op.drop_table("suppliers")
