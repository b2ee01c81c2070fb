"""create notes table"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table("notes", sa.Column("text", sa.String(20)))
    op.create_index("ix_notes_text", "notes", ["text"])


def downgrade() -> None:
    op.drop_index("ix_notes_text", table_name="notes")
    op.drop_table("notes")
