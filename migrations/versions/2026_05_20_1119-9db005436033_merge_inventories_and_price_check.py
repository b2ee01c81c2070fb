"""merge inventories and price check

Pattern: a merge. It changes nothing in the database; it says that both sides are there, and
the history has one head again. This is the only revision whose functions are empty, and rightly.

Revision ID: 9db005436033
Revises: 084eade18e77, 63596bfd9d6d
Create Date: 2026-05-20 11:19:05.730468
"""

from collections.abc import Sequence

revision: str = "9db005436033"
down_revision: str | Sequence[str] | None = ("084eade18e77", "63596bfd9d6d")
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
