"""Checks of lesson `batch`."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from course.checks import (
    Database,
    Project,
    Verdict,
    asked,
    except_for,
    not_started,
    not_yet,
    passed,
    start_sql,
    trial,
)

REVIEWS = 4
PRICE_CHECK = "ck_products_price_not_negative"
PERCENT_CHECK = "ck_coupons_percent_range"
LEFTOVER = "_alembic_tmp_coupons"

PROBE = "0000000f4071"
PROBE_SCRIPT = f"""
from alembic import op

revision = "{PROBE}"
down_revision = "{{head}}"


def upgrade():
    with op.batch_alter_table("users", recreate="always"):
        pass
"""
ASK_APPLICATION = """
import models
import sqlalchemy as sa

with sa.create_engine("sqlite://").connect() as connection:
    print(connection.exec_driver_sql("PRAGMA foreign_keys").scalar())
"""
ASK_AFTER_ALEMBIC = (
    """
from alembic import command
from alembic.config import Config

command.upgrade(Config("alembic.ini"), "head")
"""
    + ASK_APPLICATION
)
ASK_OTHER = """
import models
import sqlalchemy as sa


class Other:
    def __getattr__(self, name):
        def call(*arguments):
            print(name, *arguments)
            return self

        return call


sa.pool.NullPool(Other).connect()
"""

MORE = """
INSERT INTO users VALUES (10, 'O''Neil', 'o''neil%@example.com');
INSERT INTO products VALUES (7, '50% off', 0);
INSERT INTO coupons VALUES (4, 'o''clock', 90);
INSERT INTO coupons VALUES (40, '21%', 21);
INSERT INTO coupons VALUES (41, 'Twenty', 20);
"""
"""Rows beside those that the lesson opens with."""


@except_for("gone_columns")
def rename_name(project: Project) -> Verdict:
    """The name of users moves to display_name with its values, and back; so do the models."""
    commands = ("upgrade head", "check", "downgrade 6a2c8e41f9d3")
    with trial(project, *commands, database=at_start(MORE)) as steps:
        up = steps[0].went_well()
        columns = set(up.columns("users"))
        if "name" in columns and "display_name" not in columns:
            return not_started()
        if columns != {"id", "display_name", "email"}:
            return not_yet("columns", names=listed(columns))
        if names_in(up, "display_name") != ["Minji", "Jun", "Sora", "O'Neil"]:
            return not_yet("values_lost")
        model = steps[1].compared.models.get("users", ())
        error = steps[2].error
        if error and re.search("KeyError: 'name'|no such column: \"?name", error):
            return not_yet("swapped", line=error)
        back = steps[2].went_well()
        if "name" not in back.columns("users"):
            return not_yet("not_back")
        if names_in(back, "name") != ["Minji", "Jun", "Sora", "O'Neil"]:
            return not_yet("values_lost")
        if "display_name" not in model or "name" in model:
            return not_yet("old_model")
    return passed()


def drop_unique(project: Project) -> Verdict:
    """The table products lost its UNIQUE and nothing else; the CHECK has a name."""
    with trial(project, "upgrade head") as [up]:
        copy = up.went_well()
        if copy.uniques("products"):
            return not_started()
        names = checks_of(copy, "products")
        if accepts(copy, "INSERT INTO products VALUES (99, 'Pen', -1)"):
            return not_yet("check_lost")
        if not accepts(copy, "INSERT INTO products VALUES (99, 'Pen', 0)"):
            return not_yet("check_narrow")
        if names != [PRICE_CHECK]:
            return not_yet("check_name", names=listed(names), wanted=PRICE_CHECK)
        if found := differing(copy, products()):
            return found
    if project.database().versions() != project.heads():
        return not_yet("not_applied")
    return passed()


def drop_leftover(project: Project) -> Verdict:
    """The temporary table is gone; the coupons and the version are as they were."""
    database = project.database()
    if database.table(LEFTOVER):
        return not_started()
    return passed() if "big_coupons" in database.schema.views else not_yet("view_gone")


def rebuild_coupons(project: Project) -> Verdict:
    """Up and down, percent changes and the rest works as before, with more coupons than known."""
    commands = ("upgrade head", "downgrade 2216e6e62d73", "upgrade head")
    with trial(project, *commands, database=at_start(MORE)) as steps:
        if steps[0].error and "error in view" in steps[0].error:
            return not_started()
        up = steps[0].went_well()
        if up.columns("coupons")["percent"].nullable:
            return not_yet("not_required")
        if found := lost_of_coupons(up, "upgrade"):
            return found
        if found := differing(up, coupons(required=True)):
            return found
        if steps[1].error:
            return not_yet("back_fails", revision="2216e6e62d73", said=steps[1].error)
        back = steps[1].database
        if not back.columns("coupons")["percent"].nullable:
            return not_yet("not_back")
        if found := lost_of_coupons(back, "downgrade"):
            return found
        steps[2].went_well()
    if project.database().versions() != project.heads():
        return not_yet("not_applied")
    return passed()


def enforce_keys(project: Project) -> Verdict:
    """A new engine of SQLite enforces keys, and a connection of another kind is let alone."""
    if not application_enforces_keys(project):
        return not_yet("no_effect") if names_keys(project.folder / "base.py") else not_started()
    with trial(project, ("python", "-c", ASK_OTHER), database="") as [asking]:
        if asking.error or "foreign_keys" in asking.printed.lower():
            return not_yet("everywhere")
    return passed()


def keep_children(project: Project) -> Verdict:
    """Migrating keeps the reviews, a later batch on users too, and the models' engine has keys on.

    The later batch is a revision of our own, applied by a command of its own: what a learner's
    revision has set on its connection is gone by then.
    """
    left = project.database().count("reviews")
    if left < REVIEWS:
        return not_yet("children_lost", left=left, all=REVIEWS)
    heads = project.heads()

    def add_probe(copy: Path) -> None:
        probe = Path(Project(copy).scripts().versions) / f"{PROBE}_probe.py"
        probe.write_text(PROBE_SCRIPT.format(head=heads[0]), encoding="utf-8")

    commands = (f"upgrade {heads[0]}", f"upgrade {PROBE}")
    with trial(project, *commands, database=at_start(), prepare=add_probe) as steps:
        first, last = steps[0], steps[-1]
        if first.went_well().versions() != heads:
            return not_yet("rolled_back", version=" ".join(first.database.versions()))
        if first.database.count("reviews") < REVIEWS:
            env = project.folder.joinpath(project.scripts().dir, "env.py")
            return not_yet("no_effect") if names_keys(env) else not_started()
        kept = last.went_well().count("reviews")
    if kept < REVIEWS:
        return not_yet("only_here", left=kept)
    if not application_enforces_keys(project):
        return not_yet("app_unprotected")
    if not application_enforces_keys(project, ASK_AFTER_ALEMBIC):
        return not_yet("after_alembic")
    if project.database().versions() != heads:
        leftovers = [one.name for one in project.database().schema.tables if one.is_leftover]
        return not_yet("leftover", table=leftovers[0]) if leftovers else not_yet("not_applied")
    return passed()


def lost_of_coupons(database: Database, command: str) -> Verdict | None:
    """Say what the coupons have lost after a command; None where nothing is."""
    wanted = [
        (1, "SPRING"),
        (2, "Friends"),
        (3, "OLD"),
        (4, "o'clock"),
        (40, "21%"),
        (41, "Twenty"),
    ]
    if database.rows("SELECT id, code FROM coupons ORDER BY id") != wanted:
        return not_yet("rows_lost", command=command)
    big = [("21%",), ("Friends",), ("o'clock",)]
    if "big_coupons" not in database.schema.views:
        return not_yet("view_lost", command=command)
    if database.rows("SELECT * FROM big_coupons ORDER BY code") != big:
        return not_yet("view_differs", command=command)
    if not database.rows("SELECT 1 FROM coupons WHERE code = 'sPRing'"):
        return not_yet("case_lost", command=command)
    if database.columns("coupons")["code"].nullable:
        return not_yet("code_nullable", command=command)
    if accepts(database, "UPDATE coupons SET percent = 91 WHERE id = 1"):
        return not_yet("check_lost", command=command)
    if not logs(database):
        return not_yet("trigger_lost", command=command)
    if reuses_numbers(database):
        return not_yet("numbers_lost", command=command)
    return None


def logs(database: Database) -> bool:
    """Tell whether each update of a coupon, of any column, writes its old code down once."""
    with closing(sqlite3.connect(database.path)) as connection:
        [before] = connection.execute("SELECT count(*) FROM coupon_changes").fetchone()
        connection.execute("UPDATE coupons SET percent = 20 WHERE id = 1")
        connection.execute("UPDATE coupons SET code = 'Later' WHERE id = 2")
        new = "SELECT code FROM coupon_changes ORDER BY id LIMIT -1 OFFSET ?"
        return connection.execute(new, [before]).fetchall() == [("SPRING",), ("Friends",)]


def reuses_numbers(database: Database) -> bool:
    """Tell whether the number of a deleted coupon is given away again."""
    new = "INSERT INTO coupons (code, percent) VALUES ('New', 5)"
    with closing(sqlite3.connect(database.path)) as connection:
        connection.execute("DELETE FROM coupons WHERE id = 41")
        return connection.execute(new).lastrowid == 41


def products() -> sa.Table:
    """Declare the table of products without its UNIQUE."""
    return sa.Table(
        "products",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("price", sa.Integer, nullable=False),
        sa.CheckConstraint("price >= 0", name=PRICE_CHECK),
    )


def coupons(required: bool) -> sa.Table:
    """Declare the table of coupons."""
    return sa.Table(
        "coupons",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("percent", sa.Integer, nullable=not required),
        sa.UniqueConstraint("code"),
        sa.CheckConstraint("percent > 0", name=PERCENT_CHECK),
    )


def differing(database: Database, table: sa.Table) -> Verdict | None:
    """Say in what a table differs from a declared one; None where it doesn't."""
    found = asked(database, [table])
    return not_yet("differs", differences="; ".join(map(str, found))) if found else None


