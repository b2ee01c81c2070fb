"""Checks of lesson `offline_sql`."""

import os
import sqlite3
import subprocess
import sys
from contextlib import AbstractContextManager, closing
from pathlib import Path

from alembic.script import Script

from course.lesson.start import start_sql
from course.lesson.verdict import Verdict, not_started, not_yet, passed
from course.project.database.database import Database
from course.project.errors import ProjectError
from course.project.project import Project, parents
from course.project.trial import SECONDS, copy_database, copy_with_rows, trial

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
    with with_rows(project, AT_BUSAN) as prepared:
        try:
            reached = run_script(script, prepared.folder / "shop.db")
        except (sqlite3.Error, ValueError) as error:
            unread = isinstance(error, ValueError) or any(sign in str(error) for sign in NOT_SQL)
            return not_yet("not_sql" if unread else "wrong_start", said=error)
        with trial(prepared, f"upgrade {RELEASE}") as steps:
            if steps[0].error:
                raise ProjectError("alembic", said=steps[0].error)
            found, wanted = contents(reached), contents(steps[0].database)
        version = ", ".join(reached.versions())
    differing = sorted(name for name in {*found, *wanted} if found.get(name) != wanted.get(name))
    if differing:
        return not_yet("incomplete", version=version, differing=", ".join(differing))
    return passed() if version == RELEASE else not_yet("version_missing", version=version)


def works_offline(project: Project) -> Verdict:
    """The revision after BEFORE_COUPONS writes the same coupons by its script as online."""
    giving = revision_after(project, BEFORE_COUPONS).revision
    there = (f"upgrade {BEFORE_COUPONS}", f"upgrade {giving}")
    with with_rows(project, MORE_ORDERS) as prepared, trial(prepared, *there) as steps:
        for step in steps:
            if step.error:
                raise ProjectError("alembic", said=step.error)
        script, said = offline(prepared, f"{BEFORE_COUPONS}:{giving}")
        if said:
            as_it_was = any(error in said for error in AS_IT_WAS)
            return not_started() if as_it_was else not_yet("still_reads", said=said)
        try:
            by_script = coupons(run_script(script, steps[0].database.path))
        except sqlite3.Error as error:
            raise ProjectError("database", said=error) from error
        online = coupons(steps[1].database)
    if not by_script and online == WANTED:
        return not_yet("skipped_offline")
    for command, found in (("alembic upgrade --sql", by_script), ("alembic upgrade", online)):
        if found != WANTED:
            return not_yet("other_rows", command=command, found=found, wanted=WANTED)
    return passed()


def revision_after(project: Project, revision: str) -> Script:
    """Give the revision that follows another. Raises ProjectError without one."""
    for script in project.revisions():
        if parents(script) == (revision,):
            return script
    raise ProjectError("alembic", said=f"Can't locate revision identified by '{COUPONS}'")


def with_rows(project: Project, statements: str) -> AbstractContextManager[Project]:
    """Give a copy of the project with the lesson's first database, changed by the statements."""
    return copy_with_rows(project, start_sql(Path(__file__).parent) + statements)


def run_script(script: str, database: Path) -> Database:
    """Run an SQL script on a copy beside a database file. Raises sqlite3.Error."""
    target = database.with_name("by-script.db")
    copy_database(database, target)
    with closing(sqlite3.connect(target)) as connection:
        connection.executescript(script)
    return Database(target, target.parent)


def offline(project: Project, revisions: str) -> tuple[str, str | None]:
    """Give the script that `--sql` writes for a range, and what stopped it, None where nothing."""
    command = [sys.executable, "-m", "alembic", "upgrade", revisions, "--sql"]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            cwd=project.folder,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"},
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise ProjectError("slow", seconds=SECONDS) from None
    if done.returncode == 0:
        return done.stdout, None
    lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
    return done.stdout, lines[-1].removeprefix("ERROR [alembic.util.messaging] ")


def contents(database: Database) -> dict[str, tuple]:
    """Give what each table has: columns, indexes, unique columns, foreign keys and rows."""
    found = {}
    for table in database.tables():
        columns = {
            name: (str(one["type"]), one["nullable"])
            for name, one in database.columns(table).items()
        }
        keys = [
            (key["constrained_columns"], key["referred_table"])
            for key in database.foreign_keys(table)
        ]
        rows = database.rows(f'SELECT {", ".join(sorted(columns))} FROM "{table}"')
        indexes, uniques = sorted(database.indexes(table)), sorted(database.uniques(table))
        found[table] = (columns, indexes, uniques, sorted(keys), sorted(rows, key=repr))
    return found


def coupons(database: Database) -> list[tuple]:
    """Give every coupon: who has it, and its rate."""
    return database.rows("SELECT user_id, rate FROM coupons ORDER BY user_id, rate")
