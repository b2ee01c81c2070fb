"""merge phone and city"""

revision = "0004"
down_revision = ("0002", "0003")


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
