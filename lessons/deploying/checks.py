"""Checks of lesson `deploying`."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from course.checks import (
    Project,
    Step,
    Verdict,
    except_for,
    not_started,
    not_yet,
    passed,
    start_sql,
    trial,
)

HERE = Path(__file__).parent
START = "c57a91d3e840"
"""The head of the lesson's start."""
RENAME = "e03b7f62a9d4"
CONTRACT = "d7b2064f1ca8"
NOTE = "4a8d15e9c3f6"
INDEX = "b85d20e7f41c"
NOTE_FILE = Path("migrations", "versions", f"{NOTE}_add_note_to_orders.py")
INDEX_NAME = "ix_orders_state"
FORWARD_MESSAGE = "drop the index on state"
NEXT = "course_next"

TYPO = "nota"
NOTE_SOURCE = '''"""add note to orders"""
import sqlalchemy as sa
from alembic import op

revision = "4a8d15e9c3f6"
down_revision = "d7b2064f1ca8"


def upgrade() -> None:
    op.add_column("orders", sa.Column("note", sa.String(100)))
    op.execute("COMMENT ON COLUMN orders.{column} IS 'what the customer wrote'")


def downgrade() -> None:
    op.drop_column("orders", "note")
'''

NEXT_SOURCE = '''"""a revision of the check's"""
from alembic import op

revision = "{id}"
down_revision = {head!r}


def upgrade() -> None:
{body}

def downgrade() -> None:
    pass
'''
HELD = (
    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
    "WHERE locktype = 'advisory' AND granted AND datname = current_database()"
)
NO_LOCK = "no advisory lock is held"
ONCE = f"""    if not op.get_bind().exec_driver_sql("{HELD}").scalar():
        raise RuntimeError("{NO_LOCK}")
    op.execute("SELECT pg_sleep(1)")
    op.execute("CREATE TABLE course_once (id integer)")
"""
PAUSING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND state = 'idle in transaction' AND xact_start < clock_timestamp() - interval '1500 ms'"
)
STAYS_OPEN = "a session that pauses is in a transaction"
CONCURRENTLY = f"""    op.execute("SELECT pg_sleep(1)")
    with op.get_context().autocommit_block():
        op.execute("SELECT pg_sleep(1)")
        if op.get_bind().exec_driver_sql("{PAUSING}").scalar():
            raise RuntimeError("{STAYS_OPEN}")
        op.execute("CREATE INDEX CONCURRENTLY course_once ON users (name)")
"""
"""Builds an index, unless a session pauses in a transaction: the index may wait for it forever.

It doesn't always. psycopg prepares a statement that has run five times, and from then on, as with
one that has parameters, the transaction keeps a snapshot between statements.
"""
TABLE = """    op.execute("CREATE TABLE course_once (id integer)")
"""
PROBE_LOG = """
import logging
from alembic import command
from alembic.config import Config

logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
log = logging.getLogger("course.probe")
command.current(Config("alembic.ini"))
log.error("still here")
"""
LATER = """
import time
from alembic.config import main

time.sleep(1.5)
main(["upgrade", "head"], prog="alembic")
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
UNSET = """
import os
import runpy

os.environ.pop("READY_SECONDS", None)
runpy.run_path("ready.py", run_name="__main__")
"""
"""Runs ready.py without the variable, whatever the learner's kernel has set."""
NEWER = """
import psycopg
with psycopg.connect("dbname=course_shop") as shop:
    shop.execute("UPDATE alembic_version SET version_num = 'course_newer'")
"""
THREE = "python course_together.py" + ' "alembic upgrade head"' * 3
READY = 'python course_together.py "python ready.py"'
WITHOUT_SECONDS = 'python course_together.py "python course_ready.py" "python course_later.py"'
NO_END = "it did not end"
TWICE = ("already exists", "duplicate key value violates unique constraint")
"""What a CREATE says that comes after another's, or at the same moment."""


@except_for("gone", "by_hand", "way_back")
def see_it_fail(project: Project) -> Verdict:
    """The rename is applied, and it was a rollout that did it."""
    versions = project.database().versions()
    report = project.folder / "report.txt"
    if versions == (START,):
        return not_yet("not_migrated") if report.is_file() else not_started()
    if versions != (RENAME,):
        return not_yet("other_version", found=", ".join(versions) or "-")
    if "state" not in project.database().columns("orders"):
        return not_yet("stamped")
    return passed() if report.is_file() else not_yet("only_upgraded")


@except_for("gone", "back_loses")
def right_order(project: Project) -> Verdict:
    """The steps of release.txt lose nothing in a shop of our own, and the database is there."""
    release = project.folder / "release.txt"
    if not release.is_file():
        return not_yet("no_file")
    given = (HERE / "start" / "release.txt").read_text(encoding="utf-8")
    if release.read_text(encoding="utf-8").split() == given.split():
        return not_started()
    command = "python rollout.py release.txt"
    shop = start_sql(HERE, ".postgresql/course_shop")
    with trial(
        project, ("shell", command), database=shop, prepare=with_rollout, keep_going=True
    ) as [step]:
        if wrong := not_right(step):
            return wrong
    database = project.database()
    if database.versions() != (CONTRACT,):
        return not_yet("not_run", found=", ".join(database.versions()) or "-")
    columns = database.columns("orders")
    return passed() if "state" in columns and "status" not in columns else not_yet("stamped")


