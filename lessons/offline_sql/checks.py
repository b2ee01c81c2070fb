"""Checks of lesson `offline_sql`."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from course.checks import (
    Database,
    Project,
    ProjectError,
    Table,
    Verdict,
    asked,
    copy_database,
    not_started,
    not_yet,
    passed,
    start_files,
    start_sql,
    trial,
)

HERE = Path(__file__).parent
BUSAN = "8d24e6b05f17"
SHOP = "c57a91d3e840"
RELEASE = "e86c05b7f3d1"
NOT_SQL = ("syntax error", "unrecognized token", "incomplete input")
OTHER_PRODUCTS = """
INSERT INTO users VALUES (977, 'O''Hara', 'ohara@example.com');
INSERT INTO products VALUES (7, 'Pen', 0), (8, 'Pen 100%', 1200), (977, 'pen', 2147483647);
"""
AT_BUSAN = f"DROP TABLE orders; UPDATE alembic_version SET version_num = '{BUSAN}';"
STOP = f"""
CREATE TRIGGER stop_update BEFORE UPDATE ON alembic_version WHEN NEW.version_num = '{RELEASE}'
BEGIN SELECT RAISE(ABORT, 'stopped by the check'); END;
CREATE TRIGGER stop_insert BEFORE INSERT ON alembic_version WHEN NEW.version_num = '{RELEASE}'
BEGIN SELECT RAISE(ABORT, 'stopped by the check'); END;
"""
"""Makes a database refuse the last version line of the release, whatever was before it."""

WIDE = "d570d7766466"
STATUS = sa.Table(
    "orders",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False, index=True),
    sa.Column("status", sa.String(30), nullable=False),
)
STATUS_BEFORE = sa.Table(
    "orders",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), nullable=False, index=True),
    sa.Column("status", sa.String(20), nullable=False),
)

COUPONS = "8f11673d1231"
MORE_ORDERS = """
INSERT INTO users VALUES (4, 'Hana', 'hana@example.com');
INSERT INTO orders (user_id, status) VALUES (4, 'new'), (4, 'new'), (4, 'paid');
INSERT INTO orders (user_id, status) VALUES (977, '100%'), (977, ':x');
"""
WANTED = [(1, 10), (4, 10), (977, 10)]
AS_IT_WAS = "'NoneType' object has no attribute 'fetchall'"


def release_script(project: Project) -> Verdict:
    """release.sql brings a database at SHOP to RELEASE, as `alembic upgrade` does."""
    return script_verdict(project, "release.sql", "")


def review_script(project: Project) -> Verdict:
    """busan.sql brings a database at BUSAN to RELEASE, or leaves it as it was."""
    verdict = script_verdict(project, "busan.sql", AT_BUSAN)
    if verdict != passed():
        return verdict
    script = script_of(project, "busan.sql")
    with trial(project, "look", database=first_database(AT_BUSAN)) as steps:
        left = left_behind(script, steps[0].database)
    return not_yet("half_applied", left=left) if left else passed()


def all_or_nothing(project: Project) -> Verdict:
    """A script that --sql writes leaves nothing behind where it fails, and env.py works online."""
    commands = ("look", f"sql {SHOP}:{RELEASE}", f"upgrade {RELEASE}")
    with trial(project, *commands, database=first_database("")) as steps:
        if steps[-1].error:
            return not_yet("stops", command=steps[-1].command.split()[0], said=steps[-1].error)
        left = left_behind(steps[1].script, steps[0].database)
        differs = script_differs(steps[1].script, steps[0].database, steps[2].database)
    if not left:
        return not_yet("other_script") if differs else passed()
    name = "migrations/env.py"
    as_it_was = (project.folder / name).read_bytes() == start_files(HERE)[name].read_bytes()
    return not_started() if as_it_was else not_yet("not_wrapped")


def run_release(project: Project) -> Verdict:
    """shop.db has what `alembic upgrade` would have made of it."""
    real = project.database()
    with trial(project, f"upgrade {RELEASE}", database=start_sql(HERE)) as steps:
        wanted = contents(steps[0].went_well())
        found = contents(real)
        version = ", ".join(real.versions())
    differing = differing_tables(found, wanted)
    if version == SHOP and "coupons" not in found:
        return not_started()
    if differing:
        return not_yet("incomplete", version=version, differing=", ".join(differing))
    return passed() if version == RELEASE else not_yet("version_missing", version=version)


def keep_index(project: Project) -> Verdict:
    """The revision at WIDE keeps the index, offline, online and on the way back."""
    commands = (f"upgrade {RELEASE}", f"sql {RELEASE}:{WIDE}", f"upgrade {WIDE}")
    back = f"downgrade {RELEASE}"
    own = first_database("")
    with trial(project, *commands, back, database=own, keep_going=True) as steps:
        before, offline, online, down = steps
        before.went_well()
        if offline.error:
            return not_yet("stops_offline", said=offline.error)
        online.went_well()
        try:
            by_script = run_script(offline.script, before.database.path)
        except sqlite3.Error as error:
            raise ProjectError("database", said=error) from error
        wrong = asked(by_script, [STATUS])
        if not by_script.indexes("orders"):
            return not_started() if not online.database.indexes("orders") else not_yet("two_ways")
        if wrong or asked(online.database, [STATUS]):
            return not_yet("other_table", differing=", ".join(map(str, wrong)))
        if down.error or asked(down.database, [STATUS_BEFORE]):
            return not_yet("way_back", said=down.error or "ix_orders_user_id")
    return passed()


def works_offline(project: Project) -> Verdict:
    """The revision after WIDE gives the same coupons offline and online, and takes them back."""
    commands = (f"upgrade {WIDE}", f"upgrade {COUPONS}", f"sql {WIDE}:{COUPONS}")
    back = f"downgrade {WIDE}"
    own = first_database(MORE_ORDERS)
    with trial(project, *commands, back, database=own, keep_going=True) as steps:
        before, online_step, offline, down = steps
        before.went_well()
        online = coupons(online_step.went_well())
        if offline.error:
            as_it_was = AS_IT_WAS in offline.error
            return not_started() if as_it_was else not_yet("still_reads", said=offline.error)
        try:
            by_script = coupons(run_script(offline.script, before.database.path))
        except sqlite3.Error as error:
            raise ProjectError("database", said=error) from error
        kept = [] if down.error else coupons(down.database)
    if not by_script and online == WANTED:
        return not_yet("skipped_offline")
    for command, found in (("alembic upgrade --sql", by_script), ("alembic upgrade", online)):
        if not found:
            return not_yet("no_rows", command=command)
        if found != WANTED:
            return not_yet("other_rows", command=command, found=found, wanted=WANTED)
    if down.error or kept:
        return not_yet("way_back", said=down.error or kept)
    return passed()


def script_verdict(project: Project, name: str, statements: str) -> Verdict:
    """Run a script on a database, which the statements change first, and compare with online."""
    script = script_of(project, name)
    if not script:
        return not_started()
    own = first_database(statements)
    with trial(project, "look", f"upgrade {RELEASE}", database=own) as steps:
        before, upgraded = steps
        try:
            reached = run_script(script, before.database.path)
        except (sqlite3.Error, ValueError) as error:
            failed = [line.strip() for line in script.splitlines() if "FAILED:" in line]
            if is_no_sql(error) and failed:
                return not_yet("failed", line=failed[0])
            if is_no_sql(error):
                return not_yet("not_sql", said=error)
            return not_yet("wrong_start", line=error)
        online = upgraded.went_well()
        found, wanted = contents(reached), contents(online)
        bare = differing_tables(contents(reached, nameless), contents(online, nameless))
        version = ", ".join(reached.versions())
    if bare:
        return not_yet("incomplete", version=version, differing=", ".join(bare))
    if found != wanted:
        return not_yet("names_missing", differing=", ".join(differing_tables(found, wanted)))
    return passed() if version == RELEASE else not_yet("version_missing", version=version)


def script_differs(script: str, before: Database, online: Database) -> bool:
    """Tell whether a script stops, or leaves something else than `alembic upgrade` left."""
    try:
        return contents(run_script(script, before.path)) != contents(online)
    except sqlite3.Error:
        return True


def script_of(project: Project, name: str) -> str:
    """Give the text of an SQL file; "" where it is not there or empty."""
    file = project.folder / name
    return file.read_text(encoding="utf-8-sig", errors="replace").strip() if file.is_file() else ""


def is_no_sql(error: Exception) -> bool:
    """Tell whether what was run could not be read as SQL."""
    return isinstance(error, ValueError) or any(sign in str(error) for sign in NOT_SQL)


def first_database(statements: str) -> str:
    """Give the SQL of the lesson's first database with further rows, changed by the statements."""
    return start_sql(HERE) + OTHER_PRODUCTS + statements


