"""rename name to display_name"""

import sqlalchemy as sa
from alembic import op

revision = "58b3f7c1e024"
down_revision = "2e95b07c31fa"


def upgrade() -> None:
    name = sa.Column("display_name", sa.String(50), nullable=False, server_default="")
    op.add_column("users", name)
    op.drop_column("users", "name")


def downgrade() -> None:
    name = sa.Column("name", sa.String(50), nullable=False, server_default="")
    op.add_column("users", name)
    op.drop_column("users", "display_name")
