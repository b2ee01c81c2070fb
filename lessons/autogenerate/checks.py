"""Checks of lesson `autogenerate`."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from course.checks import (
    Database,
    Project,
    Step,
    Table,
    Verdict,
    asked,
    except_for,
    not_started,
    not_yet,
    passed,
    trial,
)

START, PRODUCTS = "e9caa094047a", "0422ddacf557"
"""Where the lesson begins, and the revision that makes `products`."""
SHOP = {"Notebook", "Pen"}
PEOPLE = [(1, "Minji"), (2, "Jun")]
TITLES = [(1, "O'Brien's 100% mug"), (2, ""), (3, "연필")]
INSERT = f"""
import sqlite3
with sqlite3.connect("shop.db") as shop:
    shop.executemany("INSERT INTO products (id, name, price) VALUES (?, ?, 0)", {TITLES!r})
shop.close()
"""
OTHERS = [(1, "O'Brien"), (2, ""), (3, "연필")]
INSERT_PEOPLE = f"""
import sqlite3
with sqlite3.connect("shop.db") as shop:
    shop.executemany("INSERT INTO users (id, name, email) VALUES (?, ?, hex(random()))", {OTHERS!r})
shop.close()
"""

CREATE = """
import models
import sqlalchemy as sa
from base import Base
Base.metadata.create_all(sa.create_engine("sqlite:///shop.db", poolclass=sa.NullPool))
"""
"""Make the tables of the models: `check` takes a `String` without a length for any other."""


def shop_tables() -> list[sa.Table]:
    """Declare the tables that the models of `complete` make."""
    shop = sa.MetaData()
    users = sa.Table(
        "users",
        shop,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("email", sa.String(100), nullable=False, unique=True),
        sa.Column("phone", sa.String(20)),
    )
    orders = sa.Table(
        "orders",
        shop,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Index("ix_orders_user_id", "user_id"),
    )
    return [users, orders]


def products_table(*more: sa.Column[str] | sa.Column[int], name: str = "name") -> sa.Table:
    """Declare the table of products as the lesson asks for it, with further columns."""
    return sa.Table(
        "products",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(name, sa.String(100), nullable=False),
        sa.Column("price", sa.Integer, nullable=False),
        *more,
    )


def products_with_sku(name: str) -> sa.Table:
    """Declare the table of products as the exercises ask for it, with the name's column."""
    table = products_table(sa.Column("sku", sa.String(20)), name=name)
    sa.Index("ix_products_sku", table.c.sku)
    return table


def lab_tables() -> list[sa.Table]:
    """Declare the tables that `trim` asks for: what SQLite can do is done, the rest isn't."""
    products = products_table(sa.Column("seller_id", sa.Integer))
    sa.Index("ix_products_price", products.c.price)
    users = sa.Table(
        "users",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("email", sa.String(100), nullable=False, unique=True),
    )
    return [users, products]


def renamed_tables() -> list[sa.Table]:
    """Declare the tables that `keep_names` asks for: all that the lab has, with the new name."""
    users = sa.Table(
        "users",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("full_name", sa.String(50), nullable=False),
        sa.Column("email", sa.String(100), nullable=False, unique=True),
        sa.Column("phone", sa.String(20)),
    )
    vouchers = sa.Table(
        "vouchers",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("code", sa.String(20), nullable=False, unique=True),
        sa.Column("percent", sa.Integer, nullable=False),
        sa.Column("label", sa.String(20), nullable=False),
        sa.UniqueConstraint("label", name="uq_vouchers_label"),
    )
    return [users, *shop_tables()[1:], products_table(), vouchers]


def generate(project: Project) -> Verdict:
    """A generated revision waits that drops what the models don't have."""
    if project.heads() == (START,):
        return not_started()
    if project.database().versions() != (START,):
        return not_yet("applied")
    with trial(project, "upgrade head") as [up]:
        if "orders" in up.went_well().tables():
            return not_yet("empty")
    return passed() if project.find("sync models") else not_yet("message")


