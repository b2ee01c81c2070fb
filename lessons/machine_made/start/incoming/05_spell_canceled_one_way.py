"""spell canceled one way"""

from alembic import op
from sqlalchemy.orm import Session

from models import Order

revision = "c94e20ad6b37"
down_revision = "a60d9e35f718"


def upgrade() -> None:
    session = Session(bind=op.get_bind())
    for order in session.query(Order).filter(Order.status == "cancelled"):
        order.status = "canceled"
    session.commit()


def downgrade() -> None:
    """Nothing to take back: the code of the last release reads both spellings."""
