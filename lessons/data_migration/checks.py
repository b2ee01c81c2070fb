"""Checks of lesson `data_migration`: revisions are tried on rows that the lesson doesn't have."""

import sqlite3
from contextlib import closing
from pathlib import Path

from course.checks import (
    Column,
    Database,
    Project,
    Step,
    Verdict,
    except_for,
    findings,
    not_started,
    not_yet,
    passed,
    trial,
)

START = "c57a91d3e840"
ROLE = "d203670bd9f4"
EMAILS = "40bd4f5296b0"
MARKED = "839365c3aee9"
TIDY = "2b30bb2db379"
EXPANDED = "75afeb2be77a"
BACKFILLED = "7e87f8a1cd20"
BUYERS = "848c8526dd5b"

ROLE_COLUMN = Column("role", "VARCHAR(20)", False, "'member'")

ADMINS = {1: "lee@example.org", 3: "o'neil@example.org", 900: "50%@example.org"}
OTHERS = {2: "park@example.org", 901: "lee@example.org.invalid"}
ROLES = {902: "admin", 903: "editor"}
"""Roles that somebody gave by hand; of these two, 903's address is in admin_emails."""

LISTED = {**ADMINS, 903: "choi@example.org"}
PEOPLE = {**OTHERS, **LISTED, 902: "jung@example.org"}

NAMES = {1: " Seo ", 2: "O'Neil", 7: "Kim  ", 8: "", 9: "Ha Eun"}

STOPS = "stopped by the check"
USERS, ORDERS = 12_000, 6_000
GAP = 1_000_003
STOPPED_USER, STOPPED_ORDER = 10_500, 1_205
STATEMENTS = 500
"""A run over ORDERS in chunks of 100 takes 120; row by row, or by ranges of ids, thousands."""

ENDED = "This transaction is inactive"
"""What SQLAlchemy says where autocommit_block() finds its transaction ended already."""

TOO_MANY = f"more than {STATEMENTS} statements"

CHUNK = 1_000
OVER = CHUNK + CHUNK // 20
"""A statement may change CHUNK, and a few more where it overwrites the names in its range."""

TOO_LARGE = "too many orders in one statement"

NO_REASON = ("", "Downgrade schema.")
"""What the docstring of a downgrade() is before somebody writes one."""

TO_OUTPUT = "\N{SYMBOL FOR START OF TEXT}"
"""What a copy's env.py writes before each line that goes to standard output."""

WATCHED = f"""
import sys
import sqlalchemy
from alembic import context
from sqlalchemy import event
class _Output:
    def __init__(self, out):
        self._out = out
    def __getattr__(self, name):
        return getattr(self._out, name)
    def write(self, text):
        return self._out.write("{TO_OUTPUT}" + text if text.strip() else text)
if not context.is_offline_mode():
    sys.stdout = _Output(sys.stdout)
_statements = []
@event.listens_for(sqlalchemy.Engine, "before_cursor_execute")
def _count(connection, cursor, statement, *more):
    _statements.append(1)
    if len(_statements) > {STATEMENTS}:
        raise RuntimeError("{TOO_MANY}")
@event.listens_for(sqlalchemy.Engine, "after_cursor_execute")
def _size(connection, cursor, statement, *more):
    if "buyer_name" in statement and cursor.rowcount > {OVER}:
        raise RuntimeError("{TOO_LARGE}")
"""


def schema_alone(project: Project) -> Verdict:
    """The revision makes the column, needs no other table, and is applied."""
    database = project.database()
    with trial(project, f"upgrade {ROLE}", database="") as [step]:
        if step.error:
            if "admin_emails" in step.error and database.versions() == (START,):
                return not_started()
            return not_yet("stops", said=step.error)
        if step.database.columns("users").get("role") != ROLE_COLUMN:
            return not_yet("no_role")
    if findings(project, "schema_and_data"):
        return not_yet("with_rows")
    there = database.columns("users").get("role") == ROLE_COLUMN
    return passed() if database.versions() == (ROLE,) and there else not_yet("not_applied")


