"""Checks of lesson `columns_and_indexes`."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import sqlalchemy as sa

from course.checks import (
    Database,
    Project,
    ProjectError,
    Step,
    Verdict,
    asked,
    except_for,
    not_started,
    not_yet,
    passed,
    start_sql,
    trial,
)

ORDER_ITEMS = "6e90b4d2f1a8"
SUPPLIERS_MADE = "0a696749c03c"
ACTIVE = "2e6859b79fe6"
FILLED = "c1e546cdf79e"
REQUIRED = "0e405e7ca0e1"
NO_DEFAULT = "5d27a9c3e610"
TITLES = "9f73fdcb873f"
COMPOSITE = "7fbf15fefdb0"
"""The revisions of the start, and those whose header the lesson gives, in their order."""

NO_VALUE = ("NOT NULL", "non-constant default")
"""What SQLite says of a column, or of a copied row, that has no value for the rows."""

PAIR = ("order_id", "product_id")
NO_REASON = (None, "", "Downgrade schema.")
"""What the docstring of a downgrade() is before somebody writes one."""

SHOP = sa.MetaData()
SUPPLIERS = sa.Table(
    "suppliers",
    SHOP,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(255), unique=True, nullable=False),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("created_at", sa.DateTime, server_default=sa.func.now(), nullable=False),
    sa.Column("updated_at", sa.DateTime, server_default=sa.func.now(), nullable=False),
    sa.Index("ix_suppliers_name", "name"),
)
USERS = sa.Table(
    "users",
    SHOP,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(50), nullable=False),
    sa.Column("email", sa.String(100), unique=True, nullable=False),
    sa.Column("is_active", sa.Boolean, nullable=False),
)
PRODUCTS = sa.Table(
    "products",
    SHOP,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(100), nullable=False),
    sa.Column("price", sa.Integer, nullable=False),
    sa.Index("ix_products_title", "title", unique=True),
)
WITH_CURRENCY = PRODUCTS.to_metadata(sa.MetaData())
WITH_CURRENCY.append_column(sa.Column("currency", sa.String(3), nullable=False))


def orders(channel: str | None = None) -> sa.Table:
    """Declare orders with both new columns, and the default that channel has."""
    return sa.Table(
        "orders",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("channel", sa.String(10), nullable=False, server_default=channel),
        sa.Index("ix_orders_user_id", "user_id"),
    )


MORE = """
UPDATE products SET title = 'Brush pen' WHERE id = 3;
INSERT INTO users VALUES (10, 'O''Neil', 'o''neil%@example.com'), (999, '', '');
INSERT INTO products VALUES (7, '50% off', 0), (1000000, 'KRW', 1);
INSERT INTO orders VALUES (10, 999, 'new'), (11, 10, '');
INSERT INTO order_items VALUES
    (8, 2, 1, 4), (9, 2, 3, 2), (10, 3, 3, 1), (20, 10, 7, 0), (21, 11, 7, 3), (22, 11, 7, 0),
    (23, 11, 7, 40), (24, 11, 1000000, 1);
"""
"""Rows beside those of the start, with more repeated items and no double Pen."""

OLD_VERSION = """
import sqlite3
from contextlib import closing

with closing(sqlite3.connect("shop.db")) as shop:
    has_currency = bool(shop.execute(
        "SELECT 1 FROM pragma_table_info('products') WHERE name = 'currency'"
    ).fetchall())
    is_there = bool(shop.execute("SELECT 1 FROM products WHERE title = 'old'").fetchall())
    title = "again" if is_there else "old"
    shop.execute("INSERT INTO products (title, price) VALUES (?, 5)", (title,))
    if has_currency and not is_there:
        shop.commit()
