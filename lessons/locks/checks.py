"""Checks of lesson `locks`."""

import json
from collections.abc import Callable, Sequence
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
    trial,
)

START = "41c9f7e2d8b6"
"""The head of the lesson's start."""
NOTE = "add note to orders"
"""The message of the revision that the learner makes first."""
TOKEN = "6e0b3f91a2c4"
FILL = "9a7d5c20e1b8"
PRICES = "2f8c6d4e9b17"

NOTE_LENGTH = 200
LIMIT = "500ms"
PRICE_CHECK = "ck_products_price"
KEY = "fk_orders_product_id_products"

COLUMN = (
    "SELECT udt_name, is_nullable, character_maximum_length, column_default "
    "FROM information_schema.columns "
    "WHERE table_schema = 'public' AND table_name = :table AND column_name = :column"
)
CONSTRAINTS = (
    "SELECT conname, convalidated FROM pg_constraint "
    "WHERE conrelid = to_regclass(:table) AND contype = :kind ORDER BY conname"
)
PRICES_NOW = "SELECT id, title, price FROM products ORDER BY id"
ORDERS = "SELECT id, user_id, status, product_id FROM orders ORDER BY id"

PROBE = "course_probe"
PROBE_ID = "c0de5eed0001"
MADE = f'''"""probe"""
from alembic import op

revision = "{PROBE_ID}"
down_revision = {{parents}}


def upgrade() -> None:
    op.execute("CREATE TABLE {PROBE} AS SELECT current_setting('lock_timeout') AS value")


def downgrade() -> None:
    op.drop_table("{PROBE}")
'''
"""A revision that checks put at the head of a copy: it notes the session's lock_timeout."""
STOPPED = "the probe stops here"
STOPS = f'''"""probe that stops"""
revision = "c0de5eed0002"
down_revision = "{PROBE_ID}"


def upgrade() -> None:
    raise RuntimeError("{STOPPED}")


def downgrade() -> None:
    pass
'''

OF_TABLE = """
import psycopg
with psycopg.connect("dbname=course_shop") as shop:
    print("FILE", *shop.execute("SELECT pg_relation_filenode('orders')").fetchone())
"""
ORDER = """
import psycopg
with psycopg.connect("dbname=course_shop") as shop:
    shop.execute("INSERT INTO orders (id, user_id, status) VALUES (977, 3, 'shipped')")
"""
LOW_PRICES = """
import psycopg
with psycopg.connect("dbname=course_shop") as shop:
    shop.execute(
        "INSERT INTO products (id, title, price) VALUES (5, 'Ink ''100%''', 0),"
        " (7, 'Pad', 1), (976, 'Lamp', -1), (977, 'Desk', -2147483648)"
    )
"""
OTHER_ROWS = """
import psycopg
with psycopg.connect("dbname=course_shop") as shop:
    shop.execute("INSERT INTO products (id, title, price) VALUES (977, 'Desk', 90000)")
    shop.execute(
        "INSERT INTO orders (id, user_id, status, product_id) VALUES"
        " (9, 3, 'shipped', NULL), (975, 1, 'paid', 1), (976, 2, 'new', 3),"
        " (977, 2, 'canceled', 977)"
    )
"""
"""What checks put into copies: other values than the lesson's, at the edges."""

