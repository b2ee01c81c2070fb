"""add label to parcels"""

import sqlalchemy as sa
from alembic import op

revision = "a85e03d7c614"
down_revision = "4f1b9c27d0e3"


def upgrade() -> None:
    op.add_column("parcels", sa.Column("label", sa.String(40)))


def downgrade() -> None:
    op.drop_column("parcels", "label")