def mark(project: Project) -> Verdict:
    """Members whose address is in admin_emails become admins, and members again on the way back."""
    rows = [
        f"INSERT INTO users (id, name, email) VALUES ({user}, 'User {user}', {text(email)});"
        for user, email in PEOPLE.items()
    ]
    rows += [f"INSERT INTO admin_emails VALUES ({text(email)});" for email in LISTED.values()]
    rows += [f"UPDATE users SET role = '{role}' WHERE id = {user};" for user, role in ROLES.items()]
    commands = (f"upgrade {EMAILS}", sql(*rows), f"upgrade {MARKED}", f"downgrade {EMAILS}")
    with trial(project, *commands, database="") as steps:
        if failed(steps):
            return not_yet("stops", command=steps[-1].command, said=failed(steps))
        there, back = (roles(step.database) for step in steps[2:])
        same = steps[2].database.schema.tables == steps[1].database.schema.tables
        kept, *others = (people(step.database) for step in steps[1:])
    before = dict.fromkeys(PEOPLE, "member") | ROLES
    if there == before and same:
        applied = MARKED in project.database().versions()
        return not_yet("nobody") if applied else not_started()
    for key, found, wanted in (
        ("wrong_roles", there, before | dict.fromkeys(ADMINS, "admin")),
        ("not_back", back, before),
    ):
        wrong = [user for user in PEOPLE if found.get(user) != wanted[user]]
        if wrong:
            user = wrong[0]
            values = {"before": before[user], "found": shown(found.get(user))}
            mistake = key if user in LISTED else f"{key}_unlisted"
            return not_yet(mistake, wanted=wanted[user], **values)
    for finding in findings(project, "models_in_revision"):
        return not_yet("imports", file=Path(finding.file).name)
    if not same:
        return not_yet("schema")
    if others != [kept, kept]:
        return not_yet("more")
    return passed() if is_marked(project.database()) else not_yet("not_applied")


def is_marked(database: Database) -> bool:
    """Tell whether the revision was applied as it is now: no member's address is listed."""
    if MARKED not in database.versions() or database.table("admin_emails") is None:
        return MARKED in database.versions()
    left = "SELECT 1 FROM users WHERE role = 'member' AND email IN (SELECT email FROM admin_emails)"
    return not database.rows(left)


@except_for("edited_applied")
def no_models(project: Project) -> Verdict:
    """An empty database gets past the revision, which does what it did, and names no model."""
    rows = [
        f"INSERT INTO users (id, name, email) VALUES ({user}, {text(name)}, 'user{user}');"
        for user, name in NAMES.items()
    ]
    with trial(project, f"upgrade {MARKED}", sql(*rows), f"upgrade {TIDY}", database="") as steps:
        error = failed(steps)
        if error:
            return not_started() if "display_name" in error else not_yet("stops", said=error)
        found = dict(steps[-1].database.rows("SELECT id, name FROM users"))
    for finding in findings(project, "models_in_revision"):
        return not_yet("imports", file=Path(finding.file).name)
    wrong = [user for user, name in NAMES.items() if found.get(user) != name.strip(" ")]
    if wrong:
        name, there = repr(NAMES[wrong[0]]), repr(found.get(wrong[0]))
        return not_yet("names", before=name, found=there, wanted=repr(NAMES[wrong[0]].strip()))
    return passed()


def commit_chunks(project: Project) -> Verdict:
    """What was filled before a run stops stays filled, and the next run records the version."""
    commands = (*with_users("stop"), sql("DROP TRIGGER stop;"), f"upgrade {BACKFILLED}")
    with trial(project, *commands, database="", keep_going=True) as steps:
        run, again = steps[2], steps[4]
        if not (run.error and STOPS in run.error):
            return stopped_with(run.error) if run.error else not_yet("nothing")
        [(kept,)] = run.database.rows("SELECT count(display_name) FROM users")
        if not kept:
            return not_started()
        if again.error:
            return stopped_with(again.error)
        is_recorded = BACKFILLED in again.database.versions()
        return passed() if is_recorded else not_yet("not_recorded")


def quiet_script(project: Project) -> Verdict:
    """The script of the way back is SQL; the way back keeps the values and says why."""
    script = ("shell", f"alembic downgrade {BACKFILLED}:{EXPANDED} --sql")
    commands = (*with_users(), f"downgrade {EXPANDED}", script)
    with trial(project, *commands, database="", keep_going=True) as steps:
        for step in steps:
            if step.error:
                return not_yet("stops", said=step.error)
        said = steps[-1].lines[-1].said
        refused = refused_script(steps[-3].database, said)
        if refused:
            is_begun = "display_name keeps" not in said
            return not_yet("prints", said=refused) if is_begun else not_started()
        [(kept,)] = steps[-2].database.rows("SELECT count(display_name) FROM users")
        if not kept:
            return not_yet("removes")
    return passed() if says_why(project, BACKFILLED) else not_yet("no_reason")


def says_why(project: Project, revision: str) -> bool:
    """Tell whether somebody wrote a docstring for the revision's downgrade()."""
    script = project.scripts().get_revision(revision)
    downgrade = getattr(script.module, "downgrade", None) if script else None
    return (getattr(downgrade, "__doc__", None) or "").strip() not in NO_REASON


