"""Checks of lesson `postgresql`."""

from pathlib import Path
from typing import Any

from course.checks import (
    Database,
    Project,
    Revision,
    Step,
    Verdict,
    except_for,
    not_started,
    not_yet,
    passed,
    start_sql,
    trial,
)

HERE = Path(__file__).parent
START = "c57a91d3e840"
"""The head of the lesson's start."""
PAYMENTS = "d9229cdc875f"
PAYMENTS_MESSAGE = "create payments table"
TITLES = "5b2e90c4d7a1"
SHORT = "lowest_price_1000"
POINTS = "7c1d4a8e2f60"
STATUS = "b1cf8281aaf6"
INDEX = "b4e81f06c9d3"
LONGEST = 32
"""Characters that alembic_version.version_num has room for."""

METHODS = ["card", "bank"]
POINT = "point"
STATUSES = ["new", "paid", "shipped", "canceled"]
NAME = "ix_products_title"

LABELS = (
    "SELECT enumlabel FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid "
    "WHERE typname = :name ORDER BY enumsortorder"
)
COLUMN = (
    "SELECT udt_name, is_nullable, character_maximum_length FROM information_schema.columns "
    "WHERE table_schema = 'public' AND table_name = :table AND column_name = :column"
)
VALID = (
    "SELECT indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
    "WHERE relname = :name"
)
ORDERS = "SELECT id, user_id, status::text FROM orders ORDER BY id"
TITLES_NOW = "SELECT id, title, price FROM products ORDER BY id"
PAID = "SELECT id, method::text FROM payments ORDER BY id"

OTHER_ROWS = """
INSERT INTO public.products (id, title, price) VALUES (5, '  Ink ''100%'' ', 0);
INSERT INTO public.products (id, title, price) VALUES (977, 'Desk', 1000);
INSERT INTO public.orders (id, user_id, status) VALUES (9, 3, 'shipped'), (977, 2, 'canceled');
"""
"""What the checks put into a shop at the start: other values than the lesson's, at the edges."""
PAY = """
import psycopg
with psycopg.connect("dbname=course_shop") as shop:
    shop.execute(
        "INSERT INTO payments (id, order_id, method)"
        " VALUES (1, 3, 'card'), (2, 9, 'bank'), (977, 3, 'bank')"
    )
"""
INTERRUPT = f"""
import psycopg
shop = "dbname=course_shop"
try:
    with psycopg.connect(shop) as old:
        old.execute("UPDATE products SET price = price")
        with psycopg.connect(shop, autocommit=True) as run:
            run.execute("SET lock_timeout = 50")
            run.execute("CREATE INDEX CONCURRENTLY {NAME} ON products (title)")
except psycopg.errors.LockNotAvailable:
    pass
except psycopg.OperationalError:
    with psycopg.connect(shop) as run:
        run.execute("CREATE INDEX {NAME} ON products (title)")
        run.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{NAME}'::regclass")
"""
"""Leaves the INVALID index of an interrupted run: it gives up waiting for another session.

A browser's server has no second session, and says so; there its catalog is written to.
"""
OF_MODEL = """
from models import Base
print("STATUSES", *getattr(Base.metadata.tables["orders"].c.status.type, "enums", []))
"""
"""Prints the values that the model's enum has: `alembic check` doesn't compare them."""

TYPO = 'column "titel" does not exist'
NO_NAME = "ENUM type requires a name"
UNSAFE = "unsafe use of new value"
THERE = "already exists"


@except_for("again_fails")
def create_payments(project: Project) -> Verdict:
    """One revision makes payments with its enum, and it is applied."""
    new = [revision for revision in project.revisions() if revision.parents == (START,)]
    if not new:
        return not_started()
    if project.heads() != (new[0].id,):
        return not_yet("two_revisions")
    if new[0].message != PAYMENTS_MESSAGE:
        return not_yet("other_message", found=new[0].message)
    if new[0].id != PAYMENTS:
        return not_yet("other_id", found=new[0].id)
    with trial(project, "forget", "upgrade head", "check") as steps:
        if NO_NAME in (stopped := steps[-1].error or ""):
            return not_yet("no_name", said=stopped)
        if wrong := not_the_table(steps[1].went_well()):
            return wrong
        if steps[2].compared.differences:
            return not_yet("model_differs")
    return applied(project, "payments")


def not_the_table(database: Database) -> Verdict | None:
    """Say what payments is other than asked; None if nothing."""
    if "payments" not in database.tables():
        return not_yet("empty")
    columns = database.columns("payments").values()
    there = sorted(one.name + " NULL" * one.nullable for one in columns)
    keys = {key.table for key in database.foreign_keys("payments")}
    found = labels(database, "payment_method")
    if there != ["id", "method", "order_id"] or keys != {"orders"}:
        return not_yet("other_columns", found=", ".join(there))
    return None if found == METHODS else not_yet("other_values", found=", ".join(found) or "-")