"""
"""Adds a product as the old version does. The first that is added beside the new column stays."""

BEFORE_DEPLOY = "'before the deploy'"
"""The title of a product that the old version adds, as SQL writes it."""

IN_DOLLARS = "SELECT currency FROM products WHERE title LIKE 'USD _'"
"""Asks for the currencies of the products that the new version adds."""


# --- tries ---


@except_for("edited_applied")
def count_up(project: Project) -> Verdict:
    """The revision and shop.db have a key that counts up; it is BIGINT where that does."""
    database = project.database()
    is_fixed_there = key_type(database) == "INTEGER"
    commands = (f"upgrade {SUPPLIERS_MADE}", f"downgrade {ORDER_ITEMS}")
    with trial(project, *commands, throwaway=True) as steps:
        made = steps[0].went_well()
        if key_type(made) == "BIGINT":
            return not_yet("only_database") if is_fixed_there else not_started()
        differing = asked(made, [SUPPLIERS])
        if differing:
            return not_yet("not_as_asked", differing=listed(differing))
        if "suppliers" in steps[1].went_well().tables():
            return not_yet("stays")
    script = f"sql {ORDER_ITEMS}:{SUPPLIERS_MADE}"
    with trial(project, script, prepare=on_postgresql) as [step]:
        step.went_well()
        if "BIG" not in step.script:
            return not_yet("narrow")
    if "suppliers" not in database.tables() or SUPPLIERS_MADE not in applied(project):
        return not_yet("not_applied")
    return passed() if is_fixed_there else not_yet("applied_before")


def on_postgresql(copy: Path) -> None:
    """Let a copy's settings name PostgreSQL, of which only the SQL is asked for."""
    settings = copy / "alembic.ini"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace("sqlite:///shop.db", "postgresql+psycopg://localhost/shop"), encoding="utf-8"
    )


def key_type(database: Database) -> str:
    """Give the type of suppliers.id; empty without the table."""
    column = database.columns("suppliers").get("id")
    return column.type if column else ""


def is_active(project: Project) -> Verdict:
    """Existing users are active, and so is one that does not say it; shop.db has the column."""
    database = project.database()
    is_there = "is_active" in database.columns("users")
    commands = (
        f"upgrade {ACTIVE}",
        sql("INSERT INTO users (name, email) VALUES ('%''\"', 'new')"),
        f"downgrade {SUPPLIERS_MADE}",
    )
    with trial(project, *commands, database=at_start(), keep_going=True) as [up, insert, back]:
        if up.error and any(words in up.error for words in NO_VALUE):
            return not_yet("only_database") if is_there else not_started()
        made = up.went_well()
        if "is_active" not in made.columns("users"):
            return not_yet("only_database") if is_there else not_yet("no_column")
        if made.columns("users")["is_active"].nullable:
            return not_yet("nullable")
        differing = asked(made, [USERS])
        if differing:
            return not_yet("not_as_asked", differing=listed(differing))
        if insert.error:
            return not_yet("old_refused", said=insert.error)
        found = {value for (value,) in insert.database.rows("SELECT is_active FROM users")}
        if found != {1}:
            return not_yet("other_value", found=", ".join(sorted(map(repr, found))))
        if "is_active" in back.went_well().columns("users"):
            return not_yet("stays")
        wanted = made.columns("users")["is_active"]
    if ACTIVE not in applied(project):
        return not_yet("not_applied")
    is_made = not asked(database, [USERS]) and database.columns("users")["is_active"] == wanted
    return passed() if is_made else not_yet("applied_before")


def require_total(project: Project) -> Verdict:
    """The revision makes total NOT NULL and takes that back, and it is applied."""
    database = project.database()
    if project.heads() == (FILLED,):
        return not_yet("only_database") if is_required(database) else not_started()
    if project.heads() != (REQUIRED,):
        return not_yet("other_revision", id=", ".join(project.heads()))
    is_applied = REQUIRED in database.versions()
    commands = (f"upgrade {FILLED}", f"upgrade {REQUIRED}", f"downgrade {FILLED}")
    with trial(project, *commands, database=at_start()) as steps:
        filled = steps[0].went_well()
        made = steps[1].went_well()
        if not is_required(made):
            if is_required(database):
                return not_yet("only_database")
            return not_yet("not_required") if is_applied else not_started()
        mistake = _total_differs(filled, made, steps[2])
        if mistake is not None:
            return mistake
    if not is_applied:
        return not_yet("not_applied")
    return passed() if is_required(database) else not_yet("applied_before")


def _total_differs(filled: Database, made: Database, back: Step) -> Verdict | None:
    """Compare schema and rows after the revision, and after the way back."""
    differing = asked(made, [orders(channel="web")])
    if differing:
        return not_yet("not_as_asked", differing=listed(differing))
    if back.error:
        return not_yet("back_fails", revision=FILLED, said=back.error)
    if is_required(back.database):
        return not_yet("stays")
    there = order_rows(filled) == order_rows(made) == order_rows(back.database)
    return None if there else not_yet("other_rows")


def order_rows(database: Database) -> list[tuple[object, ...]]:
    """Give the orders with their totals."""
    return database.rows("SELECT id, user_id, status, total, channel FROM orders ORDER BY id")