def complete(project: Project) -> Verdict:
    """The models say what the database has, and no revision waits."""
    database = project.database()
    if "orders" not in database.tables():
        return not_yet("applied")
    if START not in {revision.id for revision in project.revisions()}:
        return not_yet("deleted")
    if database.versions() != (START,):
        return not_yet("elsewhere", version=", ".join(database.versions()) or "base")
    waits = database.versions() != project.heads()
    create = ("python", "-c", CREATE)
    with trial(project, "check", "forget", create, keep_going=True) as [compared, _, made]:
        models = compared.compared.models
        different = differences(compared)
        found = [] if different else asked(made.went_well(), shop_tables())
    if waits and "orders" not in models and "phone" not in models.get("users", ()):
        return not_started()
    if different:
        return not_yet("differs", found=different)
    if found:
        return not_yet("not_as_asked", found=listed(found))
    return not_yet("waits") if waits else passed()


def products(project: Project) -> Verdict:
    """A revision waits that makes `products` as the model has it."""
    with trial(project, "check", "upgrade head", "check", keep_going=True) as [before, up, after]:
        in_models = "products" in before.compared.models
        if project.heads() == (START,):
            return not_yet("model_only") if in_models else not_started()
        if project.database().versions() == (START,) and has_products(project):
            return not_yet("already_there")
        made = up.went_well()
        if "products" not in made.tables():
            return not_yet("empty")
        found = listed(asked(made, [products_table()]))
        different = differences(after)
    if found:
        return not_yet("not_as_asked", found=found)
    if different:
        return not_yet("differs", found=different)
    if project.database().versions() != (START,):
        return not_yet("applied")
    return passed() if project.find("create products table") else not_yet("message")


def apply(project: Project) -> Verdict:
    """The revision that makes `products` has been applied."""
    versions = project.database().versions()
    if versions == (START,):
        return not_started()
    if versions != project.heads():
        return not_yet("behind") if has_products(project) else not_started()
    return passed() if has_products(project) else not_yet("stamped")


def has_products(project: Project) -> bool:
    """Tell whether the learner's database has the table `products`."""
    return "products" in project.database().tables()


def trim(project: Project) -> Verdict:
    """In the lab, what SQLite can do of the generated revision is applied, and goes back."""
    lab, before = project.at("lab"), project.database().schema.tables
    database = lab.database()
    if database.versions() != lab.heads():
        return not_applied(lab, before)
    found = listed(asked(database, lab_tables()))
    if found:
        return not_yet("not_as_asked", found=found)
    return way_back(lab, before)


def keep_names(project: Project) -> Verdict:
    """In the lab, `users.name` is `full_name`, with the names in it, and goes back."""
    lab = project.at("lab")
    database = lab.database()
    with trial(lab, f"downgrade {PRODUCTS}", keep_going=True) as [down]:
        before = [table for table in project.database().schema.tables if table.name == "users"]
        if database.versions() != lab.heads():
            return not_applied(lab, before, stops="NOT NULL column")
        if "full_name" not in database.columns("users"):
            return not_yet("not_renamed")
        if database.rows("SELECT id, full_name FROM users ORDER BY id") != PEOPLE:
            return not_yet("lost")
        found = listed(asked(database, renamed_tables()))
        if found:
            return not_yet("not_as_asked", found=found)
        if down.error:
            return not_yet("back", said=down.error)
        columns = down.database.columns("users")
        if "name" not in columns or "full_name" in columns:
            return not_yet("back_leaves")
        if down.database.rows("SELECT id, name FROM users ORDER BY id") != PEOPLE:
            return not_yet("back_loses")
    return passed() if keeps_others(lab) else not_yet("hard_coded")


def keeps_others(lab: Project) -> bool:
    """Tell whether the lab's upgrade keeps the names of people whom the lesson doesn't know.

    True also where it can't run without the tables that only the lab's database has.
    """
    rows = ("forget", f"upgrade {PRODUCTS}", ("python", "-c", INSERT_PEOPLE))
    with trial(lab, *rows, "upgrade head", keep_going=True) as [*_, inserted, up]:
        if inserted.error or up.error:
            return True
        return up.database.rows("SELECT id, full_name FROM users ORDER BY id") == OTHERS


def add_sku(project: Project) -> Verdict:
    """The column sku and its index are in the models, in the history and in the database."""
    commands = ("forget", "upgrade head", "check", "downgrade -1")
    with trial(project, *commands, keep_going=True) as [_, up, compared, down]:
        models = compared.compared.models
        made = up.went_well()
        if "sku" not in made.columns("products"):
            is_empty = not down.error and made.schema.tables == down.database.schema.tables
            return no_sku(project, models, is_empty)
        name = "title" if "title" in made.columns("products") else "name"
        found = listed(asked(made, [products_with_sku(name)]))
        different = differences(compared)
    if found:
        return not_yet("not_as_asked", found=found)
    if not is_applied(project):
        return not_yet("not_applied")
    if "sku" not in models.get("products", ()):
        return not_yet("model_lacks")
    return not_yet("differs", found=different) if different else passed()


