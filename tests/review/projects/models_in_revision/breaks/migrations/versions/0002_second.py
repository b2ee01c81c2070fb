"""trim names of users"""

import sqlalchemy as sa
from alembic import op
from models import User

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(sa.update(User).values(name=sa.func.trim(User.name)))


def downgrade() -> None:
    """Nothing to take back: the blanks meant nothing."""