def is_required(database: Database) -> bool:
    """Tell whether orders.total is there and NOT NULL."""
    column = database.columns("orders").get("total")
    return column is not None and not column.nullable


def one_change(project: Project) -> Verdict:
    """The revision makes titles unique and nothing else; nothing is left over in shop.db."""
    if project.heads() != (TITLES,):
        return not_yet("other_revision", id=", ".join(project.heads()))
    left_over = "ix_orders_user_id_status" in project.database().indexes("orders")
    commands = (f"upgrade {TITLES}", f"downgrade {NO_DEFAULT}")
    with trial(project, *commands, database=at_start()) as steps:
        made = steps[0].went_well()
        if "ix_orders_user_id_status" in made.indexes("orders"):
            is_applied = TITLES in project.database().versions()
            return not_started() if left_over and not is_applied else not_yet("both")
        differing = asked(made, [PRODUCTS, orders()])
        if differing:
            return not_yet("not_as_asked", differing=listed(differing))
        if steps[1].error:
            return not_yet("back_fails", revision=NO_DEFAULT, said=steps[1].error)
        if covering(steps[1].database, "products", ["title"]):
            return not_yet("stays")
    if left_over:
        return not_yet("left_over")
    if TITLES not in project.database().versions():
        return not_yet("not_applied")
    differing = asked(project.database(), [PRODUCTS])
    return not_yet("applied_before") if differing else passed()


# --- exercises ---


def required_column(project: Project) -> Verdict:
    """The old version can add products up to the last revision but one, and they become KRW."""
    commands = [f"upgrade {COMPOSITE}"]
    stages: list[str | tuple[str, ...]] = []
    for revision in newer_than(project, COMPOSITE):
        stages.append(f"upgrade {revision}")
        stages.append(("python", "-c", OLD_VERSION))
    new = sql("INSERT INTO products (title, price, currency) VALUES ('new', 0, 'USD')")
    with trial(project, *commands, *stages, new, database=at_start(), keep_going=True) as steps:
        before, added = steps[0].went_well(), steps[-1]
        upgrades, inserts = steps[1:-1:2], steps[2:-1:2]
        for step in upgrades:
            if step.error and any(words in step.error for words in NO_VALUE):
                return not_yet("fails_on_rows", said=step.error)
            step.went_well()
        made = ["currency" in step.database.columns("products") for step in upgrades]
        if not made or not made[-1]:
            is_there = "currency" in project.database().columns("products")
            return not_yet("only_database") if is_there else not_started()
        mistake = _column_differs(
            before, upgrades[-1].database, inserts[made.index(True)], inserts[-1]
        )
        if mistake is not None:
            return mistake
        if added.error:
            return not_yet("new_refused", said=added.error)
        since = made.index(True)
        refused = next(number for number in range(since, len(made)) if inserts[number].error)
    goal = newer_than(project, COMPOSITE)[refused - 1]
    mistake = _column_stays(project) or _old_version_after_way_back(project, goal)
    if mistake is not None:
        return mistake
    return passed() if is_at_head(project) else not_yet("not_applied")


def _column_stays(project: Project) -> Verdict | None:
    """Go back to where there was no column, and up again."""
    commands = ("upgrade heads", f"downgrade {COMPOSITE}", "upgrade heads")
    with trial(project, *commands, database=at_start()) as steps:
        if len(steps) > 1 and steps[1].error:
            return not_yet("back_fails", revision=COMPOSITE, said=steps[1].error)
        if len(steps) > 1 and "currency" in steps[1].database.columns("products"):
            return not_yet("column_stays")
        for step in steps:
            step.went_well()
    return None


def _old_version_after_way_back(project: Project, goal: str) -> Verdict | None:
    """Compare what both versions can add at a revision with what is there on the way back."""
    added = sql(f"INSERT INTO products (title, price) VALUES ({BEFORE_DEPLOY}, 5)")
    taken = sql(f"DELETE FROM products WHERE title = {BEFORE_DEPLOY}")
    up = (f"upgrade {goal}", added, taken, in_dollars("USD 1"), "upgrade heads")
    commands = (*up, in_dollars("USD 2"), f"downgrade {goal}", added)
    query = f"SELECT currency FROM products WHERE title = {BEFORE_DEPLOY}"
    with trial(project, *commands, database=at_start()) as steps:
        if len(steps) == len(up) - 1 and steps[-1].error:
            return not_yet("new_refused", said=steps[-1].error)
        for step in steps[: len(commands) - 1]:
            step.went_well()
        if steps[-1].error:
            return not_yet("back_refuses", line=steps[-1].error)
        for number, kept in ((4, "up_overwrites"), (6, "back_overwrites")):
            values = set(steps[number].database.rows(IN_DOLLARS)) - {("USD",)}
            if values:
                return not_yet(kept, found=", ".join(sorted(shown(one) for (one,) in values)))
        [[wanted]], [[found]] = (steps[number].database.rows(query) for number in (1, -1))
    if wanted == found:
        return None
    return not_yet("back_differs", wanted=shown(wanted), found=shown(found))


