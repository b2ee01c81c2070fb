"""move phone to profiles

Revision ID: 9afd9b050e36
Revises: a5b8ce6472ef
Create Date: 2026-01-05 09:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = '9afd9b050e36'
down_revision: Union[str, Sequence[str], None] = 'a5b8ce6472ef'
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    op.create_table(
        "profiles",
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), primary_key=True),
        sa.Column("phone", sa.String(20)),
    )
    op.execute("INSERT INTO profiles (user_id, phone) SELECT id, phone FROM users")
    op.drop_column("users", "phone")


def downgrade() -> None:
    op.add_column("users", sa.Column("phone", sa.String(20)))
    op.execute(
        "UPDATE users SET phone = (SELECT phone FROM profiles WHERE profiles.user_id = users.id)"
    )
    op.drop_table("profiles")
