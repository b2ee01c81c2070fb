"""raise prices"""
from alembic import op

revision = "71d9b3c05e28"
down_revision = "4c8e20a7d915"


def upgrade() -> None:
    op.execute("UPDATE products SET price = price + 100")


def downgrade() -> None:
    op.execute("UPDATE products SET price = price - 100")