WATCH = r"""
import json

import psycopg
import sqlalchemy as sa
from alembic import command, config

TABLES = ["orders", "products"]
STRONG = ["ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"]
ON_ROWS = ("rewriting table", "verifying table", "validating foreign key")
HELD = (
    "SELECT DISTINCT relname::text FROM pg_locks JOIN pg_class ON pg_class.oid = relation "
    "WHERE pid = %s AND granted AND mode = ANY (%s) AND relname = ANY (%s)"
)
watch = psycopg.connect("dbname=course_shop", autocommit=True)
said, found = [], []


def listen(connection, _record):
    connection.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
    connection.execute("SET client_min_messages = debug1")
    connection.commit()


def note(_connection, cursor, statement, *_more):
    words = statement.replace('"', "").replace("public.", "").upper().split()
    changes = words[:1] == ["UPDATE"] and {"ORDERS", "PRODUCTS"} & {*words[1:3]}
    looks = any(line.startswith(ON_ROWS) for line in said)
    said.clear()
    if not (changes or looks):
        return
    at_once = cursor.connection.autocommit and not changes and "VALIDATE" not in words
    session = cursor.connection.info.backend_pid
    held = watch.execute(HELD, (session, STRONG, TABLES)).fetchall()
    if held or at_once:
        found.append(" ".join(statement.split()))


sa.event.listen(sa.Engine, "connect", listen)
sa.event.listen(sa.Engine, "after_cursor_execute", note)
try:
    command.upgrade(config.Config("alembic.ini"), "head")
finally:
    watch.close()
    print("\nFOUND", json.dumps(found))
"""
"""Upgrades, and names the statements that read or change all rows under a lock that blocks.

A lock is one of orders or products that keeps others from writing or from reading. A statement of
its own transaction has none left when it is done: there it is one that looks at rows, unless it
validates.
"""


@except_for("again_fails")
def add_note(project: Project) -> Verdict:
    """One revision adds note to orders, and it isn't applied."""
    new = [revision for revision in project.revisions() if revision.parents == (START,)]
    if not new:
        return not_started()
    if project.heads() != (new[0].id,):
        return not_yet("two_revisions")
    if new[0].message != NOTE:
        return not_yet("other_message", found=new[0].message)
    steps_of = (f"downgrade {START}", "upgrade head", "check")
    with trial(project, *steps_of, keep_going=True) as steps:
        if error := steps[0].error or steps[1].error:
            return not_yet("stops", said=error)
        found = column(steps[1].database, "orders", "note")
        if not found:
            return not_yet("empty")
        if found[:3] != ("varchar", "YES", NOTE_LENGTH):
            return not_yet("other_column")
        if steps[2].compared.differences:
            return not_yet("model_differs")
    return passed() if project.database().versions() == (START,) else not_yet("applied")


def lock_timeout(project: Project) -> Verdict:
    """A session of env.py has the limit, and what it upgrades stays."""
    with trial(project, "upgrade heads", prepare=probed(project), keep_going=True) as [step]:
        if step.error:
            return not_yet("stops", said=step.error)
        found = probe(step.database)
        if found is None:
            return not_yet("rolled_back")
        if found == "0":
            return not_started()
    return passed() if found == LIMIT else not_yet("other_limit", found=found)


@except_for("gone_columns")
def no_rewrite(project: Project) -> Verdict:
    """The table keeps its file, new orders get a token, and the database is there."""
    if project.heads() != (TOKEN,):
        return not_yet("file", heads=", ".join(project.heads()))
    [below] = [revision.parents[0] for revision in project.revisions() if revision.id == TOKEN]
    look, order = ("python", "-c", OF_TABLE), ("python", "-c", ORDER)
    with trial(project, f"downgrade {below}", look, "upgrade head", look, order) as steps:
        if len(steps) < 5 or steps[-1].error:
            is_empty = len(steps) == 1 and not column(project.database(), "orders", "token")
            return not_yet("stamped") if is_empty else not_yet("stops", said=steps[-1].error)
        kind, *_, default = column(steps[2].database, "orders", "token") or ("", "", None, None)
        if kind != "uuid":
            return not_yet("other_column")
        is_applied = project.database().versions() == (TOKEN,)
        if file_of(steps[1]) != file_of(steps[3]):
            return not_yet("rewrites") if is_applied else not_started()
        [(new,)] = steps[4].database.rows("SELECT token FROM orders WHERE id = 977")
        if new is None or "gen_random_uuid" not in str(default):
            return not_yet("no_default")
    if not is_applied:
        return not_yet("not_applied")
    here = column(project.database(), "orders", "token")
    return passed() if here and here[3] else not_yet("stamped")


def per_migration(project: Project) -> Verdict:
    """Where the second of two revisions fails, the first stays."""
    prepare = probed(project, and_stops=True)
    with trial(project, "upgrade heads", prepare=prepare, keep_going=True) as [step]:
        if STOPPED not in (step.error or ""):
            return not_yet("stops", said=step.error or "-")
        found = probe(step.database)
    if found is None:
        return not_started()
    return passed() if found == LIMIT else not_yet("limit_lost", found=found)


