"""Checks of lesson `machine_made`."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import sqlalchemy as sa

from course.checks import (
    Database,
    Project,
    Revision,
    Step,
    Verdict,
    asked,
    except_for,
    not_started,
    not_yet,
    passed,
    start_files,
    start_sql,
    trial,
)

HERE = Path(__file__).parent
START = "c57a91d3e840"
PHONE = "7d1e4a90b2c6"
SKU = "2e95b07c31fa"
NAME = "58b3f7c1e024"
ACTIVE = "a60d9e35f718"
SPELLING = "c94e20ad6b37"
INDEX = "1f7a83d50c9e"
NOTE = "e3b60f92d4a8"
COUPONS = "90d5c7e1a36b"
EMAILS = "6ac18e47f0d2"
BASELINE = "b75f02c9d8e1"
WIDER = "d4809f6be217"
TIDY = "35e7c0a9d18f"
"""The revisions by what they do, in the order of the deliveries."""

LONGEST = 32
"""The length of `alembic_version.version_num`."""

INCOMING, REFUSED = "incoming", "refused"
VERSIONS = "migrations/versions"
NEW_INDEX = "ix_orders_user_id_status"
BASELINE_FILE = "10_baseline.py"
TIDY_FILE = "12_tidy_up_orders.py"

METADATA = sa.MetaData()
USERS = sa.Table(
    "users",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(50), nullable=False),
    sa.Column("email", sa.String(100), nullable=False, unique=True),
    sa.Column("phone", sa.String(20)),
)
PRODUCTS = sa.Table(
    "products",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(100), nullable=False),
    sa.Column("price", sa.Integer, nullable=False),
    sa.Column("sku", sa.String(20)),
)
ORDERS = sa.Table(
    "orders",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Index("ix_orders_user_id", "user_id"),
    sa.Index(NEW_INDEX, "user_id", "status"),
)
"""What tries 1, 2 and 5 end with."""

LATER = sa.MetaData()
RENAMED = sa.Table(
    "users",
    LATER,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("display_name", sa.String(50), nullable=False),
    sa.Column("email", sa.String(100), nullable=False, unique=True),
    sa.Column("phone", sa.String(20)),
)
ACTIVE_PRODUCTS = sa.Table(
    "products",
    LATER,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(100), nullable=False),
    sa.Column("price", sa.Integer, nullable=False),
    sa.Column("sku", sa.String(20)),
    sa.Column("is_active", sa.Boolean, nullable=False),
)
NOTED_ORDERS = sa.Table(
    "orders",
    LATER,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("note", sa.String(200)),
    sa.Index("ix_orders_user_id", "user_id"),
    sa.Index(NEW_INDEX, "user_id", "status"),
)
COUPON_TABLE = sa.Table(
    "coupons",
    LATER,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("code", sa.String(20), nullable=False, unique=True),
    sa.Column("percent", sa.Integer, nullable=False),
)
"""What tries 3 and 6 end with."""

LAST = sa.MetaData()
LAST_PRODUCTS = sa.Table(
    "products",
    LAST,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(100), nullable=False),
    sa.Column("price", sa.Integer, nullable=False),
    sa.Column("sku", sa.String(20)),
    sa.Column("is_active", sa.Boolean, nullable=False),
    sa.Column("stock", sa.Integer, nullable=False),
)
LAST_ORDERS = sa.Table(
    "orders",
    LAST,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False),
    sa.Column("status", sa.String(30), nullable=False),
    sa.Column("note", sa.String(200)),
    sa.Index("ix_orders_user_id", "user_id"),
    sa.Index(NEW_INDEX, "user_id", "status"),
)
"""What exercise 1 ends with."""

WAREHOUSE = "warehouse"
OLD_TABLES = "4f1b9c27d0e3"
LABEL = "a85e03d7c614"
OLD_TABLES_FILE = f"{VERSIONS}/{OLD_TABLES}_baseline.py"
LABEL_FILE = f"{VERSIONS}/{LABEL}_add_label_to_parcels.py"
STORED = sa.MetaData()
SUPPLIERS = sa.Table(
    "suppliers",
    STORED,
    sa.Column("id", sa.Integer, nullable=False),
    sa.Column("name", sa.String(80), nullable=False),
    sa.PrimaryKeyConstraint("id", name="pk_suppliers"),
    sa.UniqueConstraint("name", name="uq_suppliers_name"),
)
PARCELS = sa.Table(
    "parcels",
    STORED,
    sa.Column("id", sa.Integer, nullable=False),
    sa.Column("supplier_id", sa.Integer, nullable=False),
    sa.Column("grams", sa.Integer, nullable=False),
    sa.Column("label", sa.String(40)),
    sa.PrimaryKeyConstraint("id", name="pk_parcels"),
    sa.ForeignKeyConstraint(
        ["supplier_id"], ["suppliers.id"], name="fk_parcels_supplier_id_suppliers"
    ),
    sa.Index("ix_parcels_supplier_id", "supplier_id"),
)
"""What exercise 2 ends with."""
STORED_ROWS: dict[str, list[tuple[object, ...]]] = {
    "suppliers": [(1, "Hanji Mill"), (2, "Blue Ink Co.")],
    "parcels": [(1, 2, 750), (2, 1, 12000), (3, 2, 90)],
}

OTHER_ROWS = """
UPDATE users SET name = '' WHERE id = 1;
UPDATE users SET name = 'O''Hara %s :x' WHERE id = 2;
INSERT INTO users (id, name, email) VALUES (9, 'Yuna', ' yuna@example.com');
INSERT INTO users (id, name, email) VALUES (977, '100%', '  i''m 7@example.com  ');
INSERT INTO products (id, title, price) VALUES (5, 'Ink', 0), (977, 'Desk', 90000);
UPDATE orders SET status = 'cancelled' WHERE id = 1;
INSERT INTO orders (id, user_id, status) VALUES (9, 3, 'not cancelled'), (10, 9, 'returned');
INSERT INTO orders (id, user_id, status) VALUES (12, 2, 'O''new %'), (977, 3, 'cancelled');
"""
"""What the checks put into a shop at START: other rows than the lesson's, at the edges."""
SHOP = start_sql(HERE) + OTHER_ROWS

