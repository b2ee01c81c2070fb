"""baseline"""

from alembic import op

from models import Base

revision = "4f1b9c27d0e3"
down_revision = None


def upgrade() -> None:
    Base.metadata.create_all(op.get_bind())


def downgrade() -> None:
    Base.metadata.drop_all(op.get_bind())
