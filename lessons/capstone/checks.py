"""Checks of lesson `capstone`: what the shop's owner ordered, as far as each exercise goes."""

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from course.checks import (
    Database,
    Project,
    Step,
    Verdict,
    asked,
    except_for,
    in_short,
    not_started,
    not_yet,
    passed,
    schema_differences,
    start_files,
    trial,
)

HERE = Path(__file__).parent
REFERENCE = HERE.parents[1]
"""The checkout, at whose top the reference project is."""
PARTS = ("shop", "migrations")
JUNS = "4c1d7e0b92fa"
JUNS_FILE = f"{JUNS}_create_inventories_table.py"
PARENT = "PARENT"
"""What the start's copy of Jun's revision has in place of its parent."""

STATUSES = ("pending", "paid", "shipped", "cancelled")
COMMENT = "whole won"
HEX = re.compile("[0-9a-f]{32}")
"""How sa.Uuid writes a UUID into SQLite."""
CLOSE = 1 << 12
"""Numbers that are counted on lie closer than this; random ones hardly ever do."""

OTHER_ORDERS = """
INSERT INTO users (id, email, name) VALUES (1, 'o''hara@example.com', 'O''Hara %s');
WITH RECURSIVE n(n) AS (VALUES (1) UNION ALL SELECT n + 2 FROM n WHERE n < 1199)
INSERT INTO orders (id, user_id, status) SELECT n, 1, 'paid' FROM n;
"""
"""600 orders whose ids have gaps, put into a shop that exercise 3 has not changed yet."""
OTHER_USERS = """
INSERT INTO users (id, email, name, phone) VALUES
    (1, 'first@example.com', 'O''Hara :x', '+82 (0)2 ''100%'' :y'),
    (3, 'second@example.com', 'mina', NULL),
    (4, 'third@example.com', '', '0'),
    (977, 'last@example.com', 'Yuna', '010-9770-0000');
"""
"""Users at the edges, put into a shop that exercise 4 has not changed yet."""
NEWCOMERS = """
INSERT INTO users (id, email, display_name) VALUES
    (9001, 'minsu@example.com', 'Minsu'), (9002, 'jia@example.com', 'Jia');
INSERT INTO profiles (user_id, phone) VALUES (9001, '+82 ''9001'' %'), (9002, NULL);
"""
"""Users who come to the shop of exercise 7, and never had a users.phone."""
THEIRS = [(9001, "+82 '9001' %"), (9002, None)]

ENTERED: dict[str, dict[int, dict[str, Any]]] = {
    "users": {
        1: {**dict.fromkeys(("name", "display_name"), "Mina"), "phone": "010-1111-2222"},
        2: {**dict.fromkeys(("name", "display_name"), "Jun"), "phone": None},
        5: {**dict.fromkeys(("name", "display_name"), "Sora O'Neil"), "phone": "+82 10 5555"},
        8: {"display_name": "Yuna", "email": "yuna@example.com", "phone": "010-8888"},
    },
    "orders": {
        1: {"user_id": 1, "status": "paid"},
        2: {"user_id": 5, "status": "pending"},
        3: {"user_id": 1, "status": "shipped"},
        4: {"user_id": 8, "public_id": "0d9c1f0a5b7e4c2d8a3f6e1b2c4d5e6f"},
    },
    "products": {
        1: {"sku": "TEA-1", "price": 12000, "details": '{"grams": 50}'},
        2: {"sku": "MUG-1", "price": 0, "details": None},
    },
    "profiles": {
        1: {"phone": "010-1111-2222"},
        5: {"phone": "+82 10 5555"},
        8: {"phone": "010-8888", "bio": "100% tea"},
    },
    "inventories": {1: {"product_id": 1, "quantity": 40}, 2: {"product_id": 2, "quantity": 0}},
}
"""What the lesson's cells write into shop.db: by id, and in profiles by user_id."""

