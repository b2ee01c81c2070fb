"""Checks of lesson `rollback`."""

from pathlib import Path

import sqlalchemy as sa

from course.checks import (
    Database,
    Project,
    Step,
    Verdict,
    asked,
    except_for,
    not_started,
    not_yet,
    passed,
    start_sql,
    trial,
)

BEFORE_SKU = "0422ddacf557"
WITH_SKU = "946941d04618"
BEFORE_MOVE = "a5b8ce6472ef"
MOVED = "9afd9b050e36"
HALF = "f6a2b7416f97"

PHONES = [(1, "010-1234-5678"), (2, "02-555-0100"), (7, None), (12, "+82 10'9%99")]
WITH_PHONES = """
INSERT INTO users VALUES (7, 'Sora', 'sora@example.com', NULL);
INSERT INTO users VALUES (12, 'Kim O''Neil', 'kim@example.com', '+82 10''9%99');
UPDATE users SET phone = '010-1234-5678' WHERE id = 1;
UPDATE users SET phone = '02-555-0100' WHERE id = 2;
"""
"""Makes the start's users those of PHONES."""
SINCE = {2: "031-700-0002", 7: "051-700-0007"}
"""Numbers that users got while their phones were in profiles; user 30 joined meanwhile."""
USE = f"""
import sqlite3
database = sqlite3.connect("shop.db")
for user, phone in {SINCE}.items():
    database.execute("DELETE FROM profiles WHERE user_id = ?", (user,))
    database.execute("INSERT INTO profiles (user_id, phone) VALUES (?, ?)", (user, phone))
database.execute("INSERT INTO users (id, name, email) VALUES (30, 'New', 'new@example.com')")
database.commit()
database.close()
"""
OWNERS = {user: SINCE.get(user, phone) for user, phone in PHONES} | {30: None}
"""Whose phone is whose after USE."""

METADATA = sa.MetaData()
PROFILES = sa.Table(
    "profiles",
    METADATA,
    sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id"), primary_key=True),
    sa.Column("phone", sa.String(20)),
)
INVENTORIES = sa.Table(
    "inventories",
    METADATA,
    sa.Column("product_id", sa.Integer, sa.ForeignKey("products.id"), primary_key=True),
    sa.Column("quantity", sa.Integer, nullable=False),
    sa.Index("ix_inventories_quantity", "quantity"),
)
MODELS = {
    "profiles": {
        "profiles",
        "profiles.user_id Integer() NOT NULL",
        "profiles.phone String(length=20) NULL",
        "profiles primary_key pk_profiles (user_id)",
        "profiles foreign_key fk_profiles_user_id_users (user_id)",
    },
    "inventories": {
        "inventories",
        "inventories.product_id Integer() NOT NULL",
        "inventories.quantity Integer() NOT NULL",
        "inventories primary_key pk_inventories (product_id)",
        "inventories foreign_key fk_inventories_product_id_products (product_id)",
        "inventories index ix_inventories_quantity (quantity)",
    },
}
"""What a comparison tells of the new models, without defaults and comments."""
WANTED = {
    ("+", "profiles", ""),
    ("+", "inventories", ""),
    ("+", "inventories", "ix_inventories_quantity"),
    ("-", "users", "phone"),
}
"""How the models differ from the database before they are migrated."""


def back_up(project: Project) -> Verdict:
    """Another database file, backup.db, has all that shop.db has."""
    shop, backup = project.database(), beside(project, "backup.db")
    if not shop.count("users"):
        return not_yet("overwritten")
    if not backup.exists():
        return not_started()
    return passed() if contents(backup) == contents(shop) else not_yet("differs")


@except_for("gone")
def last_safe_step(project: Project) -> Verdict:
    """The database is one step above the revision whose downgrade() drops a table."""
    database = project.database()
    version = ", ".join(database.versions()) or "base"
    has_sku = "sku" in database.columns("products")
    if database.count("products") < 2 or "phone" not in database.columns("users"):
        return not_yet("too_far")
    if (version == BEFORE_SKU) == has_sku:
        return not_yet("disagree", version=version)
    if version == BEFORE_SKU:
        return passed()
    return not_started() if version == WITH_SKU else not_yet("not_there", version=version)


def restore(project: Project) -> Verdict:
    """What is in backup.db is in shop.db, too."""
    shop, backup = project.database(), beside(project, "backup.db")
    if not backup.count("users"):
        return not_yet("backup_lost")
    if contents(shop) == contents(backup):
        return passed()
    if shop.exists() and not shop.tables():
        return not_yet("empty")
    return not_yet("differs") if shop.count("users") else not_started()


@except_for("gone", "way_back")
def move_up(project: Project) -> Verdict:
    """The upgrade() of the revision after BEFORE_MOVE moves every phone; the models say so, too.

    On shop.db it has not run, or run to its end.
    """
    moving = project.after(BEFORE_MOVE).id
    with trial(project, "check") as [models]:
        begun = models_begun(models)
    with trial(project, "look", f"upgrade {moving}", database=own_users()) as steps:
        before, up = steps[0].database, steps[1]
        written = bool(up.error) or up.database.schema.tables != before.schema.tables
        if not written and not begun:
            return not_started()
        if up.error:
            return not_yet("stops", said=up.error)
        if not written:
            return models_problem(models) or not_yet("not_written")
        problem = not_moved(up.database) or more_made(before, up.database)
        problem = problem or models_problem(models)
        return problem or shop_changed(project.database()) or passed()