NEW_PRODUCT = 4242
INSERT = f"""
import sqlite3
shop = sqlite3.connect("shop.db")
shop.execute("INSERT INTO products (id, title, price) VALUES ({NEW_PRODUCT}, 'Glue', 700)")
shop.commit()
shop.close()
"""
"""A product that is inserted without a value for the new column."""

ON_POSTGRESQL = """
import io
from alembic import command, config
settings = config.Config("alembic.ini", ini_section="postgresql")
settings.output_buffer = io.StringIO()
command.{way}(settings, "{steps}", sql=True)
print(settings.output_buffer.getvalue())
"""
UP_THERE = ON_POSTGRESQL.format(way="upgrade", steps=f"{SPELLING}:{INDEX}")
DOWN_THERE = ON_POSTGRESQL.format(way="downgrade", steps=f"{INDEX}:{SPELLING}")
"""Prints what PostgreSQL would be given, up and down."""

REASON = f"""
from alembic.config import Config
from alembic.script import ScriptDirectory
script = ScriptDirectory.from_config(Config("alembic.ini")).get_revision("{SPELLING}")
print(script.module.downgrade.__doc__ or "")
"""
"""Prints what the docstring of the way back says."""
TEMPLATE_DOCSTRINGS = ("", "Downgrade schema.")

STARTING_NAMES = {1: "Minji", 2: "Jun", 3: "Sora"}


def real_parent(project: Project) -> Verdict:
    """The first delivery follows the head of the start, and is applied."""
    wrong = not_accepted(project, PHONE, START, "01_add_phone_to_users.py")
    wrong = wrong or not_up_to_date(project)
    if wrong:
        return wrong
    differing = asked(project.database(), [USERS])
    return not_yet("differs", differing=listed(differing)) if differing else passed()


def short_id(project: Project) -> Verdict:
    """The second delivery has the id that the text names, follows the first, and is applied."""
    for revision in project.revisions():
        if len(revision.id) > LONGEST:
            return not_yet("long_id", revision=revision.id, length=len(revision.id))
    wrong = not_accepted(project, SKU, PHONE, "02_add_sku_to_products.py")
    wrong = wrong or not_up_to_date(project)
    if wrong:
        return wrong
    differing = asked(project.database(), [PRODUCTS])
    return not_yet("differs", differing=listed(differing)) if differing else passed()


