"""Checks of lesson `expand_contract`: versions really run side by side, on rows of our own."""

import shutil
from pathlib import Path

from course.checks import (
    Database,
    Project,
    Step,
    Verdict,
    except_for,
    findings,
    not_started,
    not_yet,
    passed,
    start_files,
    trial,
)

LESSON = Path(__file__).parent
START = "c57a91d3e840"
EXPANDED = "3015e59e7281"
FILLED = "000e12884023"
LABELED = "025e9722b6c1"
LATE = "542340340c29"
DROPPED = "e7c86b57e36d"

SERVED = ("service.py", "rollout.py", "p1_app.py")
"""What a check runs as the lesson has it."""

USERS = {
    11: ("Seo", "Seo"),
    12: ("Park Ji", "Park"),
    13: ("Choi", None),
    14: ("O'Neil", "Oneil"),
    15: ("50%", "50%"),
}
"""Users with name and display_name. The old version renamed 12 and 14 late, and added 13."""

BY_LAST = {11: "MJ", 12: "Ji Park", 16: "Yuna"}
"""What the last version wrote: it renamed two users, and added one."""

FIRST, SECOND = 41, 42
"""Products of the check's own."""


def ask_old(project: Project) -> Verdict:
    """User 3 is called Seora, and nobody else is new or has another name."""
    users = dict(project.database().rows("SELECT id, name FROM users"))
    if users.get(3) == "Sora" and len(users) == 3:
        return not_started()
    named = [user for user, name in users.items() if name == "Seora"]
    return passed() if named == [3] and len(users) == 3 else not_yet("other")


def expand(project: Project) -> Verdict:
    """The column is there, no value is in it, and the names are."""
    database = project.database()
    versions = database.versions()
    if versions == (FILLED,):
        return not_started()
    if versions != (EXPANDED,) or "display_name" not in database.columns("users"):
        return not_yet("elsewhere", version=", ".join(versions) or "base")
    [(filled, nameless)] = database.rows(
        "SELECT count(display_name), count(*) - count(name) FROM users"
    )
    if nameless:
        return not_yet("names", count=nameless)
    return not_yet("values", count=filled) if filled else passed()


def write_both(project: Project) -> Verdict:
    """new_app.py writes both columns and reads name."""
    return version_of_users(project, "name")


def read_new(project: Project) -> Verdict:
    """new_app.py writes both columns and reads display_name."""
    return version_of_users(project, "display_name")


def version_of_users(project: Project, reads: str) -> Verdict:
    """Let new_app.py rename, add and show users whose two names differ."""
    other = "display_name" if reads == "name" else "name"
    requests = ("new: rename 12 Lee's", "new: add Ha Eun", "new: show 14")
    commands = (f"upgrade {EXPANDED}", sql(*user_rows()), rollout(*requests))
    with trial(project, *commands, database="", prepare=served) as steps:
        if steps[-1].error:
            return not_yet("broken", said=steps[-1].error)
        after = steps[-1].database
        shown = answers(steps[-1])
        [renamed] = after.rows("SELECT name, display_name FROM users WHERE id = 12")
        added = after.rows("SELECT name, display_name FROM users WHERE id > 15")
        [kept] = after.rows("SELECT name, display_name FROM users WHERE id = 14")
    for request, answer in zip(requests, shown, strict=False):
        if answer.startswith("ERROR") or answer == "(not running)":
            return not_yet("broken", said=f"{request}: {answer}")
    if kept != USERS[14]:
        return not_yet("everybody")
    both = renamed == ("Lee's", "Lee's") and added == [("Ha Eun", "Ha Eun")]
    right = shown[-1] == USERS[14][0 if reads == "name" else 1]
    before = ("Park Ji", "Lee's") if reads == "name" else ("Lee's", "Lee's")
    if renamed == before and not right:
        return not_started()
    if not both:
        name, display_name = (
            renamed if renamed != ("Lee's", "Lee's") else (added or [(None, None)])[0]
        )
        what = "rename" if renamed != ("Lee's", "Lee's") else "add"
        return not_yet("not_both", what=what, name=value(name), shown=value(display_name))
    return passed() if right else not_yet("reads_other", reads=reads, other=other)


def backfill_all(project: Project) -> Verdict:
    """The backfill makes the columns agree wherever they differ, and is applied."""
    commands = (f"upgrade {EXPANDED}", sql(*user_rows()), f"upgrade {FILLED}")
    with trial(project, *commands, database="") as steps:
        if steps[-1].error:
            return not_yet("stops", said=steps[-1].error)
        wrong = unequal(steps[-1].database)
        before, after = (rest(step.database) for step in steps[1:])
    database = project.database()
    applied = database.versions() == (FILLED,)
    if wrong:
        left = {user for user, _, _ in wrong}
        if not applied and left == {12, 14}:
            return not_started()
        return not_yet("differ", **differing(wrong))
    if before != after:
        return not_yet("more")
    return passed() if applied and not unequal(database) else not_yet("not_applied")