def in_dollars(title: str) -> tuple[str, str, str]:
    """Give a trial's command that adds a product as the new version does."""
    return sql(f"INSERT INTO products (title, price, currency) VALUES ('{title}', 5, 'USD')")


def shown(currency: str | None) -> str:
    """Write a currency as a message shows it."""
    return "NULL" if currency is None else currency


def _column_differs(before: Database, head: Database, between: Step, after: Step) -> Verdict | None:
    """Compare the column at the head, and what the old version could add between and after."""
    if head.columns("products")["currency"].nullable:
        return not_yet("nullable")
    if not after.error:
        return not_yet("default_left", default=str(head.columns("products")["currency"].default))
    if between.error:
        return not_yet("old_refused", said=between.error)
    found = currencies(head)
    gone = lost_products(before, head)
    if gone:
        return not_yet("lost_products", gone=", ".join(gone))
    if set(found) != {"KRW"}:
        return not_yet("old_rows", found=", ".join(sorted(set(map(repr, found)))) or "-")
    differing = asked(head, [WITH_CURRENCY])
    return not_yet("not_as_asked", differing=listed(differing)) if differing else None


def currencies(database: Database) -> list[str | None]:
    """Give the currency of each product."""
    return [currency for (currency,) in database.rows("SELECT currency FROM products")]


def lost_products(before: Database, now: Database) -> list[str]:
    """Give the titles of the products that are gone, or have another id, title or price."""
    query = "SELECT id, title, price FROM products ORDER BY id"
    there = set(now.rows(query))
    return [f"`{row[1]}`" for row in before.rows(query) if row not in there]


@except_for("gone_rows", "back_loses")
def unique_index(project: Project) -> Verdict:
    """One revision merges repeated items, another makes a unique index that finds an order's."""
    new = newer_than(project, COMPOSITE)
    commands = (f"upgrade {COMPOSITE}", *(f"upgrade {revision}" for revision in new))
    with trial(project, *commands, database=at_start()) as steps:
        last = steps[-1]
        if last.error and "UNIQUE constraint failed: order_items" in last.error:
            pair = all(column in last.error for column in PAIR)
            return not_yet("stops_on_doubles" if pair else "other_columns", said=last.error)
        last.went_well()
        stages = [step.database for step in steps]
        mistake = _merge_differs(project, stages)
        if mistake is not None:
            return mistake
        untouched = [_is_untouched(there, stages[0]) for there in stages]
        goal = [COMPOSITE, *new][untouched.index(False) - 1]
        rows = [item_rows(there) for there in stages]
        steps_of_rows = zip(new, pairwise(rows), strict=True)
        merging = [revision for revision, (was, now) in steps_of_rows if was != now]
    return _way_back_differs(project, goal) or _finished(project, merging)


def _merge_differs(project: Project, stages: list[Database]) -> Verdict | None:
    """Compare what the revisions make, one after the other, with what was asked for."""
    first, made = stages[0], stages[-1]
    if quantities(made) != quantities(first):
        return not_yet("quantity_lost")
    groups = covering(made, "order_items", PAIR)
    if not groups:
        return _without_index(project, made, first)
    if not any(columns[0] == "order_id" for columns in indexed(made)):
        return not_yet("wrong_order", columns=", ".join(groups[0]))
    if others(made) != others(first):
        return not_yet("other_rows")
    return not_yet("together") if _merges_where_it_indexes(stages) else None


def _way_back_differs(project: Project, goal: str) -> Verdict | None:
    """Go back to where neither rows nor index had changed, and up again."""
    commands = ("upgrade heads", f"downgrade {goal}", "upgrade heads")
    with trial(project, *commands, database=at_start()) as steps:
        if len(steps) > 1 and steps[1].error:
            return not_yet("back_fails", revision=goal, said=steps[1].error)
        if len(steps) > 1 and covering(steps[1].database, "order_items", PAIR):
            return not_yet("index_stays")
        for step in steps:
            step.went_well()
        there = [(quantities(step.database), others(step.database)) for step in steps]
        return None if there[0] == there[1] == there[2] else not_yet("back_loses_rows")