def with_users(*stop: str) -> tuple[str | tuple[str, ...], ...]:
    """Give commands that backfill users of our own; with `stop`, one of them can't be changed."""
    added = (
        "INSERT INTO users (id, name, email) "
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
        f"WHERE i < {USERS}) SELECT i * 13, 'Name ' || i, i || '@example.org' FROM n;"
    )
    rows = [added]
    if stop:
        rows.append(stopping("users", STOPPED_USER * 13))
    return f"upgrade {EXPANDED}", sql(*rows), f"upgrade {BACKFILLED}"


def backfill(project: Project) -> Verdict:
    """Old orders get their buyer's name in committed chunks; a run that was stopped goes on."""
    if project.heads() == (BUYERS,):
        return not_yet("no_revision")
    for rule, mistake in (
        ("models_in_revision", "imports_models"),
        ("schema_and_data", "with_schema"),
    ):
        for finding in findings(project, rule):
            return not_yet(mistake, file=Path(finding.file).name)
    head = project.heads()[0]
    commands = (
        f"upgrade {BUYERS}",
        sql(*order_rows(), stopping("orders", STOPPED_ORDER * GAP)),
        "upgrade head",
        sql("DROP TRIGGER stop;", "UPDATE orders SET buyer_name = 'kept' WHERE id = 1 * 1000003;"),
        "upgrade head",
        f"downgrade {BUYERS}",
        ("shell", f"alembic downgrade {head}:{BUYERS} --sql"),
    )
    with trial(project, *commands, database="", keep_going=True, prepare=watched) as steps:
        stopped, again, back, script = steps[2], steps[4], steps[5], steps[6]
        return (
            judge_stopped(stopped)
            or judge_buyers(again)
            or judge_record(again, head, nameless(steps[3].database))
            or (None if rest(again) == rest(steps[1]) else not_yet("more"))
            or judge_way_back(back, script, again.database)
            or (passed() if says_why(project, head) else not_yet("no_reason"))
        )


def judge_stopped(step: Step) -> Verdict | None:
    """Of a run that the check stopped, some names have to be there."""
    error = step.error or ""
    if TOO_MANY in error:
        return not_yet("many_statements", limit=STATEMENTS)
    if STOPS in error:
        return None if newly_named(step) else not_yet("not_committed")
    if error:
        return stopped_with(error)
    return not_yet("rows_left", left="1") if newly_named(step) else not_started()


def judge_buyers(step: Step) -> Verdict | None:
    """The next run ends with the right name in every order."""
    if step.error:
        is_long = TOO_MANY in step.error
        many = not_yet("many_statements", limit=STATEMENTS)
        return many if is_long else stopped_with(step.error)
    for key, condition in (
        ("overwritten", f"(orders.id = {GAP} OR orders.id % {100 * GAP} = 0)"),
        ("wrong_names", "orders.buyer_name IS NOT NULL"),
    ):
        wrong = wrong_buyers(step.database, condition)
        if wrong:
            return not_yet(key, count=len(wrong), **wrong[0])
    [(left,)] = step.database.rows("SELECT count(*) FROM orders WHERE buyer_name IS NULL")
    if left:
        return not_yet("rows_left", left=f"{left:,}")
    return None


