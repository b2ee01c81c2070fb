"""Checks of lesson `safe_downgrade`."""

import re
from pathlib import Path
from typing import Any

from course.checks import (
    Database,
    Project,
    Verdict,
    except_for,
    not_started,
    not_yet,
    passed,
    start_sql,
    trial,
)

HERE = Path(__file__).parent
START = "0a6c72e4d95b"
"""The head of the lesson's start, at which the snapshot is taken."""
BELOW_START = "b93d5e08f217"
BELOW_INDEX = "47f6c31a80de"
GOAL = "c57a91d3e840"
"""Where the lesson goes down to."""
ASIDE = "14c87f74570e"
RETIRE = "995aa34379de"
DROPPED = "18ab09b13797"
"""The last revision at which the statuses are told apart."""

LOSSES = "losses.txt"
GIVEN = {"orders.tracking": 1}
"""The line of losses.txt that the lesson gives."""
SNAPSHOT = f"shop.{START}.db"
SNAPSHOT_OF_STATUSES = f"shop.{DROPPED}.db"
NAMED = re.compile(r"^\W*(\w+(?:\.\w+)?)\W+(\d+)\b", re.MULTILINE)
"""A line of losses.txt: what is lost, then how much of it."""
PAIR = re.compile(r"\b[A-Za-z_]\w*(?:\.\w+)?\W+\d+\b")

UNTOUCHED = {
    "users": 3,
    "products": 2,
    "orders": 3,
    "inventories": 2,
    "users.phone": 2,
    "orders.tracking": 1,
}
"""How many rows and values shop.db has at the start, at least."""

STOCK = "SELECT product_id, quantity FROM {} ORDER BY product_id"
PHONES = "SELECT id, name, phone FROM users ORDER BY id"
OTHER_ROWS = """
UPDATE users SET phone = '+82 (0)2 ''100%'' :x' WHERE id = 1;
UPDATE users SET phone = '010-0000-0002' WHERE id = 2;
UPDATE users SET phone = NULL WHERE id = 3;
INSERT INTO users (id, name, email, phone) VALUES (4, 'O''Hara', 'ohara@example.com', '');
INSERT INTO users (id, name, email, phone) VALUES (977, 'Yuna', 'yuna@example.com', '0');
INSERT INTO products (id, title, price) VALUES (5, 'Ink', 0), (977, 'Desk', 90000);
UPDATE inventories SET quantity = 0 WHERE product_id = 1;
INSERT INTO inventories (product_id, quantity) VALUES (5, -3), (977, 2147483647);
INSERT INTO orders (id, user_id, status, tracking) VALUES (9, 3, 'pending', NULL);
INSERT INTO orders (id, user_id, status, tracking) VALUES (12, 2, 'new', 'KR''%1');
INSERT INTO orders (id, user_id, status, tracking) VALUES (977, 3, 'canceled', NULL);
"""
"""What the checks put into a shop at START: other values than the lesson's, at the edges."""
OTHER_STOCK = [(1, 0), (2, 250), (5, -3), (977, 2147483647)]
"""The stock that OTHER_ROWS leaves."""

NEWCOMER = "Minsu"
JOIN = f"""
import sqlite3
shop = sqlite3.connect("shop.db")
shop.execute("INSERT INTO users (name, email) VALUES ('{NEWCOMER}', 'minsu@example.com')")
shop.commit()
shop.close()
"""
SAY = f"""
from alembic import command, config, util
try:
    command.downgrade(config.Config("alembic.ini"), "{DROPPED}")
except util.CommandError as reason:
    print("CommandError:", reason)
"""
"""A downgrade that prints all lines of a CommandError; any other error is the step's."""
SAID = "CommandError:"
LOST_COLUMN = "orders.status"
INDEX_IN_USE = "error in index ix_orders_tracking"
"""What SQLite says when a column is dropped that the index is on."""
OPEN = {"new": "open", "pending": "open"}


@except_for("edited_applied")
def fill_empty(project: Project) -> Verdict:
    """On a copy, one step down leaves what the revision below makes of an empty database."""
    touched = changed_shop(project)
    if touched:
        return touched
    below = f"upgrade {BELOW_START}"
    with trial(project, f"downgrade {BELOW_START}", "forget", below, keep_going=True) as steps:
        error = steps[0].error
        if error and INDEX_IN_USE in error:
            return not_yet("column_first", line=error)
        if error:
            return not_yet("stops", said=error)
        back, right = steps[0].database, steps[2].went_well()
        if same_schema(back, project.database()):
            return not_started()
        if "tracking" in back.columns("orders"):
            return not_yet("column_stays")
        if not same_schema(back, right):
            return not_yet("other_schema")
    return passed()