@except_for("gone_columns")
def keep_rows(project: Project) -> Verdict:
    """On a copy with other rows, names are there, up and down, and all products are active."""
    left = files(project, INCOMING, "0[34]*.py")
    if NAME not in {one.id for one in project.revisions()} and len(left) == 2:
        return not_started()
    if left:
        return not_yet("left", files=listed(left))
    wrong = not_in_line(project, SKU, NAME, ACTIVE) or rows_lost(project)
    wrong = wrong or not_up_to_date(project)
    if wrong:
        return wrong
    here = names(project.database(), "display_name")
    kept = all(here.get(number) == name for number, name in STARTING_NAMES.items())
    return passed() if kept else not_yet("shop_lost")


def no_models(project: Project) -> Verdict:
    """A copy whose models are gone spells every status one way, and leaves the others."""
    wrong = not_accepted(project, SPELLING, ACTIVE, "05_spell_canceled_one_way.py")
    if wrong:
        return wrong
    steps_of = (f"upgrade {ACTIVE}", f"upgrade {SPELLING}")
    back = (f"downgrade {ACTIVE}", ("python", "-c", REASON))
    with trial(project, *steps_of, *back, database=SHOP) as steps:
        was = statuses(steps[0].went_well())
        wrong = stopped(steps)
        if wrong:
            return wrong
        if statuses(steps[1].database) != spelled(was):
            return not_yet("other_rows", found=listed(set(statuses(steps[1].database).values())))
        wrong = no_reason(steps)
        if wrong:
            return wrong
    with trial(project, *steps_of, database=SHOP, prepare=without_models) as steps:
        if steps[-1].error:
            return not_yet("needs_models", said=steps[-1].error)
    behind = not_up_to_date(project)
    if behind:
        return behind
    return not_yet("not_run") if "cancelled" in statuses(project.database()).values() else passed()


def index(project: Project) -> Verdict:
    """The way back takes what the way up made; PostgreSQL would go on taking orders."""
    wrong = not_accepted(project, INDEX, SPELLING, "06_index_orders_by_user_and_status.py")
    if wrong:
        return wrong
    steps_of = (f"upgrade {SPELLING}", f"upgrade {INDEX}", f"downgrade {SPELLING}")
    with trial(project, *steps_of, database=SHOP, keep_going=True) as steps:
        was = steps[0].went_well()
        wrong = stopped(steps)
        if wrong:
            return wrong
        made = {*steps[1].database.indexes("orders")} - {*was.indexes("orders")}
        more = sorted(f"+ orders INDEX {name}" for name in made - {NEW_INDEX})
        differing = [*asked(steps[1].database, [ORDERS]), *more]
        if differing:
            return not_yet("differs", differing=listed(differing))
        if steps[2].error:
            return not_yet("back_fails", revision=SPELLING, said=steps[2].error)
        left, before = steps[2].database.indexes("orders"), was.indexes("orders")
        if left != before:
            differing = [f"+ {name}" for name in sorted({*left} - {*before})]
            differing += [f"− {name}" for name in sorted({*before} - {*left})]
            return not_yet("other_way_back", differing=listed(differing))
    return blocking(project) or not_up_to_date(project) or passed()


def sort_out(project: Project) -> Verdict:
    """Three are in and whole, the baseline is refused, and the database is at the head."""
    left = files(project, INCOMING, "*.py")
    history = {one.id for one in project.revisions()}
    if NOTE not in history and len(left) == 4:
        return not_started()
    wrong = wrongly_sorted(project, history) or not_in_line(project, INDEX, NOTE, COUPONS, EMAILS)
    if wrong:
        return wrong
    steps_of = (f"upgrade {INDEX}", f"upgrade {EMAILS}", f"downgrade {INDEX}")
    with trial(project, *steps_of, database=SHOP, keep_going=True) as steps:
        was = emails(steps[0].went_well())
        wrong = stopped(steps)
        if wrong:
            return wrong
        up, back = steps[1].database, steps[2].database
        differing = asked(up, [NOTED_ORDERS, COUPON_TABLE])
        if differing:
            return not_yet("differs", differing=listed(differing))
        if emails(up) != {number: email.strip(" ") for number, email in was.items()}:
            return not_yet("emails")
        if steps[2].error:
            return not_yet("back_fails", revision=INDEX, said=steps[2].error)
        if "coupons" in back.tables():
            return not_yet("coupons_stay")
        if emails(back) not in (emails(up), was):
            return not_yet("emails_back")
    behind = not_up_to_date(project)
    if behind:
        return behind
    stripped = all(email == email.strip(" ") for email in emails(project.database()).values())
    return passed() if stripped else not_yet("emails")