def names_in(database: Database, column: str) -> list[str]:
    """Give the users' names in order."""
    return [row[0] for row in database.rows(f'SELECT "{column}" FROM users ORDER BY id')]


def checks_of(database: Database, table: str) -> list[str]:
    """Give the names of a table's CHECKs, sorted; a nameless one is called `-`."""
    there = database.table(table)
    return sorted(check.name or "-" for check in there.checks) if there else []


def listed(names: "list[str] | set[str]") -> str:
    """Write names one after the other."""
    return ", ".join(f"`{name}`" for name in sorted(names))


def accepts(database: Database, statement: str) -> bool:
    """Run a statement on a copy's database and take it back; tell whether it was accepted."""
    with closing(sqlite3.connect(database.path)) as connection:
        try:
            connection.execute(statement)
        except sqlite3.IntegrityError:
            return False
        return True


def application_enforces_keys(project: Project, program: str = ASK_APPLICATION) -> bool:
    """Ask a new engine, in a copy that has imported the models, whether it enforces keys."""
    with trial(project, ("python", "-c", program), database=at_start()) as [asking]:
        asking.went_well()
        return asking.printed.split()[-1:] == ["1"]


def names_keys(file: Path) -> bool:
    """Tell whether a file names the PRAGMA for foreign keys, or one that is spelled nearly so."""
    return bool(re.search("foreign_keys?", file.read_text(encoding="utf-8"), re.IGNORECASE))


def at_start(more: str = "") -> str:
    """Give the SQL of the database that the lesson opens with, and more rows."""
    return start_sql(Path(__file__).parent) + more
