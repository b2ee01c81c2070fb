"""create roles table"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    roles = op.create_table("roles", sa.Column("name", sa.String(20), primary_key=True))
    op.bulk_insert(roles, [{"name": "admin"}])


def downgrade() -> None:
    op.drop_table("roles")