def last_delivery(project: Project) -> Verdict:
    """Ticket A is in as delivered, ticket B is fixed, and nobody deletes orders."""
    left = files(project, INCOMING, "*.py")
    history = {one.id for one in project.revisions()}
    if WIDER not in history and len(left) == 3:
        return not_started()
    wrong = wrongly_taken(project, history) or not_one_head(project)
    if wrong:
        return wrong
    insert = ("python", "-c", INSERT)
    with trial(project, f"upgrade {EMAILS}", "upgrade head", insert, database=SHOP) as steps:
        orders = len(statuses(steps[0].went_well()))
        wrong = stopped(steps) or new_column(steps, LAST_PRODUCTS, "stock", 0)
        if wrong:
            return wrong
        differing = asked(steps[1].database, [LAST_ORDERS])
        if differing:
            return not_yet("differs", differing=listed(differing))
        if len(statuses(steps[1].database)) != orders:
            return not_yet("orders_deleted")
    return not_up_to_date(project) or other_models(project) or passed()


def rewrite_baseline(project: Project) -> Verdict:
    """The baseline makes what warehouse.db has, without models; warehouse.db is at the head."""
    warehouse = project.at(WAREHOUSE)
    given = start_files(HERE)
    here = warehouse.database()
    baseline = warehouse.folder / OLD_TABLES_FILE
    if same_bytes(baseline, given[f"{WAREHOUSE}/{OLD_TABLES_FILE}"]) and not here.versions():
        return not_started()
    if not same_bytes(warehouse.folder / LABEL_FILE, given[f"{WAREHOUSE}/{LABEL_FILE}"]):
        return not_yet("label_changed")
    line = [(one.id, one.parents) for one in warehouse.revisions()]
    if line != [(LABEL, (OLD_TABLES,)), (OLD_TABLES, ())]:
        return not_yet("other_line", found=listed(one for one, _ in line))
    return wrong_baseline(warehouse) or not_adopted(here) or passed()


# --- what several of them ask ---


def not_accepted(project: Project, revision: str, parent: str, file: str) -> Verdict | None:
    """Say what keeps a delivery from being the one head, moved and in line; None if nothing."""
    history = {one.id: one for one in project.revisions()}
    waits = (project.folder / INCOMING / file).is_file()
    if revision not in history and waits and not (project.folder / VERSIONS / file).is_file():
        return not_started()
    found = history.get(revision)
    if found is not None and found.parents != (parent,):
        return not_yet("other_parent", found=listed(found.parents or ["None"]))
    if found is not None and waits:
        return not_yet("left")
    if project.heads() == (revision,):
        return None
    return not_yet("not_in_line", heads=listed(project.heads()))


def not_up_to_date(project: Project) -> Verdict | None:
    """Say that the database is at another revision than the head; None if it is there."""
    versions = project.database().versions()
    if versions == project.heads():
        return None
    return not_yet("not_applied", version=listed(versions))


def stopped(steps: list[Step]) -> Verdict | None:
    """Say that the second step, the way up, stopped; None if it did not."""
    return not_yet("stops", said=steps[1].error) if steps[1].error else None


def no_reason(steps: list[Step]) -> Verdict | None:
    """Say that the way back does nothing and gives no reason; None where it does one of them."""
    if steps[-1].error or statuses(steps[2].database) != statuses(steps[1].database):
        return None
    said = steps[3].printed.strip()
    return not_yet("no_reason") if said in TEMPLATE_DOCSTRINGS else None


def rows_lost(project: Project) -> Verdict | None:
    """Say what names and products of a copy lose on the way up or down; None if nothing."""
    up = (f"upgrade {SKU}", f"upgrade {NAME}", f"upgrade {ACTIVE}")
    steps_of = (*up, ("python", "-c", INSERT), f"downgrade {SKU}")
    with trial(project, *steps_of, database=SHOP, keep_going=True) as steps:
        was = names(steps[0].went_well(), "name")
        wrong = stopped(steps) or stopped(steps[1:])
        if wrong:
            return wrong
        differing = asked(steps[2].database, [RENAMED])
        if differing:
            return not_yet("differs", differing=listed(differing))
        if names(steps[2].database, "display_name") != was:
            return not_yet("names_lost")
        if steps[4].error:
            return not_yet("back_fails", revision=SKU, said=steps[4].error)
        if names(steps[4].database, "name") != was:
            return not_yet("not_back")
        return new_column(steps[1:], ACTIVE_PRODUCTS, "is_active", 1)


