"""Checks of lesson `clinic`."""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from course.checks import (
    Database,
    Project,
    ProjectError,
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
VERSIONS = "migrations/versions"
PRODUCTS, ORDERS_MADE = "8d24e6b05f17", "c57a91d3e840"
PHONE, WAITING, PRICES = "9f4c0d2b7a31", "4c8e20a7d915", "71d9b3c05e28"
PRODUCTS_FILE = f"{VERSIONS}/{PRODUCTS}_create_products_table.py"
PHONE_FILE = f"{PHONE}_add_phone_to_users.py"
WAITING_FILE = f"{WAITING}_mark_waiting_orders.py"
INDEX_FILE = f"sick/{VERSIONS}/e6a1573c8d20_index_status_of_orders.py"
SICK_APPLIED = (
    "3b1f0c9a7e52_create_users_table.py",
    "8d24e6b05f17_create_products_table.py",
    "c57a91d3e840_create_orders_table.py",
    "b2d86f13a9c4_add_memo_to_orders.py",
)
"""The sick project's files that its database has run, but for the one that is missing."""
SICK_ROWS = (
    "SELECT id, name, email, phone FROM users ORDER BY id",
    "SELECT id, title, price FROM products ORDER BY id",
    "SELECT id, user_id, status, memo FROM orders ORDER BY id",
)
WAITS = "pickup :noon"
METHODS = ("card", "cash", "bank")
METHOD_CHECK = "ck_payments_method_known"

METADATA = sa.MetaData()
USERS = sa.Table(
    "users",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(50), nullable=False),
    sa.Column("email", sa.String(100), nullable=False, unique=True),
    sa.Column("phone", sa.String(20)),
)


def restore(project: Project) -> Verdict:
    """The file of the middle revision is back, as it was."""
    file = project.folder / PRODUCTS_FILE
    there = {revision.id: revision for revision in project.revisions()}
    if PRODUCTS not in there:
        orders = there.get(ORDERS_MADE)
        changed = orders is not None and orders.parents != (PRODUCTS,)
        return not_yet("parent_changed") if changed else not_started()
    file = there[PRODUCTS].file or file
    if file.read_bytes() != start_files(HERE)[PRODUCTS_FILE].read_bytes():
        return not_yet("other_file", file=file.name)
    return passed()


def arguments(project: Project) -> Verdict:
    """users.phone is there, made by the revision."""
    early = not_there_yet(project, PHONE, PHONE_FILE)
    if early:
        return early
    database = project.database()
    if "phone" not in database.columns("users"):
        return not_yet("stamped")
    differing = asked(database, [USERS])
    return not_yet("differs", differing=listed(differing)) if differing else passed()


def two_in_one(project: Project) -> Verdict:
    """The orders that were new wait for noon, by the revision."""
    early = not_there_yet(project, WAITING, WAITING_FILE)
    if early:
        return early
    found = {status for (status,) in project.database().rows("SELECT status FROM orders")}
    return passed() if found == {"paid", WAITS} else not_yet("status", found=listed(sorted(found)))


def stays(project: Project) -> Verdict:
    """What an upgrade does stays, and the prices are raised."""
    if not keeps(project):
        return not_kept(project)
    versions = project.database().versions()
    if versions != (PRICES,):
        return not_yet("not_applied", version=at(versions))
    [(price,)] = project.database().rows("SELECT price FROM products WHERE id = 1")
    return passed() if price == 3600 else not_yet("stamped", price=price)


def not_kept(project: Project) -> Verdict:
    """Say why what an upgrade does is rolled back."""
    env = (project.folder / "migrations" / "env.py").read_text(encoding="utf-8")
    _, found, after = env.rpartition("context.configure(connection")
    if found and "connection.commit()" in after:
        return not_yet("too_late")
    untouched = project.database().versions() == (WAITING,)
    return not_started() if untouched else not_yet("rolled_back")


@except_for("edited_applied")
def edited(project: Project) -> Verdict:
    """The applied revision does what was applied; another one makes the index."""
    database = project.database()
    wrong = not_as_applied(project)
    if wrong:
        untouched = project.heads() == (PRICES,) and not database.indexes("users")
        return not_started() if untouched and wrong.mistake == "still_edited" else wrong
    if project.heads() == (PRICES,):
        return not_yet("no_revision")
    if database.versions() != project.heads():
        return not_yet("not_applied", version=at(database.versions()))
    indexes = database.indexes("users").values()
    if not any(index.columns == ("phone",) and not index.unique for index in indexes):
        return not_yet("no_index")
    commands = ("check", "forget", "upgrade head", "downgrade base")
    with trial(project, *commands, keep_going=True) as [models, _, up, down]:
        if models.compared.differences:
            return not_yet("model_differs")
        if not up.error and down.error:
            return not_yet("back_stops", said=down.error)
    return passed()


