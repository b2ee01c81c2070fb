"""fill total of orders"""
from alembic import op

revision = "c1e546cdf79e"
down_revision = "4b1c8f0a74fe"


def upgrade() -> None:
    op.execute(
        """
        UPDATE orders SET total = (
            SELECT coalesce(sum(quantity * price), 0)
            FROM order_items JOIN products ON products.id = product_id
            WHERE order_id = orders.id
        )
        """
    )


def downgrade() -> None:
    op.execute("UPDATE orders SET total = NULL")