DO = """
import sqlite3
shop = sqlite3.connect("shop.db")
shop.executescript({sql!r})
shop.commit()
shop.close()
"""
TRY = """
import json, sqlite3
shop = sqlite3.connect("shop.db", isolation_level=None)
for statements in {statements!r}:
    shop.execute("SAVEPOINT one")
    try:
        for statement in statements:
            rows = shop.execute(statement).fetchall()
        print(json.dumps(["", rows]))
    except sqlite3.Error as error:
        print(json.dumps([str(error), []]))
    shop.execute("ROLLBACK TO one")
shop.close()
"""


@dataclass(frozen=True)
class Case:
    """Rows that a copy is given: what they must do there, and what a message calls them.

    `wanted` is what the last statement gives; None where the database must refuse.
    """

    name: str
    statements: tuple[str, ...]
    wanted: list[Any] | None


def row(table: str, **values: object) -> str:
    """Write an INSERT; the row's id is one that nobody has."""
    written = [repr(value) if isinstance(value, str) else str(value) for value in values.values()]
    columns, values_ = ", ".join(["id", *values]), ", ".join(["9001", *written])
    return f"INSERT INTO {table} ({columns}) VALUES ({values_})"


def filled(table: str, said: str = "", **values: object) -> Case:
    """Give the case of a row that leaves out what the database fills in; `said` tells of more."""
    is_now = "abs(julianday({}) - julianday('now')) < 1"
    times = [is_now.format(column) for column in ("created_at", "updated_at")]
    select = ", ".join([*times, *([said] if said else [])])
    query = f"SELECT {select} FROM {table} WHERE id = 9001"
    return Case(table, (row(table, **values), query), [[1] * (3 if said else 2)])


NAMED = {"email": "x@example.com", "name": "X"}
SHOWN = {"email": "x@example.com", "display_name": "X"}
FIRST = (
    filled("users", "is_active = 1", **NAMED),
    filled("orders", "status = 'pending'", user_id=9001),
)
CATALOG = (filled("products", sku="X", name="X", price=1),)
PROFILES = (filled("profiles", user_id=9001),)
NUMBER = "0123456789abcdef0123456789abcdef"


def order(**values: object) -> str:
    """Write the INSERT of an order with its number."""
    return row("orders", user_id=9001, public_id=NUMBER, **values)


def product(price: int) -> str:
    """Write the INSERT of a product."""
    return row("products", sku="X", name="X", price=price)


def item(quantity: int) -> str:
    """Write the INSERT of one line of an order."""
    return row("order_items", order_id=1, product_id=9001, quantity=quantity, unit_price=0)


def stock(quantity: int) -> str:
    """Write the INSERT of a product's stock."""
    return row("inventories", product_id=9001, quantity=quantity)


RULES = (
    *[Case(f"orders.status = '{one}'", (order(status=one),), []) for one in STATUSES],
    *[Case(f"orders.status = '{one}'", (order(status=one),), None) for one in ("lost", "", "PAID")],
    Case("products.price = 0", (product(0),), []),
    Case("products.price = -1", (product(-1),), None),
)
ITEMS = (
    *[Case(f"order_items.quantity = {one}", (item(one),), []) for one in (1, 2)],
    *[Case(f"order_items.quantity = {one}", (item(one),), None) for one in (0, -1)],
)
WHOLE = (
    filled("users", "is_active = 1", **SHOWN),
    filled("orders", "status = 'pending'", user_id=9001, public_id=NUMBER),
    filled("inventories", "quantity = 0", product_id=9001),
    *CATALOG,
    *PROFILES,
    *RULES,
    Case("inventories.quantity = 0", (stock(0),), []),
    Case("inventories.quantity = -1", (stock(-1),), None),
    *ITEMS,
)