def run_script(script: str, database: Path) -> Database:
    """Run an SQL script on a copy beside a database file. Raises sqlite3.Error."""
    target = database.with_name("by-script.db")
    target.unlink(missing_ok=True)
    copy_database(database, target)
    with closing(sqlite3.connect(target)) as connection:
        connection.executescript(script)
    return Database(target, target.parent)


def left_behind(script: str, database: Database) -> str:
    """Name what a script leaves on a copy that refuses its last version line; "" for nothing."""
    target = database.path.with_name("stopped.db")
    target.unlink(missing_ok=True)
    copy_database(database.path, target)
    with closing(sqlite3.connect(target)) as connection:
        connection.executescript(STOP)
        try:
            connection.executescript(script)
        except sqlite3.Error:
            connection.rollback()
    stopped = Database(target, target.parent)
    differing = differing_tables(contents(stopped), contents(database))
    return ", ".join([*differing, *sorted(set(stopped.versions()) - set(database.versions()))])


def same(table: Table) -> Table:
    """Give a table as it is."""
    return table


def nameless(table: Table) -> Table:
    """Give a table without the names of its constraints."""
    return replace(
        table,
        primary_key=table.primary_key and replace(table.primary_key, name=None),
        foreign_keys=tuple(replace(key, name=None) for key in table.foreign_keys),
        uniques=tuple(replace(key, name=None) for key in table.uniques),
    )


def contents(database: Database, seen: Callable[[Table], Table] = same) -> dict[str, Any]:
    """Give what each table has, names too, and its rows, whatever the order of its columns."""
    found = {}
    for name in database.tables():
        there = database.table(name)
        assert there is not None
        columns = sorted(there.columns, key=lambda column: column.name)
        listed = ", ".join(f'"{column.name}"' for column in columns)
        rows = sorted(database.rows(f'SELECT {listed} FROM "{name}"'), key=repr)
        found[name] = (replace(seen(there), columns=tuple(columns)), rows)
    return found


def differing_tables(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Name the tables that are not the same in both."""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def coupons(database: Database) -> list[tuple[int, int]]:
    """Give every coupon: who has it, and its rate."""
    return database.rows("SELECT user_id, rate FROM coupons ORDER BY user_id, rate")
