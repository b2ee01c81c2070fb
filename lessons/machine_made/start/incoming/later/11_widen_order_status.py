"""widen order status"""

import sqlalchemy as sa
from alembic import op

revision = "d4809f6be217"
down_revision = "6ac18e47f0d2"


def upgrade() -> None:
    with op.batch_alter_table("orders") as batch:
        batch.alter_column("status", existing_type=sa.String(20), type_=sa.String(30))


def downgrade() -> None:
    with op.batch_alter_table("orders") as batch:
        batch.alter_column("status", existing_type=sa.String(30), type_=sa.String(20))