@except_for("back_leaves", "back_loses")
def validate(project: Project) -> Verdict:
    """A revision mends the prices and validates the CHECK, and the database is there."""
    new = [revision for revision in project.revisions() if revision.parents == (PRICES,)]
    if not new:
        return not_started()
    rows, watched_upgrade = ("python", "-c", LOW_PRICES), ("python", "-c", WATCH)
    steps_of = (f"downgrade {FILL}", rows, watched_upgrade, f"downgrade {PRICES}")
    with trial(project, *steps_of, keep_going=True) as steps:
        if wrong := stopped(project, steps):
            return wrong
        _, low, done, _ = steps
        state = constraints(done.database, "products", "c").get(PRICE_CHECK)
        if state is None:
            return not_yet("check_gone")
        wanted = [(*one, max(price, 0)) for *one, price in low.database.rows(PRICES_NOW)]
        is_mended = done.database.rows(PRICES_NOW) == wanted
        if not state:
            return not_yet("not_valid")
        if not is_mended:
            return not_yet("other_prices")
        if blocking := found_by(done):
            return not_yet("blocks", statement=blocking[0])
    return ended(project, constraints(project.database(), "products", "c").get(PRICE_CHECK, False))


def add_product_key(project: Project) -> Verdict:
    """The key comes without keeping anybody waiting, is valid, and goes on the way back."""
    below = checked(project)
    if below is None:
        return not_yet("file")
    with trial(project, *watched(below), keep_going=True) as steps:
        at_first = steps[0].error is None
        if not at_first and not has_key(project.database()):
            return not_yet("stamped")
        if at_first and has_key(steps[0].database):
            ours = of_revisions(project, has_key)
            return not_yet("key_stays") if ours else not_started()
        if wrong := stopped(project, steps, but_for=3) or other_key(*steps[1:]):
            return wrong
    return ended(project, constraints(project.database(), "orders", "f").get(KEY, False))


def other_key(was: Step, done: Step, check: Step, back: Step) -> Verdict | None:
    """Say what the upgrade and the way back do other than asked; None if nothing."""
    if wrong := not_the_key(done.database):
        return wrong
    if blocking := found_by(done):
        return not_yet("blocks", statement=blocking[0])
    if not constraints(done.database, "orders", "f")[KEY]:
        return not_yet("not_valid")
    if done.database.rows(ORDERS) != was.database.rows(ORDERS):
        return not_yet("orders_changed")
    if has_key(back.database):
        return not_yet("key_stays")
    return not_yet("model_differs") if check.compared.differences else None


def not_the_key(database: Database) -> Verdict | None:
    """Say what the key is other than asked; None if nothing."""
    there = {key.name: key for key in database.foreign_keys("orders")}
    ours = [name for name, key in there.items() if "product_id" in key.columns]
    if not ours:
        return not_started() if KEY not in there else not_yet("other_key")
    if KEY not in ours:
        return not_yet("other_name", found=str(ours[0]))
    key = there[KEY]
    right = (key.columns, key.table, key.referred) == (("product_id",), "products", ("id",))
    plain = {key.on_delete, key.on_update} <= {"", "NO ACTION"}
    return None if right and plain and len(ours) == 1 else not_yet("other_key")


@except_for("back_loses")
def require_product(project: Project) -> Verdict:
    """The column comes to be NOT NULL without keeping anybody waiting, and goes back."""
    below = checked(project)
    if below is None:
        return not_yet("file")
    with trial(project, *watched(below), keep_going=True) as steps:
        at_first = steps[0].error is None
        if not at_first and is_nullable(project.database()):
            return not_yet("stamped")
        if at_first and not is_nullable(steps[0].database):
            by_hand = of_revisions(project, is_nullable)
            return not_started() if by_hand else not_yet("stays_required")
        if wrong := stopped(project, steps, but_for=3) or other_column(*steps[1:]):
            return wrong
    return ended(project, not is_nullable(project.database()))


