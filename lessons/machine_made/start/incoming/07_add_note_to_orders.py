"""add note to orders"""

import sqlalchemy as sa
from alembic import op

revision = "e3b60f92d4a8"
down_revision = "1f7a83d50c9e"


def upgrade() -> None:
    op.add_column("orders", sa.Column("note", sa.String(200)))


def downgrade() -> None:
    op.drop_column("orders", "note")
