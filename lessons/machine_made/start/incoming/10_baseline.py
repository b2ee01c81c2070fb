"""baseline"""

from alembic import op

from models import Base

revision = "b75f02c9d8e1"
down_revision = None


def upgrade() -> None:
    Base.metadata.create_all(op.get_bind())


def downgrade() -> None:
    Base.metadata.drop_all(op.get_bind())
