"""Checks of lesson `columns_and_indexes`."""

from pathlib import Path

from course.checks import (
    Database,
    Project,
    Verdict,
    not_started,
    not_yet,
    passed,
    start_sql,
    trial,
)

BEFORE_CURRENCY = "4b1c8f0a74fe"
PRODUCTS = (1, 2, 3)
NO_VALUE = ("NOT NULL", "non-constant default")
"""What SQLite says of a column, or of a copied row, that has no value for the rows."""

BEFORE_UNIQUE = "9f73fdcb873f"
PAIR = ("order_id", "product_id")
REPEATED = """
UPDATE products SET title = 'Brush pen' WHERE id = 3;
INSERT INTO order_items VALUES (8, 2, 1, 4), (9, 2, 3, 2), (10, 3, 3, 1);
"""
"""Puts more repeated items (id, order, product, quantity) into the start, and no double Pen.

The start's items repeat products already; the others here are not in the learner's database, so
only a revision can have merged them.
"""


def required_column(project: Project) -> Verdict:
    """A revision gives every product its currency, takes the column away, and is applied."""
    if project.heads() == (BEFORE_CURRENCY,):
        return not_started()
    there_and_back = ("upgrade head", f"downgrade {BEFORE_CURRENCY}", "upgrade head")
    with trial(project, *there_and_back) as steps:
        up = steps[0]
        if up.error and any(words in up.error for words in NO_VALUE):
            return not_yet("fails_on_rows", said=up.error)
        column = up.went_well().columns("products").get("currency")
        if column is None:
            return not_yet("not_applied") if steps[1].error else not_started()
        if column.nullable:
            return not_yet("nullable")
        if currencies(up.database) != expected():
            return not_yet("old_rows", found=shown(up.database))
        if "currency" in steps[1].went_well().columns("products"):
            return not_yet("column_stays")
        if currencies(steps[2].went_well()) != expected():
            return not_yet("old_rows", found=shown(steps[2].database))
    database = project.database()
    applied = "currency" in database.columns("products")
    return passed() if applied else not_yet("not_applied")


def expected() -> dict[int, str]:
    """Give the currency that each product of the start ends with."""
    return dict.fromkeys(PRODUCTS, "KRW")


def currencies(database: Database) -> dict[int, str]:
    """Give the currency of each product of the start that is still there."""
    found = dict(database.rows("SELECT id, currency FROM products"))
    return {product: found[product] for product in PRODUCTS if product in found}


def shown(database: Database) -> str:
    """Give the products' currencies for a message."""
    pairs = currencies(database).items()
    return ", ".join(f"{product}: {currency!r}" for product, currency in pairs) or "-"


def unique_index(project: Project) -> Verdict:
    """The revisions merge repeated items and make a unique index that finds an order's items."""
    if project.heads() == (BEFORE_UNIQUE,):
        return not_started()
    there_and_back = ("look", "upgrade head", f"downgrade {BEFORE_UNIQUE}", "upgrade head")
    own = start_sql(Path(__file__).parent) + REPEATED
    with trial(project, *there_and_back, database=own) as [before, up, *back]:
        if up.error and "UNIQUE constraint failed" in up.error:
            return not_yet("stops_on_doubles", said=up.error)
        made = up.went_well()
        groups = covering(made)
        if quantities(made) != quantities(before.database):
            return not_yet("quantity_lost")
        if not groups:
            together = any(set(PAIR) <= set(columns) for columns in indexed(made))
            return not_yet("not_unique") if together else not_started()
        if not any(columns[0] == "order_id" for columns in indexed(made)):
            return not_yet("wrong_order", columns=", ".join(groups[0]))
        if covering(back[0].went_well()):
            return not_yet("index_stays")
        return passed() if covering(back[1].went_well()) else not_started()


def covering(database: Database) -> list[tuple[str, ...]]:
    """Give the columns of each unique index or constraint of exactly the pair."""
    groups = database.uniques("order_items")
    return [columns for columns in groups if sorted(columns) == sorted(PAIR)]


def indexed(database: Database) -> list[tuple[str, ...]]:
    """Give the columns of each index of order_items, those of UNIQUE constraints included."""
    found = database.indexes("order_items").values()
    return [index.columns for index in found] + database.uniques("order_items")


def quantities(database: Database) -> list[tuple[int, int, int]]:
    """Give how many of each product each order has."""
    return database.rows(
        "SELECT order_id, product_id, sum(quantity) FROM order_items"
        " GROUP BY order_id, product_id ORDER BY order_id, product_id"
    )