def new_column(steps: list[Step], table: sa.Table, column: str, value: int) -> Verdict | None:
    """Say what is wrong with a column of products that has a value for rows old and new."""
    differing = asked(steps[1].database, [table])
    if differing:
        return not_yet("differs", differing=listed(differing))
    there = {one for (one,) in steps[1].database.rows(f"SELECT {column} FROM products")}
    if there != {value}:
        return not_yet("other_values", found=listed(sorted(map(str, there))))
    if steps[2].error:
        return not_yet("no_default", said=steps[2].error)
    query = f"SELECT {column} FROM products WHERE id = {NEW_PRODUCT}"
    [(found,)] = steps[2].database.rows(query)
    return None if found == value else not_yet("no_default", said=f"{column} = {found}")


def blocking(project: Project) -> Verdict | None:
    """Say what in PostgreSQL's SQL blocks writes, or cannot run there; None if nothing."""
    there = (("python", "-c", UP_THERE), ("python", "-c", DOWN_THERE))
    with trial(project, *there, keep_going=True) as [up, down]:
        if up.error:
            return not_yet("sql_stops", said=up.error)
        made = list(about_indexes(up.printed, "CREATE INDEX", "CREATE UNIQUE INDEX"))
        dropped = list(about_indexes(down.printed, "DROP INDEX"))
    for line, _ in made:
        if not concurrent(line):
            return not_yet("blocks", line=line)
    for line, inside in [*made, *dropped]:
        if inside and concurrent(line):
            return not_yet("in_transaction", line=line)
    return None if made else not_yet("no_sql")


def concurrent(line: str) -> bool:
    """Tell whether a statement is one of those that can't run inside a transaction."""
    return "CONCURRENTLY" in line.upper()


def about_indexes(script: str, *begins: str) -> Iterator[tuple[str, bool]]:
    """Give the lines that begin in one of these ways, and whether each is inside a transaction."""
    inside = False
    for line in map(str.strip, script.splitlines()):
        if line.startswith(("BEGIN", "COMMIT")):
            inside = line.startswith("BEGIN")
        if line.upper().startswith(begins):
            yield line, inside


def wrongly_sorted(project: Project, history: set[str]) -> Verdict | None:
    """Say which of the four lies where it should not; None if none does."""
    if BASELINE in history:
        return not_yet("baseline_in")
    refused = files(project, REFUSED, "*.py")
    fine = [name for name in refused if name[:2] in ("07", "08", "09")]
    if fine:
        return not_yet("refused_too_many", files=listed(fine))
    left = files(project, INCOMING, "*.py")
    if left:
        return not_yet("left", files=listed(left))
    return None if BASELINE_FILE in refused else not_yet("not_refused")


def wrongly_taken(project: Project, history: set[str]) -> Verdict | None:
    """Say which of the last three lies where it should not; None if none does."""
    if TIDY in history:
        return not_yet("tidied")
    refused = files(project, REFUSED, "*.py")
    fine = [name for name in refused if name[:2] in ("11", "13")]
    if fine:
        return not_yet("refused_too_many", files=listed(fine))
    left = files(project, INCOMING, "*.py")
    if left:
        return not_yet("left", files=listed(left))
    return None if TIDY_FILE in refused else not_yet("not_refused")


def not_in_line(project: Project, *ids: str) -> Verdict | None:
    """Say that revisions do not follow each other up to the one head; None if they do."""
    by_id = {one.id: one.parents for one in project.revisions()}
    pairs = zip(ids[1:], ids, strict=False)
    if project.heads() == (ids[-1],) and all(by_id.get(one) == (last,) for one, last in pairs):
        return None
    return not_yet("not_in_line", heads=listed(project.heads()))


def not_one_head(project: Project) -> Verdict | None:
    """Say what the history after the ninth delivery has other than ticket A's and one head."""
    new = after(project, EMAILS)
    ids = [one.id for one in new]
    long = [one for one in ids if len(one) > LONGEST]
    if long:
        return not_yet("long_id", revision=long[0], length=len(long[0]))
    if len(project.heads()) == 1 and WIDER in ids and ids[0] == project.heads()[0] and len(ids) > 1:
        return None
    return parent_gone(project) or not_yet("not_in_line", heads=listed(project.heads()))


