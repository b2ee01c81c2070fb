"""Checks of lesson `offline_sql`."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from course.checks import (
    Database,
    Project,
    ProjectError,
    Verdict,
    copy_database,
    not_started,
    not_yet,
    passed,
    start_sql,
    trial,
)

BUSAN = "8d24e6b05f17"
RELEASE = "e86c05b7f3d1"
NOT_SQL = ("syntax error", "unrecognized token", "incomplete input")
AT_BUSAN = f"DROP TABLE orders; UPDATE alembic_version SET version_num = '{BUSAN}';"

BEFORE_COUPONS = "878ada340aea"
COUPONS = "8f11673d1231"
MORE_ORDERS = """
INSERT INTO users VALUES (4, 'Hana', 'hana@example.com');
INSERT INTO orders (user_id, status) VALUES (4, 'new'), (4, 'new'), (4, 'paid');
"""
WANTED = [(1, 10), (4, 10)]
AS_IT_WAS = (
    "'NoneType' object has no attribute 'fetchall'",
    f"{COUPONS} reads orders and has to run online.",
)


def review_script(project: Project) -> Verdict:
    """busan.sql brings a database at BUSAN to RELEASE, as `alembic upgrade` does."""
    file = project.folder / "busan.sql"
    if not file.is_file():
        return not_started()
    script = file.read_text(encoding="utf-8-sig", errors="replace")
    with trial(project, "look", f"upgrade {RELEASE}", database=first_database(AT_BUSAN)) as steps:
        before, upgraded = steps
        try:
            reached = run_script(script, before.database.path)
        except (sqlite3.Error, ValueError) as error:
            unread = isinstance(error, ValueError) or any(sign in str(error) for sign in NOT_SQL)
            return not_yet("not_sql" if unread else "wrong_start", said=error)
        found, wanted = contents(reached), contents(upgraded.went_well())
        version = ", ".join(reached.versions())
    differing = sorted(name for name in {*found, *wanted} if found.get(name) != wanted.get(name))
    if differing:
        return not_yet("incomplete", version=version, differing=", ".join(differing))
    return passed() if version == RELEASE else not_yet("version_missing", version=version)


def works_offline(project: Project) -> Verdict:
    """The revision after BEFORE_COUPONS writes the same coupons by its script as online."""
    giving = project.after(BEFORE_COUPONS).id
    own = first_database(MORE_ORDERS)
    commands = (
        f"upgrade {BEFORE_COUPONS}",
        f"upgrade {giving}",
        f"sql {BEFORE_COUPONS}:{giving}",
    )
    with trial(project, *commands, database=own) as steps:
        before, online_step, offline = steps[0], steps[1], steps[-1]
        for step in steps[:2]:
            step.went_well()
        if offline.error:
            as_it_was = any(error in offline.error for error in AS_IT_WAS)
            return not_started() if as_it_was else not_yet("still_reads", said=offline.error)
        try:
            by_script = coupons(run_script(offline.script, before.database.path))
        except sqlite3.Error as error:
            raise ProjectError("database", said=error) from error
        online = coupons(online_step.database)
    if not by_script and online == WANTED:
        return not_yet("skipped_offline")
    for command, found in (("alembic upgrade --sql", by_script), ("alembic upgrade", online)):
        if found != WANTED:
            return not_yet("other_rows", command=command, found=found, wanted=WANTED)
    return passed()


def first_database(statements: str) -> str:
    """Give the SQL of the lesson's first database, changed by the statements."""
    return start_sql(Path(__file__).parent) + statements


def run_script(script: str, database: Path) -> Database:
    """Run an SQL script on a copy beside a database file. Raises sqlite3.Error."""
    target = database.with_name("by-script.db")
    copy_database(database, target)
    with closing(sqlite3.connect(target)) as connection:
        connection.executescript(script)
    return Database(target, target.parent)


def contents(database: Database) -> dict[str, Any]:
    """Give what each table has: columns, indexes, unique columns, foreign keys and rows."""
    found = {}
    for table in database.tables():
        columns = {
            name: (column.type, column.nullable) for name, column in database.columns(table).items()
        }
        keys = sorted((key.columns, key.table) for key in database.foreign_keys(table))
        rows = database.rows(f'SELECT {", ".join(sorted(columns))} FROM "{table}"')
        indexes, uniques = sorted(database.indexes(table)), sorted(database.uniques(table))
        found[table] = (columns, indexes, uniques, keys, sorted(rows, key=repr))
    return found


def coupons(database: Database) -> list[tuple[int, int]]:
    """Give every coupon: who has it, and its rate."""
    return database.rows("SELECT user_id, rate FROM coupons ORDER BY user_id, rate")