def not_right(step: Step) -> Verdict | None:
    """Say what a rollout on a copy lost or left undone; None if nothing."""
    lines = said(step).splitlines()
    report = dict(
        line.split(": ", 1) for line in lines if re.match(r"(running|failed|lost)\b.*: ", line)
    )
    if "failed requests" not in report:
        return not_yet("stops", said=lines[-1] if lines else "-")
    if not lines[0].startswith("start v1 "):
        return not_yet("without_v1")
    stopped = [line for line in lines if line.endswith(" failed")]
    if stopped:
        return not_yet("stops", said=stopped[0])
    for key, mistake in (("failed requests", "fails"), ("lost updates", "loses")):
        if report[key] != "0":
            return not_yet(mistake, reason=reason_below(lines, key))
    if step.database.versions() != (CONTRACT,) or report["running"] != "v4":
        versions = ", ".join(step.database.versions())
        return not_yet("unfinished", running=report["running"], found=versions)
    return None


def reason_below(lines: list[str], key: str) -> str:
    """Give the first reason that a report gives for what it counts."""
    at = next(number for number, line in enumerate(lines) if line.startswith(f"{key}:"))
    return lines[at + 1].strip()


def keep_log(project: Project) -> Verdict:
    """What calls Alembic with alembic.ini in its own process keeps its log."""

    def prepare(copy: Path) -> None:
        (copy / "course_probe.py").write_text(PROBE_LOG, encoding="utf-8")

    commands = (("shell", "python course_probe.py"), ("shell", "python migrate.py"))
    with trial(project, *commands, prepare=prepare, keep_going=True) as [probe, job]:
        if probe.error:
            return not_yet("stops", said=last_line(said(probe)))
        if "still here" in said(probe):
            return passed()
        return not_yet("only_job") if "failed" in said(job) else not_started()


def migrate_job(project: Project) -> Verdict:
    """The image migrates; a failing revision ends the job with a code, and is told."""
    in_image = ("shell", "python image.py")
    with trial(project, in_image, prepare=with_note("note"), keep_going=True) as [step]:
        has_note = "note" in step.database.columns("orders")
        migrated = has_note and NOTE in step.database.versions()
        code, image_said = failed(step), before_code(said(step))
    on_failure = ("shell", "python migrate.py")
    with trial(project, on_failure, prepare=with_note(TYPO), keep_going=True) as [step]:
        tells = failed(step)
        silent = TYPO not in said(step)
    if not migrated:
        return not_yet("image", said=image_said) if tells else not_started()
    if code:
        return not_yet("always_fails", said=image_said)
    if not tells:
        return not_yet("exit_zero")
    return not_yet("silent") if silent else passed()


def lock_env(project: Project) -> Verdict:
    """Three upgrades at once go well on copies, also with an index built CONCURRENTLY."""
    if project.heads() != (INDEX,):
        return not_yet("other_head", heads=", ".join(project.heads()))
    with together(project, ONCE, THREE) as step:
        failures = endings(step)
        if any(NO_LOCK in one for one in failures):
            return not_started()
        if failures:
            return not_yet(kind_of(failures), said=failures[0])
        if step.database.versions() != (NEXT,):
            return not_yet("rolled_back")
    with together(project, CONCURRENTLY, THREE) as step:
        if failures := endings(step):
            return over_index(failures)
        return passed() if step.database.versions() == (NEXT,) else not_yet("rolled_back")


def over_index(failures: list[str]) -> Verdict:
    """Say why the revision that builds an index CONCURRENTLY fails."""
    if any("deadlock" in one or NO_END in one for one in failures):
        return not_yet("blocks", said=failures[0])
    others = [one for one in failures if STAYS_OPEN not in one]
    return not_yet("lets_go", said=others[0]) if others else not_yet("stays_open")


def kind_of(failures: list[str]) -> str:
    """Say which mistake the first failure shows."""
    if any(NO_END in one for one in failures):
        return "never_ends"
    is_twice = any(words in one for one in failures for words in TWICE)
    return "late" if is_twice else "stops"


def wait_for_revision(project: Project) -> Verdict:
    """It lets through what is there or newer, waits for what comes, and refuses what does not."""
    if not (project.folder / "ready.py").is_file():
        return not_started()
    if project.database().versions() != project.heads():
        return not_yet("behind")
    with together(project, None, READY) as step:
        if failures := endings(step):
            return not_yet("refuses_head", said=failures[0])
    if wrong := lets_through(project):
        return wrong
    with together(project, TABLE, WITHOUT_SECONDS) as step:
        if failures := endings(step):
            return not_yet("does_not_wait", said=failures[0])
    with trial(
        project,
        ("python", "-c", NEWER),
        ("shell", READY),
        environment={"READY_SECONDS": "2", "TOGETHER_SECONDS": "15"},
        prepare=with_next(None, project),
    ) as steps:
        if failures := endings(steps[-1]):
            return not_yet("refuses_newer", said=failures[0])
    return passed()


