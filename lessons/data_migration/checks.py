"""Checks of lesson `data_migration`."""

from pathlib import Path

from course.checks import (
    Database,
    Project,
    Verdict,
    findings,
    not_started,
    not_yet,
    passed,
    trial,
)

BACKFILLED = "86792fee7297"
BUYERS = "cc1caec26395"

SHOP = """
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
CREATE TABLE admin_emails (
    email VARCHAR(100) NOT NULL,
    CONSTRAINT pk_admin_emails PRIMARY KEY (email)
);
CREATE TABLE products (
    id INTEGER NOT NULL,
    title VARCHAR(100) NOT NULL,
    price INTEGER NOT NULL,
    CONSTRAINT pk_products PRIMARY KEY (id)
);
CREATE TABLE users (
    id INTEGER NOT NULL,
    name VARCHAR(50),
    email VARCHAR(100) NOT NULL,
    role VARCHAR(20) DEFAULT 'member' NOT NULL,
    display_name VARCHAR(50),
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT uq_users_email UNIQUE (email),
    CONSTRAINT ck_users_display_name_filled CHECK (trim(display_name) <> '')
);
CREATE TABLE orders (
    id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    status VARCHAR(20) NOT NULL,
    CONSTRAINT pk_orders PRIMARY KEY (id),
    CONSTRAINT fk_orders_user_id_users FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE INDEX ix_orders_user_id ON orders (user_id);
"""

USERS = [
    (1, "Minji", "MJ"),
    (2, "Jun", "Jun"),
    (3, "Sora", None),
    (4, "Hana", "Hana B."),
    (5, "Doyun", None),
    (6, None, "Yuna"),
]

ORDERS = """
ALTER TABLE orders ADD COLUMN buyer_name VARCHAR(50);
INSERT INTO orders (id, user_id, status, buyer_name)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 25000)
SELECT 3 * n, 1 + n % 5, 'paid', CASE WHEN n % 100 = 0 THEN 'Buyer ' || n END FROM numbers;
"""

WANTED_BUYER = "CASE WHEN orders.id % 300 = 0 THEN 'Buyer ' || (orders.id / 3) ELSE users.name END"


def backfill(project: Project) -> Verdict:
    """Every order has its buyer's name, those it had before are kept, and no schema is changed."""
    for rule, mistake in (
        ("schema_and_data", "with_schema"),
        ("models_in_revision", "imports_models"),
    ):
        for finding in findings(project, rule):
            return not_yet(mistake, file=Path(finding.file).name)
    with trial(project, "upgrade head", database=shop_at(BUYERS) + ORDERS) as steps:
        orders = steps[0].went_well()
        kept = wrong_buyers(orders, "orders.id % 300 = 0")
        if kept:
            return not_yet("overwritten", count=len(kept), **kept[0])
        filled = orders.rows("SELECT count(*), count(buyer_name) - 250 FROM orders")[0]
        if not filled[1]:
            return not_started()
        wrong = wrong_buyers(orders, "orders.id % 300 <> 0 AND orders.buyer_name IS NOT NULL")
        if wrong:
            return not_yet("wrong_names", count=len(wrong), **wrong[0])
        left = orders.count("orders") - 250 - filled[1]
        return not_yet("rows_left", left=f"{left:,}") if left else passed()


def contract(project: Project) -> Verdict:
    """The old column goes when every value has moved, and comes back with values."""
    there_and_back = ("upgrade head", f"downgrade {BACKFILLED}", "upgrade head")
    with trial(project, *there_and_back, database=shop_at(BACKFILLED)) as steps:
        for step in steps:
            if step.error:
                return not_yet("stops", command=step.command, said=step.error)
            if step.command.startswith("downgrade"):
                lost = wrong_names(step.database, "name")
                if lost:
                    return not_yet("not_back", **lost)
                continue
            if "name" in step.database.columns("users"):
                return not_started()
            lost = wrong_names(step.database, "display_name")
            if lost:
                return not_yet("values_lost", **lost)
            if step.database.columns("users")["display_name"].nullable:
                return not_yet("nullable")
        return passed()


def shop_at(version: str) -> str:
    """Give the SQL of a database of our own at a version, with USERS."""
    rows = ", ".join(
        f"({user}, {literal(name)}, {literal(shown)}, 'user{user}@example.com')"
        for user, name, shown in USERS
    )
    return (
        f"{SHOP}INSERT INTO alembic_version VALUES ('{version}');\n"
        f"INSERT INTO users (id, name, display_name, email) VALUES {rows};\n"
    )


def literal(value: str | None) -> str:
    """Write a value as SQL."""
    return "NULL" if value is None else f"'{value}'"


def wrong_buyers(database: Database, condition: str) -> list[dict[str, object]]:
    """Give the orders among those of the condition whose buyer_name is not what it must be."""
    query = (
        f"SELECT orders.id, {WANTED_BUYER}, orders.buyer_name FROM orders "
        f"JOIN users ON users.id = orders.user_id "
        f"WHERE {condition} AND orders.buyer_name IS NOT {WANTED_BUYER} ORDER BY orders.id"
    )
    names = ("order", "wanted", "found")
    return [dict(zip(names, row, strict=True)) for row in database.rows(query)]


def wrong_names(database: Database, column: str) -> dict[str, object]:
    """Give the first user whose value in the column is none of theirs, and how many there are.

    Nobody can ask more of display_name than what was chosen, or else the name. A way down may
    bring back either.
    """
    there = column in database.columns("users")
    found = dict(database.rows(f"SELECT id, {column if there else 'NULL'} FROM users"))
    lost = []
    for user, name, chosen in USERS:
        shown = chosen or name
        if found.get(user) not in ((shown,) if column == "display_name" else (name, shown)):
            lost.append({"user": user, "wanted": shown, "found": found.get(user) or "NULL"})
    return {"count": len(lost), **lost[0]} if lost else {}