def other_column(was: Step, done: Step, check: Step, back: Step) -> Verdict | None:
    """Say what the upgrade and the way back do other than asked; None if nothing."""
    if is_nullable(done.database):
        return not_started()
    if blocking := found_by(done):
        return not_yet("blocks", statement=blocking[0])
    if done.database.rows(ORDERS) != filled(was.database.rows(ORDERS)):
        return not_yet("other_values")
    if left := sorted(constraints(done.database, "orders", "c")):
        return not_yet("check_left", found=left[0])
    if not is_nullable(back.database):
        return not_yet("stays_required")
    had = [one for one in was.database.rows(ORDERS) if one[-1] is not None]
    if not {*had} <= {*back.database.rows(ORDERS)}:
        return not_yet("back_changes")
    return not_yet("model_differs") if check.compared.differences else None


def watched(below: Revision) -> tuple[str | tuple[str, ...], ...]:
    """Give a trial's steps: to the revision below, other rows, a watched upgrade, and back."""
    back = f"downgrade {below.id}"
    return back, ("python", "-c", OTHER_ROWS), ("python", "-c", WATCH), "check", back


def has_key(database: Database) -> bool:
    """Tell whether orders has the key, valid or not."""
    return KEY in constraints(database, "orders", "f")


def of_revisions(project: Project, question: Callable[[Database], bool]) -> bool:
    """Ask what the revisions make of an empty database: what was done by hand isn't in it."""
    with trial(project, "forget", "upgrade heads") as steps:
        return question(steps[-1].went_well())


def ended(project: Project, is_done: bool) -> Verdict:
    """Pass where the learner's database is at the head, and has what was asked for."""
    if project.database().versions() != project.heads():
        return not_yet("not_applied")
    return passed() if is_done else not_yet("stamped")


def filled(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Give orders with product 1 where there was none."""
    return [(*one, 1 if product is None else product) for *one, product in rows]


def stopped(project: Project, steps: Sequence[Step], but_for: int | None = None) -> Verdict | None:
    """Say what the first step raised that failed; that of `but_for` is asked elsewhere."""
    for number, step in enumerate(steps):
        if step.error and number != but_for:
            if len(project.heads()) > 1:
                step.went_well()
            return not_yet("stops", said=step.error)
    return None


def found_by(step: Step) -> list[str]:
    """Give the statements that WATCH named."""
    found = step.printed.rpartition("\nFOUND ")[2].partition("\n")[0]
    return [str(one) for one in json.loads(found)]


def checked(project: Project) -> Revision | None:
    """Give the revision that validates prices: the one that follows the CHECK."""
    return next((one for one in project.revisions() if one.parents == (PRICES,)), None)


def probed(project: Project, and_stops: bool = False) -> Any:
    """Give what puts a probe at the head of a copy, and one that stops behind it."""
    heads = project.heads()
    parents = repr(heads[0] if len(heads) == 1 else heads or None)

    def prepare(copy: Path) -> None:
        versions = copy / "migrations" / "versions"
        (versions / "course_probe_1.py").write_text(MADE.format(parents=parents), encoding="utf-8")
        if and_stops:
            (versions / "course_probe_2.py").write_text(STOPS, encoding="utf-8")

    return prepare


def probe(database: Database) -> str | None:
    """Give what the probe noted; None where it isn't there."""
    if PROBE not in database.tables():
        return None
    [(value,)] = database.rows(f"SELECT value FROM {PROBE}")
    return str(value)


def file_of(step: Step) -> str:
    """Give the file of orders that the step printed."""
    return step.printed.rpartition("FILE ")[2].strip()


def column(database: Database, table: str, name: str) -> tuple[Any, ...]:
    """Give a column: its type, whether it is nullable, its length, its default; () without it."""
    found = database.rows(COLUMN, table=table, column=name)
    return tuple(found[0]) if found else ()


def is_nullable(database: Database) -> bool:
    """Tell whether orders.product_id takes NULL."""
    found = column(database, "orders", "product_id")
    return not found or found[1] == "YES"


def constraints(database: Database, table: str, kind: str) -> dict[str, bool]:
    """Give a table's constraints of a kind (c, f): whether each is valid, by name."""
    return dict(database.rows(CONSTRAINTS, table=f"public.{table}", kind=kind))
