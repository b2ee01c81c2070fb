"""trim names of users"""

import sqlalchemy as sa
from alembic import op
from tables import users

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(sa.update(users).values(name=sa.func.trim(users.c.name)))


def downgrade() -> None:
    """Nothing to take back: the blanks meant nothing."""