def rule(project: Project) -> Verdict:
    """Payments take the model's words and no other, by a CHECK of the name that was asked for.

    Where the revision isn't applied yet, a copy tells what it makes.
    """
    with trial(project, "look", "upgrade head") as steps:
        database = steps[0].database
        is_applied = bool(checks_of(database))
        if not is_applied:
            database = steps[-1].went_well()
        names = checks_of(database)
        if not names:
            return not_yet("stamped") if makes_check(project) else not_started()
        if METHOD_CHECK not in names:
            return misnamed(names)
        if any(takes(database, word) for word in ("gold", "", "CARD", "point", "cardcash")):
            return not_yet("too_wide")
        for word in METHODS:
            if not takes(database, word):
                return not_yet("too_narrow", method=word)
    return passed() if is_applied else not_yet("not_applied")


def misnamed(names: list[str]) -> Verdict:
    """Say what the CHECKs of payments are called, where none has the right name."""
    named = [f"`{name}`" for name in names if name]
    return not_yet("name", names=", ".join(named)) if named else not_yet("nameless")


def heal(project: Project) -> Verdict:
    """All five conditions hold, the rows are there, and the database is at the head."""
    sick = project.at("sick")
    harm = harmed(sick)
    if harm:
        return harm
    holding = heal_conditions(project)
    left = [name for name, holds in holding.items() if not holds]
    if len(left) == len(CONDITIONS):
        return not_started()
    if left:
        count = len(CONDITIONS) - len(left)
        return not_yet(f"left_{left[0]}", count=count, ticks=ticked(holding))
    versions = sick.database().versions()
    if versions != sick.heads():
        return not_yet("not_at_head", version=versions[0], ticks=ticked(holding))
    return passed()


def heal_conditions(project: Project) -> dict[str, bool]:
    """Give each condition's name, and whether it holds: the panel ticks them."""
    sick = project.at("sick")
    holding: dict[str, bool] = {}
    for name, holds in CONDITIONS.items():
        holding[name] = tells(holds, sick, holding)
    return holding


def not_as_applied(project: Project) -> Verdict | None:
    """Say what the applied revision does other than add users.phone and take it back."""
    commands = ("forget", f"upgrade {PHONE}", f"downgrade {ORDERS_MADE}")
    with trial(project, *commands, keep_going=True) as [_, up, back]:
        made = up.went_well()
        if made.indexes("users"):
            return not_yet("still_edited")
        differing = asked(made, [USERS])
        if differing:
            return not_yet("other_phone", differing=listed(differing))
        if not back.error and "phone" in back.database.columns("users"):
            return not_yet("phone_stays")
    return None


def not_there_yet(project: Project, revision: str, name: str) -> Verdict | None:
    """Say why the database isn't at a revision that arrived broken; None where it is."""
    database = project.database()
    if revision in database.versions():
        return None
    file = project.folder / VERSIONS / name
    arrived = start_files(HERE)[f"arrived/{name}"]
    if file.is_file() and file.read_bytes() == arrived.read_bytes():
        return not_started()
    with trial(project, "upgrade head") as [step]:
        if step.error:
            return not_yet("stops", said=step.error)
    return not_yet("not_applied", version=at(database.versions()))


def harmed(sick: Project) -> Verdict | None:
    """Say what was lost or edited in the sick project; None if nothing."""
    start = start_files(HERE)
    for name in SICK_APPLIED:
        file = sick.folder / VERSIONS / name
        given = start[f"sick/{VERSIONS}/{name}"].read_bytes()
        if not file.is_file() or file.read_bytes() != given:
            return not_yet("edited", file=name)
    with closing(sqlite3.connect(":memory:")) as then:
        then.executescript(start_sql(HERE, "sick/shop.db"))
        for query in SICK_ROWS:
            if not set(then.execute(query).fetchall()) <= rows(sick.database(), query):
                return not_yet("rows", table=query.split(" FROM ")[1].split()[0])
    return None


def rows(database: Database, query: str) -> set[tuple[object, ...]]:
    """Give the rows of a query; none where a table or a column is gone."""
    try:
        return set(database.rows(query))
    except ProjectError:
        return set()


def ticked(holding: dict[str, bool]) -> str:
    """Write the conditions side by side, each with a tick or an empty box."""
    return "  ".join(f"{'☑' if holds else '☐'} `{name}`" for name, holds in holding.items())


def makes_check(project: Project) -> bool:
    """Tell whether the revisions give an empty database a CHECK on payments."""
    with trial(project, "forget", "upgrade head") as steps:
        return bool(checks_of(steps[-1].went_well()))