def lets_through(project: Project) -> Verdict | None:
    """Say what is wrong where the revision does not come, and where there is none."""
    with trial(
        project,
        ("shell", READY),
        "forget",
        ("shell", READY),
        environment={"READY_SECONDS": "1", "TOGETHER_SECONDS": "15"},
        prepare=with_next(TABLE, project),
        keep_going=True,
    ) as [behind, _, empty]:
        for step, versions, mistake in (
            (behind, project.database().versions(), "too_early"),
            (empty, (), "empty_is_fine"),
        ):
            failures = endings(step)
            if step.database.versions() != versions:
                return not_yet("changes")
            if not failures:
                return not_yet(mistake)
            if NO_END in failures[0]:
                return not_yet("never_ends")
        return not_yet("changes") if empty.database.rows(TABLES) else None


def roll_forward(project: Project) -> Verdict:
    """A new revision after the released ones drops the index, and is applied."""
    new = [revision for revision in project.revisions() if revision.parents == (INDEX,)]
    if not new:
        return not_started()
    if project.heads() != (new[0].id,):
        return not_yet("two_revisions")
    if new[0].message.lower() != FORWARD_MESSAGE:
        return not_yet("other_message", found=new[0].message)
    commands = ("forget", f"upgrade {INDEX}", "upgrade head", "downgrade -1")
    with trial(project, *commands, keep_going=True) as steps:
        stopped = next((step.error for step in steps if step.error), None)
        if stopped:
            return not_yet("stops", said=stopped)
        if INDEX_NAME in steps[2].database.indexes("orders"):
            return not_yet("index_stays")
        index = steps[3].database.indexes("orders").get(INDEX_NAME)
        if index is None or index.columns != ("state",):
            return not_yet("no_way_back")
    database = project.database()
    if database.versions() != project.heads():
        return not_yet("not_applied")
    return not_yet("stamped") if INDEX_NAME in database.indexes("orders") else passed()


# --- what trials need ---


def with_rollout(copy: Path) -> None:
    """Put the lesson's own applications and users into a copy."""
    for file in (HERE / "start").glob("*.py"):
        if file.name == "rollout.py" or file.name.startswith(("app_", "service")):
            shutil.copyfile(file, copy / file.name)


def with_note(column: str) -> Callable[[Path], None]:
    """Let the note's revision go well, or fail, in a copy, whatever was made of it."""

    def prepare(copy: Path) -> None:
        (copy / NOTE_FILE).write_text(NOTE_SOURCE.format(column=column), encoding="utf-8")
        shutil.copyfile(HERE / "start" / "image.py", copy / "image.py")

    return prepare


def with_next(body: str | None, project: Project) -> Callable[[Path], None]:
    """Put one more revision into a copy, what runs commands at once, and what upgrades late."""
    [head] = project.heads()

    def prepare(copy: Path) -> None:
        shutil.copyfile(HERE / "start" / "together.py", copy / "course_together.py")
        (copy / "course_later.py").write_text(LATER, encoding="utf-8")
        (copy / "course_ready.py").write_text(UNSET, encoding="utf-8")
        if body is not None:
            source = NEXT_SOURCE.format(id=NEXT, head=head, body=body)
            file = copy / "migrations" / "versions" / f"{NEXT}.py"
            file.write_text(source, encoding="utf-8")

    return prepare


@contextmanager
def together(
    project: Project, body: str | None, command: str, **environment: str
) -> Iterator[Step]:
    """Run commands at once on a copy that has one more revision; give the step."""
    with trial(
        project,
        ("shell", command),
        environment={"TOGETHER_SECONDS": "15", **environment},
        prepare=with_next(body, project),
        keep_going=True,
    ) as [step]:
        yield step


def endings(step: Step) -> list[str]:
    """Give how those ended that did not go well."""
    failures = [line for line in said(step).splitlines() if line.startswith("failed: ")]
    return failures or ([last_line(said(step))] if failed(step) else [])


def said(step: Step) -> str:
    """Give what a step's lines wrote."""
    return "\n".join(line.said for line in step.lines).strip()


def failed(step: Step) -> bool:
    """Tell whether a line ended with another code than 0."""
    return any(line.failed for line in step.lines)


def last_line(text: str) -> str:
    """Give the last line of what something wrote."""
    return text.splitlines()[-1].strip() if text else "-"


def before_code(text: str) -> str:
    """Give the last line of what the image's command wrote."""
    return last_line("\n".join(line for line in text.splitlines() if "exit code " not in line))
