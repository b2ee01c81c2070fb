"""strip spaces from emails"""

from alembic import op

revision = "6ac18e47f0d2"
down_revision = "90d5c7e1a36b"


def upgrade() -> None:
    op.execute("UPDATE users SET email = trim(email) WHERE email <> trim(email)")


def downgrade() -> None:
    """Nothing to take back: the code of the last release strips what it reads."""