@except_for("gone")
def keep_phones(project: Project) -> Verdict:
    """The revision after BEFORE_MOVE goes up, down and up again; every phone and user is kept."""
    moving = project.after(BEFORE_MOVE).id
    up, down = f"upgrade {moving}", f"downgrade {BEFORE_MOVE}"
    with trial(project, "look", up, ("python", "-c", USE), down, up, database=own_users()) as steps:
        moved = steps[1].went_well()
        if not_moved(moved):
            return not_yet("not_moved")
        used = steps[2].went_well()
        if steps[3].error:
            return stopped(steps[3].error)
        back = steps[3].database
        if back.schema.tables == used.schema.tables:
            return not_started()
        problem = not_kept(used, back) or not_as_before(steps[0].database, back)
        if problem:
            return problem
        if steps[4].error:
            return not_yet("stops_again", said=steps[4].error)
        return passed()


def on_a_copy(project: Project) -> Verdict:
    """trial.db is shop.db's half-applied state one step down; shop.db is as it was."""
    shop, copy = project.database(), beside(project, "trial.db")
    if shop.versions() != (MOVED,) or "profiles" not in shop.tables():
        return not_yet("on_shop", version=", ".join(shop.versions()) or "base")
    if not copy.exists():
        return not_started()
    if "inventories" not in copy.tables():
        return not_yet("other_copy")
    if "profiles" in copy.tables():
        return not_yet("not_down")
    if copy.versions() != (BEFORE_MOVE,):
        return not_yet("other_version", version=", ".join(copy.versions()) or "base")
    return passed()


@except_for("way_back")
def repair_half_applied(project: Project) -> Verdict:
    """Database and empty copy both end at the head with the table, its index, and the rows kept."""
    database, heads = project.database(), project.heads()
    versions = database.versions()
    if min(database.count(name) for name in ("users", "orders", "products")) < 2:
        return not_yet("rows_lost")
    if versions not in ((MOVED,), (HALF,), heads):
        return not_yet("went_back", version=", ".join(versions) or "base")
    if database.count("profiles") < 2:
        return not_yet("rows_lost")
    with trial(project, "forget", "upgrade head", f"downgrade {MOVED}", "upgrade head") as steps:
        problem = script_problem(steps)
    lacking = asked(database, [INVENTORIES])
    if versions == heads:
        if lacking and not (problem and problem.mistake == "script_lacks"):
            return not_yet("index_missing", lacking=", ".join(map(str, lacking)))
        return problem or changed_by_downgrade(project) or passed()
    left = "inventories" in database.tables()
    if problem:
        said = str(problem.values.get("said", ""))
        return not_started() if left and lacking and "no such column: qty" in said else problem
    return not_yet("not_applied" if left else "not_run")


def script_problem(steps: list[Step]) -> Verdict | None:
    """Say what keeps the revisions from taking an empty database up and down; None if nothing."""
    if steps[1].error:
        return not_yet("script_stops", said=steps[1].error)
    lacking = asked(steps[1].database, [INVENTORIES])
    if lacking:
        return not_yet("script_lacks", lacking=", ".join(map(str, lacking)))
    if steps[2].error:
        return not_yet("no_way_back", said=steps[2].error)
    return not_yet("stays") if "inventories" in steps[2].database.tables() else None


def changed_by_downgrade(project: Project) -> Verdict | None:
    """Say what a downgrade of the repaired revision changes beside its own table; None if nothing.

    It runs on a copy of shop.db, since an empty database has no rows to lose.
    """
    with trial(project, f"downgrade {MOVED}") as [down]:
        if down.error:
            return not_yet("no_way_back", said=down.error)
        now, back = contents(project.database()), contents(down.database)
    own = {"inventories", "alembic_version"}
    names = sorted(name for name in now.keys() - own if back.get(name) != now[name])
    return not_yet("changes_more", names=", ".join(names)) if names else None


def models_begun(check: Step) -> bool:
    """Tell whether the models are other than when the lesson opened."""
    models = check.compared.models
    return "phone" not in models.get("users", ()) or bool(MODELS.keys() & models.keys())


def models_problem(check: Step) -> Verdict | None:
    """Say what the models have other than asked for; None if nothing."""
    models = check.compared
    for name, wanted in MODELS.items():
        if name not in models.models:
            return not_yet("model_missing", table=name)
        details = [line for line in models.details if is_of(line, name)]
        found = {line.removesuffix("None").strip() for line in details}
        if found != wanted:
            lines = [f"+ {line}" for line in sorted(found - wanted)]
            lines += [f"− {line}" for line in sorted(wanted - found)]
            return not_yet("model_differs", table=name, lines=", ".join(lines))
    if "phone" in models.models.get("users", ()):
        return not_yet("phone_stays")
    more = {(one.sign, one.table, one.name) for one in models.differences} - WANTED
    if more:
        named = [f"{sign} {table} {name}".strip() for sign, table, name in sorted(more)]
        return not_yet("more_differs", found=", ".join(named))
    return None