def checks_of(database: Database) -> list[str]:
    """Give the names of the CHECKs of payments, sorted; that of a nameless one is empty."""
    there = database.table("payments")
    return sorted(check.name or "" for check in there.checks) if there else []


def takes(database: Database, method: str) -> bool:
    """Tell whether a copy's database takes a payment by a method; it is taken back."""
    with closing(sqlite3.connect(database.path)) as connection:
        try:
            connection.execute("INSERT INTO payments (method, refunded) VALUES (?, 0)", (method,))
        except sqlite3.IntegrityError:
            return False
        return True


def tells(
    holds: Callable[[Project, dict[str, bool]], bool], sick: Project, known: dict[str, bool]
) -> bool:
    """Tell whether a condition holds; what can't be read doesn't."""
    try:
        return holds(sick, known)
    except ProjectError:
        return False


def has_models(sick: Project, _: dict[str, bool]) -> bool:
    """The models can be imported."""
    with trial(sick, ("python", "-c", "import models")) as [step]:
        return not step.error


def has_history(sick: Project, _: dict[str, bool]) -> bool:
    """Each parent has a file, and there is one head."""
    known = {revision.id for revision in sick.revisions()}
    parents = {parent for revision in sick.revisions() for parent in revision.parents}
    return parents <= known and PHONE in known and len(sick.heads()) == 1


def keeps_upgrades(sick: Project, known: dict[str, bool]) -> bool:
    """What an upgrade does stays; other faults are healed on the copy."""
    return keeps(sick, healed({**known, "empty": False, "stays": True}))


def fills_empty(sick: Project, known: dict[str, bool]) -> bool:
    """An empty database gets to the head and agrees with the models; env.py is healed."""
    prepare = healed({**known, "stays": False, "empty": True})
    with trial(sick, "forget", "upgrade head", "check", prepare=prepare) as steps:
        database = steps[-1].database
        is_there = [one.columns for one in database.indexes("orders").values()]
        return not steps[-1].compared.differences and ("status",) in is_there


def is_true(sick: Project, known: dict[str, bool]) -> bool:
    """An empty database upgraded to the version that is noted has the same tables."""
    versions = sick.database().versions()
    if len(versions) != 1:
        return False
    commands = ("forget", f"upgrade {versions[0]}")
    with trial(sick, *commands, prepare=healed({**known, "stays": False})) as steps:
        return shape(steps[-1].went_well()) == shape(sick.database())


CONDITIONS: dict[str, Callable[[Project, dict[str, bool]], bool]] = {
    "models": has_models,
    "history": has_history,
    "empty": fills_empty,
    "stays": keeps_upgrades,
    "version": is_true,
}
"""Each is asked of a copy in which the others' faults are healed: so any order will do."""


def keeps(project: Project, prepare: Callable[[Path], object] | None = None) -> bool:
    """Tell whether an empty database remembers an upgrade."""
    with trial(project, "forget", f"upgrade {ORDERS_MADE}", prepare=prepare) as steps:
        return steps[-1].went_well().versions() == (ORDERS_MADE,)


def healed(known: dict[str, bool]) -> Callable[[Path], None]:
    """Give what heals, in a copy, each part that isn't known to be well."""
    start = {name: path for name, path in start_files(HERE).items() if name.startswith("sick/")}
    texts = {name: path.read_text(encoding="utf-8") for name, path in start.items()}

    def prepare(copy: Path) -> None:
        if not known["models"]:
            models = texts["sick/models.py"].replace("Key, String", "Key, String, Text")
            (copy / "models.py").write_text(models, encoding="utf-8")
        if not known["history"]:
            backup = texts[f"sick/backup/{PHONE_FILE}"]
            (copy / VERSIONS / PHONE_FILE).write_text(backup, encoding="utf-8")
        if not known["stays"]:
            lines = texts["sick/migrations/env.py"].splitlines(keepends=True)
            env = "".join(line for line in lines if "tables" not in line)
            (copy / "migrations/env.py").write_text(env, encoding="utf-8")
        if not known["empty"]:
            swapped, right = '"orders", "ix_orders_status"', '"ix_orders_status", "orders"'
            index = texts[INDEX_FILE].replace(swapped, right)
            (copy / INDEX_FILE.removeprefix("sick/")).write_text(index, encoding="utf-8")

    return prepare


def shape(database: Database) -> dict[str, tuple[set[str], set[str]]]:
    """Give the columns and indexes of each table, by their names."""
    return {
        name: (set(database.columns(name)), set(database.indexes(name)))
        for name in database.tables()
    }


def at(versions: tuple[str, ...]) -> str:
    """Write where a database is, for a message."""
    return ", ".join(versions) or "base"


def listed(things: Iterable[object]) -> str:
    """Write things for a message."""
    return ", ".join(f"`{one}`" for one in things)