def _finished(project: Project, merging: list[str]) -> Verdict:
    """Ask for the reason in a downgrade() that does nothing, and whether all is applied."""
    for revision in merging:
        script = project.scripts().get_revision(revision)
        downgrade = getattr(script.module, "downgrade", None) if script else None
        does_nothing = downgrade is None or not downgrade.__code__.co_names
        if does_nothing and getattr(downgrade, "__doc__", None) in NO_REASON:
            return not_yet("no_reason")
    return passed() if is_at_head(project) else not_yet("not_applied")


def _without_index(project: Project, made: Database, first: Database) -> Verdict:
    """Say what there is where no unique index covers the pair."""
    if covering(project.database(), "order_items", PAIR):
        return not_yet("only_database")
    if any(set(PAIR) <= set(columns) for columns in indexed(made)):
        return not_yet("not_unique")
    return not_started() if _is_untouched(made, first) else not_yet("only_merged")


def _is_untouched(database: Database, first: Database) -> bool:
    return item_rows(database) == item_rows(first) and not covering(database, "order_items", PAIR)


def _merges_where_it_indexes(stages: Sequence[Database]) -> bool:
    """Tell whether rows change in the same revision in which the unique index comes."""
    return any(
        item_rows(before) != item_rows(after)
        and covering(after, "order_items", PAIR)
        and not covering(before, "order_items", PAIR)
        for before, after in pairwise(stages)
    )


def covering(database: Database, table: str, wanted: Sequence[str]) -> list[tuple[str, ...]]:
    """Give the columns of each unique index or constraint of exactly these, for all rows."""
    there = database.table(table)
    if there is None:
        return []
    groups = [key.columns for key in there.uniques]
    groups += [index.columns for index in there.indexes if index.unique and not index.where]
    return [columns for columns in groups if sorted(columns) == sorted(wanted)]


def indexed(database: Database) -> list[tuple[str, ...]]:
    """Give the columns of each index of order_items, those of UNIQUE constraints included."""
    found = [index.columns for index in database.indexes("order_items").values()]
    return found + database.uniques("order_items")


def quantities(database: Database) -> list[tuple[int, int, int]]:
    """Give how many of each product each order has."""
    return database.rows(
        "SELECT order_id, product_id, sum(quantity) FROM order_items"
        " GROUP BY order_id, product_id ORDER BY order_id, product_id"
    )


def item_rows(database: Database) -> list[tuple[int, ...]]:
    """Give the rows of order_items."""
    return database.rows("SELECT id, order_id, product_id, quantity FROM order_items ORDER BY id")


def others(database: Database) -> list[tuple[object, ...]]:
    """Give the rows of the other tables, by what the start has of them."""
    queries = (
        "SELECT id, name, email FROM users ORDER BY id",
        "SELECT id, title, price FROM products ORDER BY id",
        "SELECT id, user_id, status FROM orders ORDER BY id",
    )
    return [row for query in queries for row in database.rows(query)]


# --- all of them ---


def at_start() -> str:
    """Give the SQL of the start's database with more rows."""
    return start_sql(Path(__file__).parent) + MORE


def sql(statement: str) -> tuple[str, str, str]:
    """Give a trial's command that runs a statement in the copy's database."""
    lines = [
        "import sqlite3",
        "from contextlib import closing",
        "with closing(sqlite3.connect('shop.db')) as shop, shop:",
        f"    shop.execute({statement!r})",
    ]
    return "python", "-c", "\n".join(lines)


def newer_than(project: Project, revision: str) -> list[str]:
    """Give the ids of those after a revision, oldest first. Raises ProjectError at two heads."""
    if len(project.heads()) > 1:
        raise ProjectError("two_heads", said=listed(project.heads()))
    ids = [one.id for one in project.revisions()]
    return ids[: ids.index(revision)][::-1] if revision in ids else []


def applied(project: Project) -> set[str]:
    """Give the revisions that shop.db has seen."""
    found = set(project.database().versions())
    for revision in project.revisions():
        if revision.id in found:
            found |= set(revision.parents)
    return found


def is_at_head(project: Project) -> bool:
    """Tell whether shop.db is at the head."""
    return project.database().versions() == project.heads()


def listed(differing: Iterable[object]) -> str:
    """Write what differs in one line."""
    return ", ".join(f"`{one}`" for one in differing)