@except_for("again_fails")
def fix_titles(project: Project) -> Verdict:
    """A shop of our own gets its view and its trimmed titles, and the database is at the head."""
    if not has(project, TITLES):
        return not_yet("file")
    steps_of = (f"upgrade {PAYMENTS}", f"upgrade {TITLES}", "downgrade -1")
    with trial(project, *steps_of, database=shop(), keep_going=True) as steps:
        done = steps[1]
        if done.error:
            is_typo = TYPO in done.error
            return not_started() if is_typo else not_yet("stops", said=done.error)
        was, now = (one.database.rows(TITLES_NOW) for one in steps[:2])
        if now != [(number, title.strip(), price) for number, title, price in was]:
            return not_yet("not_trimmed")
        if not views(done.database):
            return not_yet("no_view")
        if steps[2].error or views(steps[2].database):
            return not_yet("view_stays")
    database = project.database()
    if database.versions() != project.heads():
        return not_yet("view_there" if views(database) else "not_applied")
    return passed() if views(database) else not_yet("stamped")


@except_for("again_fails")
def short_id(project: Project) -> Verdict:
    """The revision has the short id, and the database is there."""
    new = [revision for revision in project.revisions() if revision.parents == (TITLES,)]
    if len(new) != 1:
        return not_yet("file")
    [price] = new
    if len(price.id) > LONGEST:
        return not_started() if price.id.endswith("1k") else not_yet("too_long", found=price.id)
    if price.id != SHORT:
        return not_yet("other_id", found=price.id)
    with trial(project, f"upgrade {TITLES}", "upgrade head", database=shop()) as steps:
        was, now = (one.went_well().rows(TITLES_NOW) for one in steps)
        if now != [(*one, max(price, 1000)) for *one, price in was]:
            return not_yet("other_upgrade")
    if project.database().versions() != (SHORT,):
        return not_yet("not_applied")
    return passed()


def drop_type(project: Project) -> Verdict:
    """The type goes with its table, the way up works again, and the database is at the head."""
    round_trip = (f"upgrade {SHORT}", f"downgrade {START}", "upgrade head")
    with trial(project, *round_trip, database=shop(), keep_going=True) as steps:
        if any(one.error for one in steps[:2]):
            return not_yet("stops", said=next(one.error for one in steps if one.error))
        if labels(steps[1].database, "payment_method"):
            is_left = project.database().versions() == (START,)
            return not_started() if is_left else not_yet("type_stays")
        if steps[2].error:
            return not_yet("stops", said=steps[2].error)
        if wrong := not_the_table(steps[2].database):
            return wrong
    if project.database().versions() != project.heads():
        return not_yet("not_applied")
    return passed() if "payments" in project.database().tables() else not_yet("stamped")


def add_value(project: Project) -> Verdict:
    """A shop of our own gets the value and uses it, twice over, and the database is at the head."""
    if project.heads() != (POINTS,):
        return not_yet("file")
    steps_of = (f"upgrade {SHORT}", ("python", "-c", PAY), "upgrade head", f"downgrade {SHORT}")
    more = ("upgrade head", f"sql {SHORT}:{POINTS}")
    with trial(project, *steps_of, *more, database=shop(), keep_going=True) as steps:
        steps[1].went_well()
        first, back, again, written = steps[2:]
        if first.error:
            return not_started() if UNSAFE in first.error else not_yet("stops", said=first.error)
        if labels(first.database, "payment_method") != [*METHODS, POINT]:
            found = ", ".join(labels(first.database, "payment_method"))
            return not_yet("other_values", found=found)
        if first.database.rows(PAID) != [(1, POINT), (2, "bank"), (977, POINT)]:
            return not_yet("not_used")
        if back.error:
            return not_yet("stops", said=back.error)
        if back.database.rows(PAID) != first.database.rows(PAID):
            return not_yet("back_changes")
        if again.error:
            return not_yet("not_twice", said=again.error)
        if wrong := other_block(written):
            return wrong
    if project.database().versions() != project.heads():
        return not_yet("not_applied")
    there = POINT in labels(project.database(), "payment_method")
    return passed() if there else not_yet("stamped")


def other_block(written: Step) -> Verdict | None:
    """Say what the block has other than asked; None if nothing, or where a script can't show it."""
    script = written.script.upper()
    before, _, after = script.partition("ALTER TYPE")
    if written.error or not after:
        return None
    if before.rfind("COMMIT;") < before.rfind("BEGIN;") or "BEGIN;" not in after:
        return not_yet("no_block")
    return not_yet("update_in_block") if "UPDATE" in after.partition("BEGIN;")[0] else None


def add_status_enum(project: Project) -> Verdict:
    """A shop of our own gets the enum and goes back without losing an order; models agree."""
    if project.heads() != (STATUS,):
        return not_yet("other_head", heads=", ".join(project.heads()))
    steps_of = (f"upgrade {POINTS}", "upgrade head", "check", f"downgrade {POINTS}")
    more = ("upgrade head", ("python", "-c", OF_MODEL))
    with trial(project, *steps_of, *more, database=shop(), keep_going=True) as steps:
        was = steps[0].went_well().rows(ORDERS)
        stopped = wrong_enum(steps[1], was) or wrong_way_back(steps[3], steps[4], was)
        if stopped:
            return stopped
        if steps[2].compared.differences:
            return not_yet("model_differs")
        found = steps[5].printed.rpartition("STATUSES ")[2].split()
        if found != STATUSES:
            return not_yet("other_model", found=", ".join(found) or "-")
    database = project.database()
    if database.versions() != project.heads():
        return not_yet("type_there" if labels(database, "order_status") else "not_applied")
    return passed() if status(database)[0] == "order_status" else not_yet("stamped")


