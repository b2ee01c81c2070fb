"""add note to orders"""

from alembic import op
import sqlalchemy as sa

revision = "d41f8a20c6b7"
down_revision = "c57a91d3e840"


def upgrade() -> None:
    op.add_column("orders", sa.Column("note", sa.String(100)))


def downgrade() -> None:
    op.drop_column("orders", "note")