def judge_record(step: Step, head: str, left: int) -> Verdict | None:
    """A run without an error records its version, and logs a line for each chunk."""
    if head not in step.database.versions():
        return not_yet("not_recorded", revision=head)
    lines = step.printed.splitlines()
    to_output = [line.replace(TO_OUTPUT, "") for line in lines if TO_OUTPUT in line]
    if to_output:
        return not_yet("to_output", line=to_output[0])
    chunks = -(-left // CHUNK)
    others = [line for line in lines if "[progress" not in line]
    if len(lines) - len(others) >= chunks:
        return None
    is_other = len(others) >= chunks
    return not_yet("other_logger", line=others[0]) if is_other else not_yet("silent")


def judge_way_back(back: Step, script: Step, before: Database) -> Verdict | None:
    """The way back keeps the names and prints nothing into its script."""
    if TOO_LARGE in (back.error or ""):
        return not_yet("removes")
    for step in (back, script):
        if step.error:
            return not_yet("back_stops", said=step.error)
    names = "SELECT id, buyer_name FROM orders"
    if back.database.rows(names) != before.rows(names):
        return not_yet("removes")
    refused = refused_script(before, script.lines[-1].said)
    return not_yet("prints", said=refused) if refused else None


def order_rows() -> list[str]:
    """Give the SQL of users and orders of our own; each hundredth order has its name already."""
    people = ["Seo", "O'Neil", "Min%", "Ha Eun", "김하늘"]
    users = [
        f"INSERT INTO users (id, name, email) VALUES ({7 * number}, {text(name)}, '{number}');"
        for number, name in enumerate(people, start=1)
    ]
    orders = (
        "INSERT INTO orders (id, user_id, status, buyer_name) "
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
        f"WHERE i < {ORDERS}) SELECT i * {GAP}, 7 * (1 + i % 5), 'paid', "
        "CASE WHEN i % 100 = 0 THEN 'Buyer ' || i END FROM n;"
    )
    return [*users, orders]


def wrong_buyers(database: Database, condition: str) -> list[dict[str, object]]:
    """Give the orders among those of the condition whose buyer_name is not what it must be."""
    wanted = (
        f"CASE WHEN orders.id = {GAP} THEN 'kept' WHEN orders.id % {100 * GAP} = 0 "
        f"THEN 'Buyer ' || (orders.id / {GAP}) ELSE users.name END"
    )
    query = (
        f"SELECT orders.id, {wanted}, orders.buyer_name FROM orders "
        f"JOIN users ON users.id = orders.user_id "
        f"WHERE {condition} AND orders.buyer_name IS NOT {wanted} ORDER BY orders.id"
    )
    return [
        {"order": order, "wanted": right, "found": shown(found)}
        for order, right, found in database.rows(query)
    ]


def stopped_with(error: str) -> Verdict:
    """Say with what a run stopped, and what to do where a commit() or a chunk is the cause."""
    if TOO_LARGE in error:
        return not_yet("large_chunk")
    return not_yet("own_commit", line=ENDED) if ENDED in error else not_yet("stops", said=error)


def newly_named(step: Step) -> int:
    """Count the orders that had no buyer_name and have one now."""
    query = f"SELECT count(buyer_name) FROM orders WHERE id % {100 * GAP} <> 0"
    [(count,)] = step.database.rows(query)
    return int(count)


def nameless(database: Database) -> int:
    """Count the orders that have no buyer_name."""
    [(count,)] = database.rows("SELECT count(*) FROM orders WHERE buyer_name IS NULL")
    return int(count)


def rest(step: Step) -> list[tuple[object, ...]]:
    """Give what a backfill of buyer_name leaves alone."""
    return step.database.rows("SELECT id, user_id, status FROM orders ORDER BY id")


def watched(copy: Path) -> None:
    """Let env.py of a copy mark standard output, and stop a run of too many statements."""
    env = copy / "migrations" / "env.py"
    env.write_text(WATCHED + env.read_text(encoding="utf-8"), encoding="utf-8")


def refused_script(database: Database, script: str) -> str:
    """Run a script in a copy of a database in memory; say why SQLite refuses it, if it does."""
    with closing(sqlite3.connect(":memory:")) as copy:
        with closing(sqlite3.connect(database.path)) as source:
            source.backup(copy)
        try:
            copy.executescript(script)
        except sqlite3.Error as error:
            return str(error)
    return ""


def stopping(table: str, row: int) -> str:
    """Give the SQL of a trigger that stops whoever changes a row."""
    return (
        f"CREATE TRIGGER stop BEFORE UPDATE ON {table} WHEN OLD.id = {row} "
        f"BEGIN SELECT RAISE(ABORT, '{STOPS}'); END;"
    )


def sql(*statements: str) -> tuple[str, ...]:
    """Give a trial's command that runs statements in the copy's database."""
    script = "\n".join(statements)
    lines = ["import sqlite3", "db = sqlite3.connect('shop.db')", f"db.executescript({script!r})"]
    return "python", "-c", "\n".join([*lines, "db.close()"])


def failed(steps: list[Step]) -> str | None:
    """Give the error at which a trial stopped."""
    return steps[-1].error


def shown(value: str | None) -> str:
    """Give a value as a message shows it: an empty text isn't NULL."""
    return "NULL" if value is None else value or "''"


def people(database: Database) -> list[tuple[object, ...]]:
    """Give the users without their roles, and the addresses of admin_emails."""
    users = database.rows("SELECT id, name, email FROM users ORDER BY id")
    if database.table("admin_emails") is None:
        return users
    return users + database.rows("SELECT email FROM admin_emails ORDER BY email")


def roles(database: Database) -> dict[int, str]:
    """Give each user's role."""
    return dict(database.rows("SELECT id, role FROM users"))


def text(value: str) -> str:
    """Write a text as SQL."""
    return "'" + value.replace("'", "''") + "'"
