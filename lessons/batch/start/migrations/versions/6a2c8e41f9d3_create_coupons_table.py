"""create coupons table"""
import sqlalchemy as sa
from alembic import op

revision = "6a2c8e41f9d3"
down_revision = "f08b6d2ac913"

COUPONS = """
CREATE TABLE coupons (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    code VARCHAR(20) NOT NULL COLLATE NOCASE,
    percent INTEGER,
    UNIQUE (code),
    CONSTRAINT ck_coupons_percent_range CHECK (percent BETWEEN 1 AND 90)
)
"""
BIG = "CREATE VIEW big_coupons AS SELECT code FROM coupons WHERE percent > 20"
LOG = """
CREATE TRIGGER log_coupon AFTER UPDATE ON coupons
BEGIN
    INSERT INTO coupon_changes (code) VALUES (old.code);
END
"""


def upgrade() -> None:
    op.create_table(
        "coupon_changes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_changes")),
    )
    op.execute(COUPONS)
    op.execute(BIG)
    op.execute(LOG)


def downgrade() -> None:
    op.execute("DROP VIEW big_coupons")
    op.drop_table("coupons")
    op.drop_table("coupon_changes")