def wrong_enum(step: Step, was: list[tuple[Any, ...]]) -> Verdict | None:
    """Say what the way up does other than asked; None if nothing."""
    if step.error:
        return not_yet("no_type") if missing_type(step) else not_yet("stops", said=step.error)
    database = step.database
    kind, is_nullable, _ = status(database)
    if kind == "varchar":
        return not_started()
    if kind != "order_status":
        return not_yet("other_type", found=kind or "-")
    if labels(database, kind) != STATUSES:
        return not_yet("other_values", found=", ".join(labels(database, kind)))
    if database.rows(ORDERS) != was:
        return not_yet("orders_lost")
    return not_yet("nullable") if is_nullable == "YES" else None


def wrong_way_back(step: Step, again: Step, was: list[tuple[Any, ...]]) -> Verdict | None:
    """Say what the way back does other than asked; None if nothing."""
    if step.error:
        return not_yet("stops", said=step.error)
    if status(step.database) != ("varchar", "NO", 20):
        return not_yet("other_back")
    if step.database.rows(ORDERS) != was:
        return not_yet("orders_lost")
    if labels(step.database, "order_status"):
        return not_yet("type_stays")
    return not_yet("stops", said=again.error) if again.error else None


def index_without_blocking(project: Project) -> Verdict:
    """It is made concurrently, over a leftover too; the one in the learner's database is valid."""
    if project.heads() != (INDEX,):
        return not_yet("other_head", heads=", ".join(project.heads()))
    with trial(project, f"sql {STATUS}:{INDEX}") as [written]:
        script = " ".join(written.script.upper().split())
    if stopped := over_a_leftover(project, drops="DROP INDEX" in script):
        return stopped
    if not written.error and "INDEX CONCURRENTLY" not in script.partition("CREATE ")[2]:
        return not_yet("blocks")
    database = project.database()
    if database.versions() != project.heads():
        return not_yet("not_applied")
    return passed() if database.rows(VALID, name=NAME) == [(True,)] else not_yet("invalid")


def over_a_leftover(project: Project, drops: bool) -> Verdict | None:
    """Say what keeps the revision from mending a leftover, and from going back; None if nothing."""
    interrupted = (f"upgrade {STATUS}", ("python", "-c", INTERRUPT))
    steps_of = (*interrupted, "upgrade head", "downgrade -1")
    with trial(project, *steps_of, database=shop(), keep_going=True) as steps:
        steps[1].went_well()
        done, back = steps[2:]
        if done.error:
            is_left = project.database().versions() != project.heads()
            untouched = THERE in done.error and is_left and not drops
            return not_started() if untouched else not_yet("stops", said=done.error)
        index = done.database.indexes("products").get(NAME)
        if index is None or index.columns != ("title",) or index.unique:
            return not_yet("other_index")
        if done.database.rows(VALID, name=NAME) != [(True,)]:
            return not_yet("left_as_it_was")
        if back.error:
            return not_yet("stops", said=back.error)
        if NAME in back.database.indexes("products"):
            return not_yet("index_stays")
    with trial(project, "upgrade head", database=shop()) as [step]:
        return not_yet("stops_without", said=step.error) if step.error else None


def shop() -> str:
    """Give a shop at the start with rows that the lesson does not have."""
    return start_sql(HERE, ".postgresql/course_shop") + OTHER_ROWS


def applied(project: Project, table: str) -> Verdict:
    """Pass where the database is at the head and has the table."""
    database = project.database()
    if database.versions() != project.heads():
        return not_yet("not_applied")
    return passed() if table in database.tables() else not_yet("stamped")


def has(project: Project, revision: str) -> Revision | None:
    """Give the revision of that id; None without one."""
    return next((one for one in project.revisions() if one.id == revision), None)


def labels(database: Database, name: str) -> list[str]:
    """Give an enum type's values in their order; [] without the type."""
    return [label for (label,) in database.rows(LABELS, name=name)]


def status(database: Database) -> tuple[Any, ...]:
    """Give orders.status: its type, whether it is nullable, its length."""
    found = database.rows(COLUMN, table="orders", column="status")
    return tuple(found[0]) if found else ("", "", None)


def views(database: Database) -> list[str]:
    """Name cheap_products, if that view is there."""
    query = "SELECT viewname FROM pg_views WHERE viewname = 'cheap_products'"
    return [name for (name,) in database.rows(query)]


def missing_type(step: Step) -> bool:
    """Tell whether the step stopped because nobody made the type."""
    return step.error is not None and 'type "order_status" does not exist' in step.error