def name_loss(project: Project) -> Verdict:
    """What the learner names is what a downgrade takes from a copy, and shop.db is untouched."""
    touched = changed_shop(project)
    if touched:
        return touched
    file = project.folder / LOSSES
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    named = {name.lower(): int(count) for name, count in NAMED.findall(text)}
    if not text.strip():
        return not_started()
    with trial(project, f"downgrade {GOAL}") as steps:
        lost = losses(project.database(), steps[0].went_well())
    unread = [line for line in text.splitlines() if line.strip() and len(PAIR.findall(line)) != 1]
    if named != lost and unread:
        return not_yet("unread", line=unread[0].strip())
    if named == GIVEN:
        return not_started()
    extra = sorted(named.keys() - lost.keys())
    if extra:
        return not_yet("not_lost", names=", ".join(extra))
    wrong = sorted(name for name, count in named.items() if lost[name] != count)
    if wrong:
        return not_yet("other_number", names=", ".join(wrong))
    if len(named) < len(lost):
        return not_yet("incomplete", named=len(named), lost=len(lost))
    return passed()


@except_for("edited_applied")
def fix_index(project: Project) -> Verdict:
    """On a copy, two steps down leave what the revision there makes of an empty database."""
    touched = changed_shop(project)
    if touched:
        return touched
    below = f"upgrade {BELOW_INDEX}"
    with trial(project, f"downgrade {BELOW_INDEX}", "forget", below) as steps:
        back = steps[0].went_well()
        index = back.indexes("orders").get("ix_orders_user_id")
        if index is not None and index.columns == ("status",):
            return not_started()
        if not same_schema(back, steps[2].went_well()):
            return not_yet("other_schema")
    return passed()


def take_snapshot(project: Project) -> Verdict:
    """The snapshot has every row of shop.db, which is as it was."""
    shop = project.database()
    snapshot = beside(project, SNAPSHOT)
    if not shop.tables():
        return not_yet("shop_empty")
    touched = changed_shop(project)
    if touched:
        return touched
    if not snapshot.exists():
        return not_started()
    if contents(snapshot) != contents(shop):
        return not_yet("not_the_same", tables=len(snapshot.tables()), asked=len(shop.tables()))
    return passed()


@except_for("gone", "way_back")
def restore(project: Project) -> Verdict:
    """shop.db is what the snapshot holds, and that is the shop before the downgrade."""
    shop, snapshot = project.database(), beside(project, SNAPSHOT)
    if START not in snapshot.versions() or not snapshot.count("inventories"):
        return not_yet("snapshot_lost")
    if contents(shop) == contents(snapshot):
        return passed()
    if shop.versions() == (GOAL,):
        return not_started()
    if shop.versions() == snapshot.versions() and not shop.count("inventories"):
        return not_yet("empty_tables")
    return not_yet("not_the_snapshot")


@except_for("gone_tables")
def set_aside(project: Project) -> Verdict:
    """A shop of our own sets its stock aside and gets it back, and shop.db is at the head."""
    up_and_down = ("upgrade head", f"downgrade {START}")
    with trial(project, *up_and_down, database=start_sql(HERE) + OTHER_ROWS) as steps:
        up = steps[0].went_well()
        is_there = "inventories" in up.tables()
        if is_there and "inventories_old" not in up.tables():
            return not_started()
        if is_there or "inventories_old" not in up.tables():
            return not_yet("not_renamed", tables=", ".join(f"`{one}`" for one in up.tables()))
        if stock(up, "inventories_old") != OTHER_STOCK:
            return not_yet("rows_lost")
        if stock(steps[1].went_well(), "inventories") != OTHER_STOCK:
            return not_yet("not_back")
    if project.database().versions() != project.heads():
        return not_yet("not_applied")
    here = project.database()
    return passed() if stock(here, "inventories_old") else not_yet("shop_lost")


@except_for("gone_columns")
def keep_what_is_dropped(project: Project) -> Verdict:
    """A shop of our own retires users.phone, somebody joins, and every number comes back."""
    if project.heads() != (RETIRE,):
        return not_yet("other_head", heads=", ".join(project.heads()))
    steps_of = (
        *(f"upgrade {ASIDE}", "upgrade head", "check", ("python", "-c", JOIN)),
        *(f"downgrade {ASIDE}", "upgrade head"),
    )
    with trial(project, *steps_of, database=start_sql(HERE) + OTHER_ROWS) as steps:
        was = phones(steps[0].went_well())
        if steps[1].error:
            return not_yet("stops", command=steps[1].command, said=steps[1].error)
        if "phone" in steps[1].database.columns("users"):
            return not_started()
        reported = [f"{one.table}.{one.name}" for one in steps[2].compared.differences]
        steps[3].went_well()
        back = steps[4]
        if back.error:
            return not_yet("stops", command=back.command, said=back.error)
        if lost := lost_on_the_way(was, phones(back.database)):
            return lost
        if steps[5].error:
            return not_yet("left_behind", said=steps[5].error)
    if reported:
        return not_yet("check_finds", found=", ".join(f"`{one}`" for one in reported))
    if project.database().versions() != project.heads():
        return not_yet("not_applied")
    with trial(project, f"downgrade {ASIDE}") as steps:
        back = steps[0]
        lost = not back.error and phones(back.database) != phones(beside(project, SNAPSHOT))
    return not_yet("shop_lost") if lost else passed()