def no_sku(project: Project, models: dict[str, tuple[str, ...]], is_empty: bool) -> Verdict:
    """Say what is there in place of a revision that makes `products.sku`."""
    if "sku" in project.database().columns("products"):
        return not_yet("no_revision")
    elsewhere = [table for table, columns in models.items() if "sku" in columns]
    if "products" in elsewhere:
        return not_yet("empty" if is_empty else "model_only")
    if elsewhere:
        return not_yet("wrong_table", table=elsewhere[0])
    return not_yet("not_in_models") if is_empty else not_started()


@except_for("gone_columns")
def rename_title(project: Project) -> Verdict:
    """products.name is products.title, the names of the products are kept, and it goes back."""
    rows = ("forget", f"upgrade {PRODUCTS}", ("python", "-c", INSERT))
    commands = ("upgrade head", "check", "downgrade -1")
    with trial(project, *rows, *commands, keep_going=True) as steps:
        _, _, inserted, up, compared, down = steps
        if inserted.error:
            return not_started()
        if "add a NOT NULL column" in (up.error or ""):
            return not_yet("refused")
        made = up.went_well()
        is_empty = not down.error and made.schema.tables == down.database.schema.tables
        models = compared.compared.models.get("products", ())
        if "title" not in made.columns("products"):
            return no_title(project, "title" in models, is_empty)
        found = listed(asked(made, [*shop_tables(), products_with_sku("title")]))
        is_kept = titles(made) == TITLES
        different = differences(compared)
    if not is_kept:
        return not_yet("lost")
    if found:
        return not_yet("not_as_asked", found=found)
    if not is_applied(project):
        return not_yet("not_applied")
    if "title" not in project.database().columns("products"):
        return not_yet("not_run")
    if not {title for _, title in titles(project.database())} >= SHOP:
        return not_yet("lost_before")
    if "title" not in models:
        return not_yet("model_lacks")
    return not_yet("differs", found=different) if different else passed()


def no_title(project: Project, in_models: bool, is_empty: bool) -> Verdict:
    """Say what is there in place of a revision that makes `products.title`."""
    if "title" in project.database().columns("products"):
        return not_yet("no_revision")
    if in_models:
        return not_yet("empty" if is_empty else "model_only")
    return not_yet("not_in_models") if is_empty else not_started()


def not_applied(lab: Project, before: Sequence[Table], stops: str = "") -> Verdict:
    """Say why the lab's revision isn't applied: nothing was done yet, or it stopped half way.

    An error without `stops`, which the generated revision stops with, is told.
    """
    there = lab.database().schema.tables
    names = {table.name for table in before}
    if [table for table in there if table.name in names] != list(before):
        return not_yet("half")
    with trial(lab, "upgrade head") as [up]:
        if not up.error:
            return not_yet("not_applied")
        return not_started() if stops in up.error else not_yet("stops", said=up.error)


def way_back(lab: Project, before: Sequence[Table]) -> Verdict:
    """Hold what a downgrade of the lab's revision leaves against what was there before."""
    with trial(lab, f"downgrade {PRODUCTS}") as [down]:
        if down.error:
            return not_yet("back", said=down.error)
        return (
            passed()
            if list(down.database.schema.tables) == list(before)
            else not_yet("back_leaves")
        )


def is_applied(project: Project) -> bool:
    """Tell whether the database is at the head."""
    return project.database().versions() == project.heads()


def titles(database: Database) -> list[tuple[int, str]]:
    """Give the products' ids and titles; [] without such a column."""
    if "title" not in database.columns("products"):
        return []
    rows = database.rows("SELECT id, title FROM products ORDER BY id")
    return [(number, title) for number, title in rows]


def differences(step: Step) -> str:
    """Write what `check` found in a line that needs no language; nothing where it found nothing."""
    return listed(
        f"{one.sign} {one.kind} {one.table}{'.' if one.name else ''}{one.name}"
        for one in step.compared.differences
    )


def listed(things: Iterable[object]) -> str:
    """Write things one after the other, as code."""
    return ", ".join(f"`{thing}`" for thing in things)