def parent_gone(project: Project) -> Verdict | None:
    """Name a revision whose parent has no file, and whom it should follow; None without one."""
    known = {one.id for one in project.revisions()}
    for one in project.revisions():
        for parent in one.parents:
            if parent not in known:
                follow = EMAILS if one.id == WIDER else WIDER
                name = one.file.name if one.file else one.id
                return not_yet("parent_gone", file=name, parent=parent, follow=follow)
    return None


def after(project: Project, revision: str) -> list[Revision]:
    """Give the revisions from the newest down to a revision, without it."""
    found = []
    for one in project.revisions():
        if one.id == revision:
            break
        found.append(one)
    return found


def other_models(project: Project) -> Verdict | None:
    """Say what `alembic check` would report of what the revisions make; None if nothing."""
    with trial(project, "forget", "upgrade head", "check") as steps:
        found = [f"{one.table}.{one.name}" for one in steps[-1].compared.differences]
    return not_yet("models_differ", found=listed(found)) if found else None


def wrong_baseline(warehouse: Project) -> Verdict | None:
    """Say what the warehouse's revisions make other than its tables; None if nothing."""
    commands = ("forget", "upgrade head", "downgrade base")
    with trial(warehouse, *commands, keep_going=True) as steps:
        if steps[1].error:
            return not_yet("stops", said=steps[1].error)
        differing = asked(steps[1].database, [SUPPLIERS, PARCELS])
        others = set(steps[1].database.tables()) - {"suppliers", "parcels"}
        if differing or others:
            return not_yet("differs", differing=listed([*differing, *sorted(others)]))
        left = steps[2].database.tables()
        if steps[2].error:
            return not_yet("back_fails", revision="base", said=steps[2].error)
        if left:
            return not_yet("stays", left=listed(left))
    with trial(warehouse, *commands, prepare=without_models) as steps:
        left = steps[-1].database.tables()
        if steps[-1].error or left:
            return not_yet("needs_models", said=steps[-1].error or listed(left))
    return None


def not_adopted(here: Database) -> Verdict | None:
    """Say what warehouse.db has other than its rows, at the head; None if nothing."""
    for table, rows in STORED_ROWS.items():
        names = ", ".join(
            column.name for column in (*STORED.tables[table].columns,)[: len(rows[0])]
        )
        there = here.rows(f"SELECT {names} FROM {table} ORDER BY id") if here.table(table) else []
        if there != rows:
            return not_yet("rows_lost", table=table)
    if here.versions() != (LABEL,):
        return not_yet("not_applied")
    differing = asked(here, [SUPPLIERS, PARCELS])
    return not_yet("database_differs", differing=listed(differing)) if differing else None


def without_models(copy: Path) -> None:
    """Leave a copy's models without a single table, as if all had been moved elsewhere."""
    (copy / "models.py").write_text("from base import Base\n\n__all__ = ['Base']\n", "utf-8")


def same_bytes(file: Path, given: Path) -> bool:
    """Tell whether a file is there, as it was given."""
    return file.is_file() and file.read_bytes() == given.read_bytes()


def files(project: Project, folder: str, pattern: str) -> list[str]:
    """Name the files of a folder, sorted; [] without the folder."""
    return sorted(file.name for file in (project.folder / folder).glob(pattern))


def names(database: Database, column: str) -> dict[int, str]:
    """Give every user's name by id; {} without the column."""
    if column not in database.columns("users"):
        return {}
    return dict(database.rows(f"SELECT id, {column} FROM users"))


def emails(database: Database) -> dict[int, str]:
    """Give every user's email by id."""
    return dict(database.rows("SELECT id, email FROM users"))


def statuses(database: Database) -> dict[int, str]:
    """Give every order's status by id."""
    return dict(database.rows("SELECT id, status FROM orders"))


def spelled(was: dict[int, str]) -> dict[int, str]:
    """Give the statuses as they are spelled one way."""
    return {one: "canceled" if said == "cancelled" else said for one, said in was.items()}


def listed(things: Iterable[object]) -> str:
    """Write names or differences for a message; a dash for none."""
    return ", ".join(f"`{one}`" for one in things) or "-"