def releases(project: Project) -> Verdict:
    """Every two neighbours understand each other, and the last needs no title."""
    names = [f"p{step}_app.py" for step in ("2", "4a", "4b")]
    missing = [name for name in names if not (project.folder / name).is_file()]
    if len(missing) == len(names):
        return not_started()
    if missing:
        return not_yet("missing", file=missing[0])
    commands: list[str | tuple[str, ...]] = [
        f"upgrade {LABELED}",
        sql(
            "INSERT INTO products (id, title, price) "
            f"VALUES ({FIRST}, 'Ink', 1), ({SECOND}, 'Cup', 2);"
        ),
    ]
    pairs = [("p1", "p2"), ("p2", "p4a"), ("p4a", "p4b")]
    for number, (older, newer) in enumerate(pairs):
        if newer == "p4a":
            commands.append(sql("UPDATE products SET label = title WHERE label IS NOT title;"))
        commands.append(rollout(*(request for request, _ in conversation(older, newer, number))))
    alone = [("p4b: rename 41 Pad", "ok"), ("p4b: show 41", "Pad"), ("p4b: add Bag", "ok")]
    commands.append(sql("ALTER TABLE products DROP COLUMN title;"))
    commands.append(rollout(*(request for request, _ in alone)))
    with trial(project, *commands, database="", prepare=served) as steps:
        for step in steps:
            if step.error:
                return not_yet("stops", said=step.error)
        talks = [step for step in steps if step.command.startswith("python rollout.py")]
        for number, (older, newer) in enumerate(pairs):
            wanted = conversation(older, newer, number)
            wrong = first_wrong(talks[number], wanted)
            if wrong is not None:
                return not_yet("misunderstood", older=older, newer=newer, **wrong)
        wrong = first_wrong(talks[-1], alone)
        if wrong is not None:
            return not_yet("needs_title", **wrong)
        prices = steps[-1].database.rows(
            f"SELECT price FROM products WHERE id IN ({FIRST}, {SECOND}) ORDER BY id"
        )
    return passed() if prices == [(1,), (2,)] else not_yet("prices")


def conversation(older: str, newer: str, number: int) -> list[tuple[str, str]]:
    """Give requests to two versions in turn, each with the answer that is right."""
    letter = "XYZ"[number]
    first_added, then_added = 43 + 2 * number, 44 + 2 * number
    return [
        (f"{older}: rename {FIRST} {letter} Ink's", "ok"),
        (f"{newer}: show {FIRST}", f"{letter} Ink's"),
        (f"{newer}: rename {SECOND} {letter} 100%", "ok"),
        (f"{older}: show {SECOND}", f"{letter} 100%"),
        (f"{older}: show {FIRST}", f"{letter} Ink's"),
        (f"{newer}: rename {FIRST} {letter} Book", "ok"),
        (f"{older}: show {FIRST}", f"{letter} Book"),
        (f"{older}: add {letter}1", "ok"),
        (f"{newer}: show {first_added}", f"{letter}1"),
        (f"{newer}: add {letter}2", "ok"),
        (f"{older}: show {then_added}", f"{letter}2"),
    ]


def first_wrong(step: Step, wanted: list[tuple[str, str]]) -> dict[str, str] | None:
    """Give the first request that was not answered as it should have been."""
    given = answers(step)
    for position, (request, right) in enumerate(wanted):
        found = given[position] if position < len(given) else "(not running)"
        if found != right:
            version, _, what = request.partition(": ")
            return {"version": version, "request": what, "found": found, "wanted": right}
    return None


@except_for("gone_columns", "back_loses")
def contract(project: Project) -> Verdict:
    """Late values move before the last version writes, and the drop keeps what it wrote."""
    there = {revision.id for revision in project.revisions()}
    for revision in (LATE, DROPPED):
        if revision not in there:
            return not_yet("no_revision", revision=revision)
    by_last = [
        "INSERT INTO users (id, display_name, email) VALUES (16, 'Yuna', 'yuna@example.org');",
        *(
            f"UPDATE users SET display_name = {literal(name)} WHERE id = {user};"
            for user, name in BY_LAST.items()
        ),
    ]
    commands = (
        f"upgrade {LABELED}",
        sql(*user_rows()),
        f"upgrade {LATE}",
        sql(*by_last),
        f"upgrade {DROPPED}",
        f"downgrade {LATE}",
        f"upgrade {DROPPED}",
    )
    with trial(project, *commands, database="") as steps:
        if steps[-1].error and len(steps) == 3:
            return not_yet("stops", command=steps[-1].command, said=steps[-1].error)
        late = steps[2].database
        wrong = unequal(late) if "name" in late.columns("users") else []
        if not wrong and late.table("users") != steps[1].database.table("users"):
            return not_yet("late_schema")
        if wrong:
            return judge_late(wrong, steps)
        if steps[-1].error:
            if len(steps) == 5 and puts_null(steps):
                return not_yet("null_again", line=steps[-1].error)
            return not_yet("stops", command=steps[-1].command, said=steps[-1].error)
        for judged in judge_drop(project, steps):
            return judged
    versions = project.database().versions()
    return passed() if DROPPED in versions else not_yet("not_applied")