def first_tables(project: Project) -> Verdict:
    """Users and orders are there, by a revision, and the models in models.py say the same."""
    if not project.has_settings():
        return not_started()
    if not project.revisions():
        return not_yet("no_revision")
    place = Path(project.scripts().dir).resolve()
    if place != (project.folder / "migrations").resolve():
        return not_yet("other_place", found=place.name)
    file = project.database().path
    if file.resolve() != (project.folder / "shop.db").resolve():
        return not_yet("other_place", found=file.name)
    if project.database().versions() != project.heads():
        return behind(project)
    wrong = not_as_ordered(project, shop_at(1))
    if wrong:
        return wrong
    with trial(project, "check", tried(FIRST)) as [models, rows]:
        if not models.compared.metadata:
            return not_yet("no_models")
        wrong = other_models(models) or other_defaults(rows, FIRST)
        if wrong:
            return wrong
        if "models.py" not in models.compared.places:
            return not_yet("models_elsewhere")
    return no_way_back(project) or passed()


def products(project: Project) -> Verdict:
    """The products are there with their JSON, and the model has the comment."""
    is_there = project.database().table("products") is not None
    wrong = unfinished(project, is_there) or not_as_ordered(project, shop_at(2))
    if wrong:
        return wrong
    with trial(project, "check", tried(CATALOG)) as [models, rows]:
        wrong = other_models(models) or other_defaults(rows, CATALOG)
        if wrong:
            return wrong
        about = [one for one in models.compared.details if one.startswith("products.price ")]
    if about and not about[0].endswith(f" {COMMENT}"):
        return not_yet("no_comment", found=about[0].split()[-1])
    return passed()


def public_id(project: Project) -> Verdict:
    """Every order has a random number of its own, also those of a shop that we bring."""
    is_there = "public_id" in project.database().columns("orders")
    wrong = unfinished(project, is_there) or not_as_ordered(project, shop_at(3))
    if wrong:
        return wrong
    wrong = other_numbers(project.database()) or with_models(project)
    if wrong:
        return wrong
    before = below(project, lambda shop: "public_id" in shop.columns("orders"))
    again = ("forget", f"upgrade {before}", done(OTHER_ORDERS), "upgrade head")
    with trial(project, *again, *again, keep_going=True) as steps:
        one, other = steps[3], steps[7]
        if one.error:
            return not_yet("up_stops", said=one.error)
        wrong = other_numbers(one.database) or not_random(one.database, other.database)
    return wrong or changed_values(project.database()) or passed()


@except_for("gone_columns")
def profiles(project: Project) -> Verdict:
    """Names have another column, phones a second place, and no value got lost on the way."""
    database = project.database()
    is_there = "display_name" in database.columns("users") or database.table("profiles")
    wrong = unfinished(project, bool(is_there)) or not_as_ordered(project, shop_at(4))
    if wrong:
        return wrong
    wrong = other_profiles(database)
    if wrong:
        return changed_values(database, "users") or wrong
    wrong = with_models(project, PROFILES)
    if wrong:
        return wrong
    before = below(
        project,
        lambda shop: "display_name" in shop.columns("users") or shop.table("profiles") is not None,
    )
    steps_of = ("forget", f"upgrade {before}", done(OTHER_USERS), "upgrade head")
    with trial(project, *steps_of, keep_going=True) as steps:
        if steps[3].error:
            return not_yet("up_stops", said=steps[3].error)
        was, now = steps[2].database, steps[3].database
        kept = "SELECT id, email, {}, phone FROM users ORDER BY id"
        if was.rows(kept.format("name")) != now.rows(kept.format("display_name")):
            return not_yet("values_lost")
        wrong = other_profiles(now)
    return wrong or changed_values(database) or passed()


def rules(project: Project) -> Verdict:
    """Orders and products have their rules, and each refuses what it should and nothing else."""
    database = project.database()
    shop, goods = database.table("orders"), database.table("products")
    is_there = shop and (shop.foreign_keys or shop.checks or shop.indexes)
    is_there = is_there or (goods and goods.checks)
    wrong = unfinished(project, bool(is_there)) or not_as_ordered(project, shop_at(5))
    return wrong or with_models(project, RULES) or changed_values(database) or passed()


