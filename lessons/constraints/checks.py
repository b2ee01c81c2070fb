"""Checks of lesson `constraints`."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from course.checks import (
    Database,
    ForeignKey,
    Project,
    Step,
    Verdict,
    asked,
    findings,
    not_started,
    not_yet,
    passed,
    start_sql,
    trial,
)

STATUS_CHECK = "ck_orders_status_known"
STARS_CHECK = "ck_reviews_stars_range"
USER_KEY = "fk_orders_user_id_users"
PRODUCT_KEY = "fk_orders_product_id_products"
FILLED = "6d0e2b94c1a7"
WITH_USERS = "e42effdc2893"
WITH_KEY = "b7c25f40d9e1"

NAMES = {
    "pk": "pk_likes",
    "uq": "uq_likes_user_id_country",
    "fk": "fk_likes_user_id_country_people",
    "ck": "ck_likes_stars_positive",
    "ix": "ix_likes_stars_user_id",
}
ASK_NAMES = """
import json

import models
import sqlalchemy as sa

metadata = models.Base.metadata
sa.Table(
    "people",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("country", sa.Integer, primary_key=True),
)
likes = sa.Table(
    "likes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Integer),
    sa.Column("country", sa.Integer),
    sa.Column("stars", sa.Integer),
    sa.UniqueConstraint("user_id", "country"),
    sa.ForeignKeyConstraint(["user_id", "country"], ["people.id", "people.country"]),
    sa.CheckConstraint("stars > 0", name="stars_positive"),
)
index = sa.Index(None, likes.c.stars, likes.c.user_id)
likes.indexes.remove(index)
engine = sa.create_engine("sqlite://")
with engine.connect() as connection:
    metadata.create_all(connection, [metadata.tables["people"], likes])
    made = sa.inspect(connection)
    print(json.dumps({
        "pk": made.get_pk_constraint("likes")["name"],
        "uq": made.get_unique_constraints("likes")[0]["name"],
        "fk": made.get_foreign_keys("likes")[0]["name"],
        "ck": made.get_check_constraints("likes")[0]["name"],
        "ix": index.name,
    }))
"""

ORDERS = "SELECT id, email, product_id, status FROM orders ORDER BY id"
REVIEWS = "SELECT id, user_id, stars FROM reviews ORDER BY id"
MORE = """
INSERT INTO users VALUES (10, 'O''Neil', 'o''neil%@example.com');
INSERT INTO products VALUES (7, '50% off', 0);
INSERT INTO orders VALUES (10, 'o''neil%@example.com', 7, 'new');
INSERT INTO orders VALUES (11, 'o''neil%@example.com', 8, 'paid');
INSERT INTO orders VALUES (12, 'jun@example.com', 0, 'new');
INSERT INTO orders VALUES (13, 'jun@example.com', NULL, 'new');
INSERT INTO orders VALUES (14, 'sora@example.com', 1000000, 'paid');
INSERT INTO reviews VALUES (10, 10, 6);
INSERT INTO reviews VALUES (11, 10, 1);
INSERT INTO reviews VALUES (12, 2, 5);
INSERT INTO reviews VALUES (13, 2, -40);
INSERT INTO reviews VALUES (14, 3, 500);
INSERT INTO reviews VALUES (15, 3, 2);
"""
"""Rows beside those that the lesson opens with, at the edges of what the exercises ask for."""


def convention(project: Project) -> Verdict:
    """A table that is added to the models' metadata gets the five names."""
    with trial(project, ("python", "-c", ASK_NAMES), database="") as [asking]:
        asking.went_well()
        found = json.loads(asking.printed)
    # SQLAlchemy names indexes, and a CHECK has the name it was given, without any convention.
    if not any(found[kind] for kind in ("pk", "uq", "fk")) and found["ck"] == "stars_positive":
        return not_started()
    for kind, wanted in NAMES.items():
        if found[kind] is None:
            return not_yet("rule_missing", kind=kind)
        if found[kind] != wanted:
            return not_yet("rule_differs", kind=kind, found=found[kind], wanted=wanted)
    return passed()


def known_status(project: Project) -> Verdict:
    """shop.db takes the two states and no other, by a CHECK of the name that the rule makes.

    Where the revision isn't applied yet, a copy tells what it makes.
    """
    with trial(project, "look", "upgrade head") as steps:
        database = steps[0].database
        applied = bool(checks_of(database, "orders")) or not accepts(database, status("lost"))
        if not applied:
            database = steps[-1].went_well()
        names = checks_of(database, "orders")
        if not applied and not names:
            return not_started()
        if STATUS_CHECK not in names:
            mistake = "name" if applied else "name_waiting"
            return not_yet(mistake, names=listed(names), wanted=STATUS_CHECK)
        if any(accepts(database, status(word)) for word in ("lost", "", "NEW")):
            return not_yet("too_wide")
        for known in ("new", "paid"):
            if not accepts(database, status(known)):
                return not_yet("too_narrow", status=known)
    return passed() if applied else not_yet("not_applied")