def judge_late(wrong: list[tuple[int, str, str | None]], steps: list[Step]) -> Verdict:
    """Say which late rows of the old version are lost; nothing was done if all are, and no drop."""
    left = {user for user, _, _ in wrong}
    drops = len(steps) > 4 and "name" not in steps[4].database.columns("users")
    stopped = len(steps) > 4 and steps[4].error
    if left == {12, 13, 14} and not drops and not stopped:
        return not_started()
    if left == {13}:
        return not_yet("late_insert", **differing(wrong))
    return not_yet("late_update" if left <= {12, 14} else "late_rows", **differing(wrong))


def puts_null(steps: list[Step]) -> bool:
    """Tell whether the drop stops at a NULL where every user had a display_name until then."""
    error = steps[-1].error or ""
    stopped = "NOT NULL constraint failed" in error and "users.display_name" in error
    query = "SELECT id FROM users WHERE display_name IS NULL"
    return stopped and not steps[-2].database.rows(query)


def judge_drop(project: Project, steps: list[Step]) -> list[Verdict]:
    """Give what is wrong with the drop, its way back and the way up again."""
    done, back, again = (steps[number].database for number in (4, 5, 6))
    if "name" in done.columns("users"):
        return [not_yet("not_dropped")]
    wanted = {user: name for user, (name, _) in USERS.items()} | BY_LAST
    for database in (done, again):
        shown = dict(database.rows("SELECT id, display_name FROM users"))
        lost = [user for user in wanted if shown.get(user) != wanted[user]]
        if lost:
            there = value(shown.get(lost[0]))
            return [not_yet("last_lost", count=len(lost), wanted=wanted[lost[0]], found=there)]
    if done.columns("users")["display_name"].nullable:
        return [not_yet("nullable")]
    for finding in findings(project, "schema_and_data"):
        return [not_yet("mixed", file=Path(finding.file).name)]
    if back.columns("users") != steps[3].database.columns("users"):
        return [not_yet("back_schema")]
    names = dict(back.rows("SELECT id, name FROM users"))
    lost = [user for user in wanted if names.get(user) != wanted[user]]
    if lost:
        found = value(names.get(lost[0]))
        return [not_yet("not_back", count=len(lost), wanted=wanted[lost[0]], found=found)]
    return []


def user_rows() -> list[str]:
    """Give the SQL of USERS."""
    return [
        "INSERT INTO users (id, name, display_name, email) "
        f"VALUES ({user}, {literal(name)}, {literal(shown)}, 'user{user}@example.org');"
        for user, (name, shown) in USERS.items()
    ]


def unequal(database: Database) -> list[tuple[int, str, str | None]]:
    """Give the users whose display_name is not their name."""
    if "display_name" not in database.columns("users"):
        return []
    query = (
        "SELECT id, name, display_name FROM users WHERE display_name IS NOT name "
        "OR (id = 12 AND name <> 'Park Ji') OR (id = 13 AND name IS NOT 'Choi') "
        "OR (id = 14 AND name IS NOT 'O''Neil') ORDER BY id"
    )
    return [(user, name, shown) for user, name, shown in database.rows(query)]


def differing(wrong: list[tuple[int, str, str | None]]) -> dict[str, object]:
    """Give the values of a message about users whose names differ."""
    _, name, shown = wrong[0]
    return {"count": len(wrong), "name": value(name), "shown": value(shown)}


def value(there: str | None) -> str:
    """Give a value as a message shows it: an empty text isn't NULL."""
    return "NULL" if there is None else there or "''"


def rest(database: Database) -> tuple[object, ...]:
    """Give what a backfill of display_name leaves alone: the schema of users, and their emails."""
    emails = database.rows("SELECT id, email FROM users ORDER BY id")
    return database.table("users"), emails


def answers(step: Step) -> list[str]:
    """Give what the versions answered, in order."""
    lines = [line for line in step.printed.splitlines() if line[8:9] == " "]
    return [line[30:].strip() for line in lines]


def rollout(*requests: str) -> tuple[str, ...]:
    """Give a trial's command that sends requests to versions that run side by side."""
    return "python", "rollout.py", *requests


def served(copy: Path) -> None:
    """Put what all versions share into a copy as the lesson has it."""
    files = start_files(LESSON)
    for name in SERVED:
        shutil.copyfile(files[name], copy / name)


def sql(*statements: str) -> tuple[str, ...]:
    """Give a trial's command that runs statements in the copy's database."""
    script = "\n".join(statements)
    lines = ["import sqlite3", "db = sqlite3.connect('shop.db')", f"db.executescript({script!r})"]
    return "python", "-c", "\n".join([*lines, "db.close()"])


def literal(value: str | None) -> str:
    """Write a value as SQL."""
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"