def shop_changed(shop: Database) -> Verdict | None:
    """Say what an upgrade broke in the lesson's own database; None if it is as before or moved.

    On SQLite an upgrade that fails halfway leaves what it had done.
    """
    left, took = "profiles" in shop.tables(), "phone" not in shop.columns("users")
    if shop.versions() != (BEFORE_MOVE,):
        numbers = "SELECT phone FROM profiles WHERE phone IS NOT NULL"
        moved = shop.versions() == (MOVED,) and left and took and bool(shop.rows(numbers))
        version = ", ".join(shop.versions()) or "base"
        return None if moved else not_yet("shop_elsewhere", version=version)
    if left:
        return not_yet("shop_half" if took else "shop_left")
    return not_yet("shop_took") if took else None


def stopped(error: str) -> Verdict:
    """Say where a downgrade stopped: at a row that users refuse, or elsewhere."""
    refused = "constraint failed: users." in error and "users.phone" not in error
    return not_yet("row_refused", refused=error) if refused else not_yet("stops", said=error)


def not_moved(database: Database) -> Verdict | None:
    """Say what keeps the phones from being in profiles, and there alone; None if nothing."""
    if "profiles" not in database.tables():
        return not_yet("no_profiles")
    differing = asked(database, [PROFILES])
    if differing:
        return not_yet("profiles_differ", differing=", ".join(map(str, differing)))
    query = "SELECT user_id, phone FROM profiles WHERE phone IS NOT NULL ORDER BY user_id"
    if database.rows(query) != [pair for pair in PHONES if pair[1]]:
        return not_yet("not_copied")
    return not_yet("phone_left") if "phone" in database.columns("users") else None


def more_made(before: Database, up: Database) -> Verdict | None:
    """Name the tables that an upgrade made beside profiles; None if it made no other."""
    names = sorted(set(up.tables()) - set(before.tables()) - {"profiles"})
    return not_yet("more_made", names=", ".join(names)) if names else None


def not_kept(used: Database, back: Database) -> Verdict | None:
    """Say which users or phones did not come back; None if all did."""
    if "phone" not in back.columns("users"):
        return not_yet("phones_lost")
    people = "SELECT id, name, email FROM users ORDER BY id"
    if back.rows(people) != used.rows(people):
        return not_yet("users_changed")
    found = dict(back.rows("SELECT id, phone FROM users"))
    if not any(found.values()):
        return not_yet("phones_lost")
    names = dict(used.rows("SELECT id, name FROM users"))
    for user, phone in OWNERS.items():
        is_missing = phone and not found[user]
        if found[user] != phone and not is_missing:
            other, owned = found[user] or "''", phone or "NULL"
            return not_yet("phones_mixed", name=names[user], found=other, owned=owned)
    missing = [names[user] for user, phone in OWNERS.items() if phone and not found[user]]
    return not_yet("phones_missing", names=", ".join(missing)) if missing else None


def not_as_before(before: Database, back: Database) -> Verdict | None:
    """Say what of the schema is other than before the upgrade; None if nothing."""
    left = sorted(set(back.tables()) - set(before.tables()))
    if left:
        return not_yet("leftover", names=", ".join(left))
    for name in before.tables():
        was, now = before.columns(name), back.columns(name)
        for column in sorted(was.keys() | now.keys()):
            if was.get(column) != now.get(column):
                found = now.get(column)
                null = "NULL" if found and found.nullable else "NOT NULL"
                said = f"{found.type} {null}" if found else "-"
                if found and found.default is not None:
                    said += f" DEFAULT {found.default}"
                return not_yet("column_differs", column=f"{name}.{column}", found=said)
        if parts(before, name) != parts(back, name):
            return not_yet("table_differs", name=name)
    return None


def parts(database: Database, name: str) -> tuple[object, ...]:
    """Give the keys, constraints and indexes of a table."""
    table = database.table(name)
    if table is None:
        return ()
    return table.primary_key, table.foreign_keys, table.uniques, table.checks, table.indexes


def own_users() -> str:
    """Give SQL that makes the start's database with the users of PHONES."""
    return start_sql(Path(__file__).parent) + WITH_PHONES


def is_of(line: str, table: str) -> bool:
    """Tell whether a line of a comparison is about a table."""
    return line.split(maxsplit=1)[0].partition(".")[0] == table


def beside(project: Project, name: str) -> Database:
    """Give a database file of the project's folder."""
    return Database(project.folder / name, project.folder)


def contents(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Give the rows of each table, and the version."""
    found = {name: database.rows(f'SELECT * FROM "{name}"') for name in database.tables()}
    return {name: sorted(rows, key=repr) for name, rows in found.items()} | {
        "alembic_version": [database.versions()]
    }