def add_user_id(project: Project) -> Verdict:
    """orders.user_id is an INTEGER that may be NULL, without a key, at the head."""
    database = project.database()
    columns = database.columns("orders")
    leftover = columns.get("user_id")
    if database.versions() != project.heads():
        if leftover is not None:
            return not_started()
        with trial(project, "upgrade head") as [up]:
            up.went_well()
        return not_yet("not_applied")
    if found := differing(database, orders(user_id_is_required=False)):
        return found
    with trial(project, "upgrade head", database=at_start()) as [up]:
        if "user_id" not in up.went_well().columns("orders"):
            return not_yet("only_by_hand")
    return passed()


def key_model(project: Project) -> Verdict:
    """What autogenerate writes now can be applied, and makes the key; it hasn't written it yet."""
    for revision in project.revisions():
        if revision.parents == (FILLED,) and revision.id != WITH_USERS:
            return not_yet("revision_already", file=revision.file.name if revision.file else "")
    with trial(project, "check") as [look]:
        if "user_id" not in look.compared.models.get("orders", ()):
            return not_started()
    lines = ('alembic revision --autogenerate -m "probe"', "alembic upgrade head")
    with trial(project, ("shell", *lines)) as [shell]:
        if shell.error:
            no_batch = "ALTER" in shell.error
            return not_yet("no_batch") if no_batch else not_yet("not_applicable", said=shell.error)
        return differing(shell.database, orders(user_id_is_required=True)) or passed()


def add_foreign_key(project: Project) -> Verdict:
    """With more rows than the learner has seen, the key comes with its rule, goes, comes again."""
    with trial(project, *there_and_back(WITH_USERS), database=at_start()) as steps:
        up = steps[0].went_well()
        key = product_key(up)
        if key is None:
            return not_started()
        rows = up.rows(ORDERS)
        wanted = [
            (row[0], row[1], row[2] if row[2] in (1, 2, 7) else None, row[3])
            for row in rows_at_start(ORDERS)
        ]
        if rows != wanted:
            return wrong_orders(rows, wanted)
        found = wrong_key(key) or differing(up, orders(user_id_is_required=True, product_key=True))
        if found:
            return found
        if found := wrong_way_back(steps[1], WITH_USERS, ORDERS, rows):
            return found
        if product_key(steps[1].database):
            return not_yet("key_left")
        steps[2].went_well()
    if findings(project, "schema_and_data"):
        return not_yet("together")
    if findings(project, "empty_downgrade"):
        return not_yet("no_reason")
    with trial(project, "upgrade head", "check", database=at_start()) as [_, compared]:
        if any(one.table == "orders" for one in compared.compared.differences):
            return not_yet("models_differ")
    if project.database().versions() != project.heads():
        return not_yet("not_applied")
    return passed()


def limit_stars(project: Project) -> Verdict:
    """With more rows than the learner has seen, stars are brought into range and kept there."""
    with trial(project, *there_and_back(WITH_KEY), database=at_start()) as steps:
        if left := stars_left(project, steps[0].error):
            return left
        up = steps[0].went_well()
        names = checks_of(up, "reviews")
        if not names:
            return not_started()
        rows = up.rows(REVIEWS)
        if found := wrong_reviews(rows):
            return found
        if found := wrong_name(names) or differing(up, reviews()) or wrong_limit(up):
            return found
        if found := wrong_way_back(steps[1], WITH_KEY, REVIEWS, rows):
            return found
        if checks_of(steps[1].database, "reviews"):
            return not_yet("check_left")
        steps[2].went_well()
    if findings(project, "schema_and_data"):
        return not_yet("together")
    if findings(project, "empty_downgrade"):
        return not_yet("no_reason")
    if project.database().versions() != project.heads():
        return not_yet("not_applied")
    return passed()


def stars_left(project: Project, error: str | None) -> Verdict | None:
    """Say which stars the revisions before the one that stopped at its CHECK leave out of range.

    None where no CHECK stopped the upgrade, or where all stars are in range by then.
    """
    if error is None or "CHECK constraint failed" not in error:
        return None
    commands = (f"upgrade {WITH_KEY}", *["upgrade +1"] * 5)
    with trial(project, *commands, database=at_start()) as steps:
        before = [step.database for step in steps if step.error is None][-1]
        out = "SELECT DISTINCT stars FROM reviews WHERE stars NOT BETWEEN 1 AND 5 ORDER BY stars"
        left = ", ".join(str(stars) for (stars,) in before.rows(out))
    return not_yet("stars_left", line=error, stars=left) if left else None


def wrong_reviews(rows: list[tuple[object, ...]]) -> Verdict | None:
    """Name the first review whose stars are not the nearest ones from 1 to 5; None where none."""
    wanted = [
        (number, user, min(max(stars, 1), 5)) for number, user, stars in rows_at_start(REVIEWS)
    ]
    if rows == wanted:
        return None
    shown = [pair for pair in zip(rows, wanted, strict=False) if pair[0] != pair[1]]
    row, other = shown[0] if shown else (rows[-1:], wanted[-1:])
    return not_yet("wrong_rows", row=row, wanted=other)