def lost_on_the_way(was: list[tuple[Any, ...]], now: list[tuple[Any, ...]]) -> Verdict | None:
    """Say what the way back does not bring: the column, a number, the one who joined; or None."""
    if not now:
        return not_yet("not_back")
    if [one for one in now if one[1] != NEWCOMER] != was:
        return not_yet("values_lost", right=len({*now} & {*was}), users=len(was))
    if [one[2] for one in now if one[1] == NEWCOMER] != [None]:
        return not_yet("newcomer")
    return None


@except_for("way_back")
def say_irreversible(project: Project) -> Verdict:
    """The way down stops with a CommandError that names the loss, and a snapshot has the values."""
    snapshot = beside(project, SNAPSHOT_OF_STATUSES)
    is_applied = project.database().versions() == project.heads()
    up_and_down = (f"upgrade {DROPPED}", "upgrade head", ("python", "-c", SAY))
    with trial(project, *up_and_down, database=start_sql(HERE) + OTHER_ROWS) as steps:
        was = steps[0].went_well()
        up = steps[1].went_well()
        back = steps[2]
        if statuses(up) != merged(was) or not same_schema(was, up):
            return not_yet("upgrade_changed")
        left = statuses(back.database)
        if left != merged(was) or not same_schema(was, back.database):
            return not_yet("changes", found=", ".join(sorted({*left.values()})))
        if back.error:
            return not_yet("other_error", said=back.error)
        _, _, said = back.printed.rpartition(SAID)
        if back.database.versions() != up.versions():
            is_started = snapshot.exists() or is_applied
            return not_yet("silent") if is_started else not_started()
    lacking = [one for one in (LOST_COLUMN, DROPPED) if one not in said]
    if lacking:
        return not_yet("not_named", lacking=", ".join(f"`{one}`" for one in lacking))
    if not snapshot.exists():
        return not_yet("no_snapshot")
    if snapshot.versions() == (DROPPED,) and "open" in statuses(snapshot).values():
        return not_yet("late_snapshot")
    if snapshot.versions() != (DROPPED,):
        return not_yet("other_snapshot", at=", ".join(snapshot.versions()) or "base")
    if not is_applied:
        return not_yet("not_applied")
    unmerged = OPEN.keys() & {*statuses(project.database()).values()}
    return not_yet("not_run") if unmerged else passed()


def changed_shop(project: Project) -> Verdict | None:
    """Say that shop.db left its revision or lost something of the start; None where it did not."""
    shop = project.database()
    there = {name: shop.count(name) for name in shop.tables()}
    for table, column in (("users", "phone"), ("orders", "tracking")):
        if column in shop.columns(table):
            [(count,)] = shop.rows(f"SELECT count({column}) FROM {table}")
            there[f"{table}.{column}"] = count
    lost = sorted(name for name, count in UNTOUCHED.items() if there.get(name, 0) < count)
    if shop.versions() == (START,) and not lost:
        return None
    listed = ", ".join(f"`{name}`" for name in lost) or "–"
    return not_yet("shop_changed", at=", ".join(shop.versions()) or "base", lost=listed)


def losses(was: Database, now: Database) -> dict[str, int]:
    """Count what is gone: the rows of tables, and the values of columns of those still there."""
    found = {name: was.count(name) for name in was.tables() if name not in now.tables()}
    for table in now.tables():
        for column in was.columns(table).keys() - now.columns(table).keys():
            [(count,)] = was.rows(f'SELECT count("{column}") FROM "{table}"')
            found[f"{table}.{column}"] = count
    return found


def beside(project: Project, name: str) -> Database:
    """Give a database file of the project's folder."""
    return Database(project.folder / name, project.folder)


def same_schema(one: Database, other: Database) -> bool:
    """Tell whether two databases have the same tables, with all that belongs to them."""
    return {table.name: table for table in one.schema.tables} == {
        table.name: table for table in other.schema.tables
    }


def contents(database: Database) -> dict[str, Any]:
    """Give all rows of all tables, and the version."""
    rows = {
        name: sorted(database.rows(f'SELECT * FROM "{name}"'), key=repr)
        for name in database.tables()
    }
    return {**rows, "version": database.versions()}


def stock(database: Database, table: str) -> list[tuple[Any, ...]]:
    """Give the rows of a table of stock; [] without the table or its columns."""
    if not {"product_id", "quantity"} <= database.columns(table).keys():
        return []
    return database.rows(STOCK.format(table))


def phones(database: Database) -> list[tuple[Any, ...]]:
    """Give every user with their number; [] without the column."""
    return database.rows(PHONES) if "phone" in database.columns("users") else []


def statuses(database: Database) -> dict[int, str]:
    """Give the status of every order; {} without the column."""
    if "status" not in database.columns("orders"):
        return {}
    return dict(database.rows("SELECT id, status FROM orders"))


def merged(database: Database) -> dict[int, str]:
    """Give the status that every order has after the merge."""
    return {number: OPEN.get(status, status) for number, status in statuses(database).items()}