def two_heads(project: Project) -> Verdict:
    """Jun's files are as he made them, one head follows both, and the models know his table."""
    history = {revision.id: revision for revision in project.revisions()}
    given = start_files(HERE)
    juns = history.get(JUNS)
    if juns is None or juns.file is None or len(juns.parents) != 1:
        return not_yet("jun_changed", file=JUNS_FILE)
    as_sent = given[f"jun/{JUNS_FILE}"].read_text(encoding="utf-8")
    if juns.file.read_text(encoding="utf-8") != as_sent.replace(PARENT, juns.parents[0]):
        return not_yet("jun_changed", file=JUNS_FILE)
    model = project.folder / "inventory.py"
    if not model.is_file() or model.read_bytes() != given["jun/inventory.txt"].read_bytes():
        return not_yet("jun_changed", file=model.name)
    heads, database = project.heads(), project.database()
    if len(heads) > 1:
        versions, is_there = database.versions(), database.table("inventories")
        if len(versions) == 1 and not is_there:
            return not_started()
        return not_yet("still_two", heads=listed(heads))
    wrong = unfinished(project, is_there=True) or not_as_ordered(project, shop_at(6))
    return wrong or with_models(project) or passed()


@except_for("gone_columns")
def order_items(project: Project) -> Verdict:
    """The shop is the reference project's but for what was ordered beyond it; phones come back."""
    database = project.database()
    is_there = database.table("order_items") or "phone" not in database.columns("users")
    wrong = unfinished(project, bool(is_there))
    if wrong:
        return wrong
    more = sorted({*database.tables()} - {table.name for table in reference()})
    differing = [*compared(project, reference()), *[f"+ {name}" for name in more]]
    if differing:
        return not_yet("differs", differing=listed(differing))
    wrong = with_models(project, WHOLE)
    if wrong:
        return wrong
    before = juns_merge(project)
    with trial(project, done(NEWCOMERS), f"downgrade {before}", keep_going=True) as [_, back]:
        if back.error:
            return not_yet("back_stops", revision=before, said=back.error)
        if "phone" not in back.database.columns("users"):
            return not_yet("phones_lost")
        query = "SELECT id, phone FROM users WHERE id > 9000 ORDER BY id"
        if back.database.rows(query) != THEIRS:
            return not_yet("phones_lost")
    return changed_values(database) or passed()


def no_way_back(project: Project) -> Verdict | None:
    """Say what keeps a copy from going down to nothing and up again; None where nothing does.

    The exercise began without a database, so it isn't asked beside the check.
    """
    with trial(project, "downgrade base", "upgrade head", keep_going=True) as [back, again]:
        if back.error:
            return not_yet("back_fails", revision="base", said=back.error)
        left = back.database.tables()
        if left:
            named = ", ".join(f"`+ TABLE {name}`" for name in left)
            return not_yet("back_leaves", revision="base", differences=named)
        return not_yet("again_fails", said=again.error) if again.error else None


def juns_merge(project: Project) -> str:
    """Give the revision that first has Jun's and the learner's below it, where exercise 7 began."""
    after: set[str] = {JUNS}
    for revision in reversed(project.revisions()):
        if after & {*revision.parents}:
            after.add(revision.id)
            if len(revision.parents) > 1:
                return revision.id
    return JUNS


def unfinished(project: Project, is_there: bool) -> Verdict | None:
    """Say that there is more than one head, or that the head is not applied, or nothing is."""
    heads, versions = project.heads(), project.database().versions()
    if len(heads) > 1:
        return not_yet("two_heads", said=listed(heads))
    if versions != heads:
        return behind(project)
    return None if is_there else not_started()