def wrong_way_back(
    step: Step, revision: str, query: str, rows: list[tuple[object, ...]]
) -> Verdict | None:
    """Say what is wrong with a downgrade: it stops, or its rows are neither these nor the first."""
    if step.error:
        return not_yet("back_fails", revision=revision, said=step.error)
    if step.database.rows(query) not in (rows, rows_at_start(query)):
        return not_yet("guesses")
    return None


def wrong_key(key: ForeignKey) -> Verdict | None:
    """Say whether the key's name, its action or both are others than asked for."""
    on_delete = key.on_delete or "NO ACTION"
    if key.name != PRODUCT_KEY and on_delete != "SET NULL":
        return not_yet("wrong_key", name=key.name, on_delete=on_delete)
    if key.name != PRODUCT_KEY:
        return not_yet("wrong_name", name=key.name)
    if on_delete != "SET NULL":
        return not_yet("wrong_action", on_delete=on_delete)
    return None


def wrong_name(names: list[str]) -> Verdict | None:
    """Say which names the CHECKs of reviews have, where that is not the rule's one."""
    return (
        None if names == [STARS_CHECK] else not_yet("name", names=listed(names), wanted=STARS_CHECK)
    )


def wrong_limit(up: Database) -> Verdict | None:
    """Say which number of stars the reviews accept or refuse wrongly; None where none is."""
    for stars in (0, 6, -1, 1, 5):
        accepted = accepts(up, f"UPDATE reviews SET stars = {stars} WHERE id = 1")
        if accepted != (1 <= stars <= 5):
            return not_yet("too_wide" if accepted else "too_narrow", stars=stars)
    return None


def there_and_back(revision: str) -> tuple[str, str, str]:
    """Give the commands that go up, back to a revision, and up again."""
    return "upgrade head", f"downgrade {revision}", "upgrade head"


def at_start() -> str:
    """Give the SQL of the database that the lesson opens with, and more rows."""
    return start_sql(Path(__file__).parent) + MORE


def rows_at_start(query: str) -> list[tuple[object, ...]]:
    """Give what a query finds in that database."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(at_start())
        return connection.execute(query).fetchall()


def orders(user_id_is_required: bool, product_key: bool = False) -> sa.Table:
    """Declare the table of orders as it is with user_id."""
    to_product = (
        [sa.ForeignKeyConstraint(["product_id"], ["products.id"], PRODUCT_KEY, ondelete="SET NULL")]
        if product_key
        else []
    )
    to_user = (
        [sa.ForeignKeyConstraint(["user_id"], ["users.id"], USER_KEY, ondelete="CASCADE")]
        if user_id_is_required
        else []
    )
    return sa.Table(
        "orders",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("email", sa.String(100), nullable=False),
        sa.Column("product_id", sa.Integer),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("user_id", sa.Integer, nullable=not user_id_is_required),
        sa.CheckConstraint("status <> ''", name=STATUS_CHECK),
        *to_product,
        *to_user,
    )


def reviews() -> sa.Table:
    """Declare the table of reviews, with what it had before and its new CHECK."""
    return sa.Table(
        "reviews",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("stars", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], "fk_reviews_user_id_users", ondelete="CASCADE"
        ),
        sa.Index("ix_reviews_user_id", "user_id"),
        sa.CheckConstraint("stars > 0", name=STARS_CHECK),
    )


def differing(database: Database, table: sa.Table) -> Verdict | None:
    """Say in what a table differs from a declared one; None where it doesn't."""
    found = asked(database, [table])
    return not_yet("differs", differences="; ".join(map(str, found))) if found else None


def wrong_orders(rows: list[tuple[object, ...]], wanted: list[tuple[object, ...]]) -> Verdict:
    """Say which order is other than asked for, or that some are gone."""
    if len(rows) != len(wanted):
        return not_yet("orders_gone", left=len(rows), all=len(wanted))
    row, other = next(pair for pair in zip(rows, wanted, strict=True) if pair[0] != pair[1])
    if row == next(was for was in rows_at_start(ORDERS) if was[0] == row[0]):
        return not_yet("orphans_left", order=row[0], product=row[2])
    return not_yet("rows_changed", row=row, wanted=other)


def product_key(database: Database) -> ForeignKey | None:
    """Give the foreign key of orders.product_id to products.id, None where there is none."""
    for key in database.foreign_keys("orders"):
        if (key.columns, key.table, key.referred) == (("product_id",), "products", ("id",)):
            return key
    return None


def checks_of(database: Database, table: str) -> list[str]:
    """Give the names of a table's CHECKs, sorted; a nameless one is called `-`."""
    there = database.table(table)
    return sorted(check.name or "-" for check in there.checks) if there else []


def listed(names: list[str]) -> str:
    """Write names one after the other."""
    return ", ".join(f"`{name}`" for name in names)


def status(word: str) -> str:
    """Give a statement that gives an order a status."""
    return f"UPDATE orders SET status = '{word}' WHERE id = 1"


def accepts(database: Database, statement: str) -> bool:
    """Run a statement on a copy's database and take it back; tell whether it was accepted."""
    with closing(sqlite3.connect(database.path)) as connection:
        try:
            connection.execute(statement)
        except sqlite3.IntegrityError:
            return False
        return True