def behind(project: Project) -> Verdict:
    """Say that the head is not applied, and what an upgrade that stopped has left behind."""
    left = left_behind(project)
    if left:
        return not_yet("half_applied", found=listed(f"`{one}`" for one in left))
    return not_yet("not_applied", head=listed(project.heads()))


def left_behind(project: Project) -> list[str]:
    """Name what the database has other than its version makes, as far as that can be made."""
    database = project.database()
    with trial(project, "forget", *[f"upgrade {one}" for one in database.versions()]) as steps:
        last = steps[-1]
        if last.error:
            return []
        return [*map(in_short, schema_differences(last.database.schema, database.schema))]


def not_as_ordered(project: Project, tables: Iterable[sa.Table]) -> Verdict | None:
    """Name what the tables have other than was ordered; None where nothing is."""
    differing = compared(project, tables)
    return not_yet("differs", differing=listed(differing)) if differing else None


def compared(project: Project, tables: Iterable[sa.Table]) -> list[str]:
    """Name what tables have other than was asked for; beside a lacking CHECK, also others."""
    tables = list(tables)
    differing = [str(one) for one in asked(project.database(), tables)]
    for table in tables:
        there = project.database().table(table.name)
        if there and any(one.startswith(f"− {table.name} CHECK ") for one in differing):
            ours = {one.name for one in table.constraints}
            names = [one.name for one in there.checks if one.name and one.name not in ours]
            differing += [f"+ {table.name} CHECK {name}" for name in names]
    return differing


def with_models(project: Project, cases: tuple[Case, ...] = ()) -> Verdict | None:
    """Say where models and database differ, or what a copy does with rows that it should not."""
    with trial(project, "check", tried(cases)) as [models, rows]:
        return other_models(models) or other_defaults(rows, cases) or other_rules(rows, cases)


def other_models(step: Step) -> Verdict | None:
    """Name what autogenerate would write, also where env.py has it look away; None for nothing."""
    models = step.compared.models
    found = [f"{one.sign} {one.table}.{one.name}".rstrip(".") for one in step.compared.differences]
    for table in step.database.schema.tables if not found else ():
        columns = [column.name for column in table.columns]
        if table.name not in models:
            found.append(f"- {table.name}")
        else:
            lacking = [name for name in columns if name not in models[table.name]]
            found += [f"- {table.name}.{name}" for name in lacking]
    return not_yet("models_differ", found=listed(found)) if found else None


def other_defaults(step: Step, cases: tuple[Case, ...]) -> Verdict | None:
    """Name a table whose row lacks what the database has to fill in; None without one."""
    for case, (said, rows) in results(step, cases):
        if case.wanted and rows != case.wanted:
            error = f" ({said})" if said else ""
            return not_yet("not_filled", table=case.name, said=said, error=error)
    return None


def other_rules(step: Step, cases: tuple[Case, ...]) -> Verdict | None:
    """Name a row that is refused and should not be, or the reverse; None without one."""
    for case, (said, _) in results(step, cases):
        if case.wanted is None and not said:
            return not_yet("accepts", row=case.name)
        if case.wanted == [] and said:
            return not_yet("refuses", row=case.name)
    return None


def results(step: Step, cases: tuple[Case, ...]) -> Iterable[tuple[Case, tuple[str, list[Any]]]]:
    """Give what each case said, and the rows that it gave."""
    step.went_well()
    lines = [json.loads(line) for line in step.printed.splitlines()]
    return zip(cases, [(said, rows) for said, rows in lines], strict=True)


def tried(cases: Iterable[Case]) -> tuple[str, ...]:
    """Give the command that tries each case on the copy and takes it back."""
    return ("python", "-c", TRY.format(statements=[case.statements for case in cases]))


def done(sql: str) -> tuple[str, ...]:
    """Give the command that runs SQL on the copy."""
    return ("python", "-c", DO.format(sql=sql))


def below(project: Project, is_changed: Callable[[Database], bool]) -> str:
    """Give the last revision at which a database made from nothing is not changed yet."""
    ids = [revision.id for revision in reversed(project.revisions())]
    with trial(project, "forget", *[f"upgrade {one}" for one in ids]) as steps:
        for before, step in zip(["base", *ids], steps[1:], strict=False):
            if is_changed(step.went_well()):
                return before
    return ids[-1]


def numbers(database: Database) -> list[Any]:
    """Give the numbers of the orders."""
    return [one for (one,) in database.rows("SELECT public_id FROM orders ORDER BY id")]


def other_numbers(database: Database) -> Verdict | None:
    """Show a number that is no UUID as SQLAlchemy writes it; None where all are."""
    for number in numbers(database):
        if not HEX.fullmatch(str(number)):
            return not_yet("no_uuid", found=number)
    return None


def not_random(one: Database, other: Database) -> Verdict | None:
    """Show two numbers of which one tells the other: those of two copies, or of one; else None."""
    ours, theirs = numbers(one), numbers(other)
    if {*ours} & {*theirs}:
        return not_yet("not_random", found=listed([ours[0], theirs[0]]))
    if len({number[-12:] for number in ours}) < len(ours):
        return not_yet("not_random", found=listed(ours[:2]))
    for number, following in pairwise(sorted(ours)):
        if int(following, 16) - int(number, 16) < CLOSE:
            return not_yet("not_random", found=listed([number, following]))
    return None


def other_profiles(database: Database) -> Verdict | None:
    """Say that profiles and the phones of users are not the same; None where they are."""
    query = "SELECT id, phone FROM users WHERE phone IS NOT NULL ORDER BY id"
    wanted = database.rows(query)
    there = database.rows("SELECT user_id, phone FROM profiles ORDER BY user_id")
    if there == wanted:
        return None
    right, asked_for = {*there} & {*wanted}, {number for number, _ in wanted}
    extra = [number for number, _ in there if number not in asked_for]
    return not_yet("other_profiles", right=len(right), asked=len(wanted), extra=len(extra))


def changed_values(database: Database, *tables: str) -> Verdict | None:
    """Show a value of a customer's that is not what it was; None where all are.

    What is not there any more, a row or a column, is asked elsewhere. Without tables, in all.
    """
    for where, was, now in entered(database, tables or ENTERED):
        if was != now:
            said = ["NULL" if value is None else value for value in (was, now)]
            return not_yet("values_changed", where=where, was=said[0], now=said[1])
    return None


def entered(database: Database, tables: Iterable[str]) -> Iterator[tuple[str, Any, Any]]:
    """Give each value of ENTERED whose row is there: where it is, what it was, what it is now."""
    for table in tables:
        rows, there = ENTERED[table], database.columns(table)
        key = "user_id" if table == "profiles" else "id"
        for number, values in rows.items():
            names = [name for name in values if name in there]
            query = f"SELECT {', '.join(names)} FROM {table} WHERE {key} = {number}"
            found = database.rows(query) if names else []
            for name, now in zip(names, found[0] if found else (), strict=False):
                yield f"{table}.{name} ({key} {number})", values[name], now


def shop_at(number: int) -> list[sa.Table]:
    """Give the tables of the order as far as an exercise goes; what fills itself is tried out."""
    metadata = sa.MetaData()
    tables = [_users(metadata, number), _orders(metadata, number)]
    if number > 1:
        tables.append(_products(metadata, number))
    if number > 3:
        profiles_ = _columns(
            _key("user_id", "users", "fk_profiles_user_id_users", "CASCADE"),
            sa.Column("phone", sa.String(30)),
            sa.Column("bio", sa.Text),
            sa.UniqueConstraint("user_id", name="uq_profiles_user_id"),
        )
        tables.append(sa.Table("profiles", metadata, *profiles_))
    if number > 5:
        inventories = _columns(
            _key("product_id", "products", "fk_inventories_product_id_products", "CASCADE"),
            sa.Column("quantity", sa.Integer, nullable=False),
            sa.UniqueConstraint("product_id", name="uq_inventories_product_id"),
            sa.CheckConstraint("quantity >= 0", name="ck_inventories_quantity_not_negative"),
        )
        tables.append(sa.Table("inventories", metadata, *inventories))
    return tables


def _columns(*parts: sa.schema.SchemaItem) -> list[sa.schema.SchemaItem]:
    times = [sa.Column(name, sa.DateTime, nullable=False) for name in ("created_at", "updated_at")]
    return [sa.Column("id", sa.Integer, primary_key=True), *parts, *times]


def _key(name: str, table: str, constraint: str, on_delete: str) -> sa.Column[int]:
    refers = sa.ForeignKey(f"{table}.id", name=constraint, ondelete=on_delete)
    return sa.Column(name, sa.Integer, refers, nullable=False)


def _users(metadata: sa.MetaData, number: int) -> sa.Table:
    name = "display_name" if number > 3 else "name"
    users = _columns(
        sa.Column("email", sa.String(255), nullable=False),
        sa.Column(name, sa.String(100), nullable=False),
        sa.Column("phone", sa.String(30)),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Index("ix_users_email", "email", unique=True),
    )
    return sa.Table("users", metadata, *users)


def _orders(metadata: sa.MetaData, number: int) -> sa.Table:
    key = _key("user_id", "users", "fk_orders_user_id_users", "RESTRICT")
    plain = sa.Column("user_id", sa.Integer, nullable=False)
    parts: list[sa.schema.SchemaItem] = [
        key if number > 4 else plain,
        sa.Column("status", sa.String(20), nullable=False),
    ]
    if number > 2:
        parts += _number()
    if number > 4:
        parts.append(sa.CheckConstraint("status <> ''", name="ck_orders_status_known"))
        parts.append(sa.Index("ix_orders_user_id_status", "user_id", "status"))
    return sa.Table("orders", metadata, *_columns(*parts))


def _number() -> tuple[sa.Column[Any], sa.UniqueConstraint]:
    unique = sa.UniqueConstraint("public_id", name="uq_orders_public_id")
    return sa.Column("public_id", sa.Uuid, nullable=False), unique


def _products(metadata: sa.MetaData, number: int) -> sa.Table:
    parts: list[sa.schema.SchemaItem] = [
        sa.Column("sku", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("price", sa.Integer, nullable=False),
        sa.Column("details", sa.JSON),
        sa.UniqueConstraint("sku", name="uq_products_sku"),
    ]
    if number > 4:
        parts.append(sa.CheckConstraint("price >= 0", name="ck_products_price_not_negative"))
    return sa.Table("products", metadata, *_columns(*parts))


@cache
def reference() -> tuple[sa.Table, ...]:
    """Give the tables that the reference project's revisions make, and what was ordered beyond.

    What the database fills in is tried out, so that one way to write it is as good as another.
    """
    metadata = sa.MetaData()
    with tempfile.TemporaryDirectory(prefix="course-reference-") as scratch:
        folder = Path(scratch).resolve() / "reference"
        for part in PARTS:
            shutil.copytree(REFERENCE / part, folder / part)
        shutil.copy(REFERENCE / "alembic.ini", folder)
        away = {"DATABASE_URL": ""}
        with trial(Project(folder), "upgrade head", database="", environment=away) as [step]:
            metadata.reflect(step.went_well().engine)
    metadata.remove(metadata.tables["alembic_version"])
    for table in metadata.tables.values():
        for column in table.columns:
            column.server_default = None
    metadata.tables["products"].append_column(sa.Column("details", sa.JSON))
    number, unique = _number()
    metadata.tables["orders"].append_column(number)
    metadata.tables["orders"].append_constraint(unique)
    return tuple(metadata.tables.values())


def listed(things: Iterable[object]) -> str:
    """Write ids or differences for a message; a dash for none."""
    return ", ".join(map(str, things)) or "-"
