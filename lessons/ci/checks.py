"""Checks of lesson `ci`."""

import re
import shlex
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml

from course.checks import (
    Database,
    Project,
    ProjectError,
    Step,
    Verdict,
    asked,
    except_for,
    findings,
    not_started,
    not_yet,
    one_line,
    passed,
    start_files,
    trial,
)

HERE = Path(__file__).parent
VERSIONS = Path("migrations", "versions")
WORKFLOW = Path(".github", "workflows", "quiet.yml")
TESTS = Path("tests", "test_migrations.py")
REQUESTS = "pull_requests"

START = "c57a91d3e840"
"""The head of the lesson's start, which Jun's revision follows at first."""
JUNS = "d41f8a20c6b7"
COUPONS = "6f2a9d83b1c4"
STOCK = "b7d2057ce34f"
"""The head before exercise 1."""
PHONE_MESSAGE = "add phone to users"
PERCENT_CHECK = "ck_coupons_percent"

USERS = sa.Table(
    "users",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(50), nullable=False),
    sa.Column("email", sa.String(100), nullable=False, unique=True),
    sa.Column("phone", sa.String(20)),
)
WITH_POINTS = USERS.to_metadata(sa.MetaData())
WITH_POINTS.append_column(sa.Column("points", sa.Integer, nullable=False))

ADD_ROWS = """
import sqlite3
shop = sqlite3.connect("shop.db")
shop.execute("INSERT INTO users (id, name, email) VALUES (7, 'O''Hara', 'o@example.com')")
shop.execute("INSERT INTO users (id, name, email) VALUES (977, '50%', 'half@example.com')")
shop.execute("INSERT INTO products (id, title, price) VALUES (5, 'Ink', 0), (977, 'Desk', 90000)")
shop.commit()
shop.close()
"""

GIVEN = """
import sqlalchemy as sa
from alembic import command, config

def users(connection):
    return "users" in sa.inspect(connection).get_table_names()

engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
for kind in ("engine", "connection"):
    settings = config.Config("alembic.ini")
    try:
        if kind == "engine":
            settings.attributes["connection"] = engine
            command.upgrade(settings, "head")
            with engine.connect() as connection:
                found = users(connection)
        else:
            other = sa.create_engine("sqlite://")
            with other.connect() as connection:
                settings.attributes["connection"] = connection
                command.upgrade(settings, "head")
                found = users(connection)
        print("=", kind, "used" if found else "ignored")
    except Exception as error:
        print("=", kind, "failed", type(error).__name__ + ":", *str(error).split())
"""
ANSWERED = re.compile(r"^= (engine|connection) (used|ignored|failed)(.*)$", re.MULTILINE)

FOUR = (
    *("test_model_definitions_match_ddl", "test_single_head_revision"),
    *("test_up_down_consistency", "test_upgrade"),
)
NO_TRACE = "test_downgrade_leaves_no_trace"
PYTEST = "python -m pytest -o addopts= -rA -q --tb=line -p no:cacheprovider -p no:nbval -p no:xdist"
RAN = re.compile(r"^(PASSED|FAILED|ERROR) (\S+)", re.MULTILINE)


def add_revision(project: Project) -> Verdict:
    """A revision brings an empty database to the models, and shop.db has it."""
    with trial(project, "forget", "upgrade head", "check") as steps:
        differing = asked(steps[1].went_well(), [USERS])
        compared = steps[2].compared
    if "phone" not in compared.models.get("users", ()):
        return not_yet("model_taken_back")
    here = project.database()
    new = [one for one in project.revisions() if START in one.parents]
    if differing:
        if new:
            return not_yet("revision_misses_it", revision=new[-1].id, differing=named(differing))
        return not_yet("only_here") if "phone" in here.columns("users") else not_started()
    if compared.differences:
        return not_yet("differs", found=f"`{compared.differences[0].table}`")
    if new and PHONE_MESSAGE not in {one.message.lower() for one in new}:
        return not_yet("other_message", found=new[-1].message)
    return passed() if here.versions() == project.heads() else not_yet("not_applied")


def named(differing: Iterable[object]) -> str:
    """List what differs."""
    return ", ".join(f"`{one}`" for one in differing)


def one_head(project: Project) -> Verdict:
    """Jun's revision comes after the one with the phone, and shop.db is there."""
    below = {one.id: tuple(one.parents) for one in project.revisions()}
    if JUNS not in below:
        return not_yet("juns_gone")
    heads = project.heads()
    if len(heads) > 1:
        return not_started() if below[JUNS] == (START,) else not_yet("two_left")
    if heads != (JUNS,):
        return not_yet("other_head", head=heads[0])
    with trial(project, "forget", "upgrade head", "check") as steps:
        steps[1].went_well()
        left = steps[2].compared.differences
    if left:
        return not_yet("differs", found=f"`{left[0].table}`")
    versions = project.database().versions()
    if len(versions) > 1:
        return not_yet("two_rows")
    return passed() if versions == heads else not_yet("not_applied")


def given_connection(project: Project) -> Verdict:
    """env.py uses an engine and a connection that it is given, and connects by itself otherwise."""
    with trial(project, ("python", "-c", GIVEN), "forget", "upgrade head") as steps:
        answers = {
            kind: (how, said.strip()) for kind, how, said in ANSWERED.findall(steps[0].printed)
        }
        for step in steps:
            step.went_well()
        alone = "users" in steps[-1].database.tables()
    if all(how == "ignored" for how, _ in answers.values()):
        return not_started()
    for kind, (how, said) in answers.items():
        if how != "used":
            return not_yet(f"{kind}_{how}", **({"said": said} if how == "failed" else {}))
    return passed() if alone else not_yet("own_ignored")


def no_trace(project: Project) -> Verdict:
    """Run by pytest, the four tests are there, and the experimental one fails."""
    with trial(project, ("shell", f"{PYTEST} {TESTS.as_posix()}")) as steps:
        said = steps[0].lines[0].said
    ran = {name.rpartition("::")[2]: how for how, name in RAN.findall(said)}
    if not ran or "ERROR" in ran.values():
        return not_yet("broken", said=reason_of(said))
    lost = [name for name in FOUR if name not in ran]
    if lost:
        return not_yet("tests_lost", names=", ".join(f"`{name}`" for name in lost))
    if NO_TRACE not in ran:
        others = ", ".join(f"`{name}`" for name in ran if name not in FOUR)
        return not_yet("other_tests", names=others) if others else not_started()
    return passed() if ran[NO_TRACE] == "FAILED" else not_yet("not_red")


def reason_of(said: str) -> str:
    """Give the line in which pytest names the error of a file or fixture, or its last line."""
    before = said.partition(" FAILURES ")[0].splitlines()
    marked = [line.removeprefix("E").strip() for line in before if line.startswith("E ")]
    errors = [line for line in marked if "Error" in line]
    return (errors or marked or said.strip().splitlines() or [""])[-1][:300]


def heed_review(project: Project) -> Verdict:
    """Review finds nothing, existing products get 10, the way back takes it, shop.db has it."""
    found = findings(project)
    if {one.rule for one in found} >= {"empty_message", "unnamed_constraint", "required_column"}:
        return not_started()
    with trial(project, *with_rows(JUNS), "check", f"downgrade {JUNS}", database="") as steps:
        stopped = stopped_at(steps)
        if stopped:
            return not_yet("stops", command=stopped.command, said=stopped.error)
        up, back = steps[2].database, steps[4].database
        if steps[3].compared.differences or "percent" not in up.columns("coupons"):
            return not_yet("differs")
        stock = up.rows("SELECT DISTINCT stock FROM products")
        kept = "stock" in back.columns("products") or "coupons" in back.tables()
        coupons = up.table("coupons")
        checks = {one.name for one in coupons.checks} if coupons else set()
        applied = judge_shop(project.database(), up)
    if stock != [(10,)]:
        return not_yet("other_stock", found=", ".join(str(value) for (value,) in stock))
    if found:
        return not_yet("found", names=", ".join(sorted({f"`{one.rule}`" for one in found})))
    if PERCENT_CHECK not in checks:
        return not_yet("check_lost")
    return not_yet("stays") if kept else applied


def judge_shop(here: Database, made: Database) -> Verdict:
    """Judge shop.db by a database that the revisions made as they are now."""
    if here.versions() in ((COUPONS,), (STOCK,)) and "coupons" not in here.tables():
        return not_yet("only_version")
    old = made_before(here, made)
    if old:
        return not_yet("ran_before", table=old)
    return passed() if here.versions() == (STOCK,) else not_yet("not_applied")


def made_before(here: Database, made: Database) -> str | None:
    """Name the table that a revision made in shop.db before it was edited; None if none."""
    applied: dict[tuple[str, ...], list[str]] = {
        (COUPONS,): ["coupons"],
        (STOCK,): ["coupons", "products"],
    }
    for name in applied.get(here.versions(), ()):
        one, other = here.table(name), made.table(name)
        if one and other and (one.columns, one.checks) != (other.columns, other.checks):
            return name
    return None


def with_rows(revision: str) -> tuple[Any, ...]:
    """Give the steps that bring rows to a revision and then go to the head."""
    return (f"upgrade {revision}", ("python", "-c", ADD_ROWS), "upgrade head")


def stopped_at(steps: list[Step]) -> Step | None:
    """Give the step that failed; `check` has words of its own."""
    return next((one for one in steps if one.error), None)


def forgotten_migration(project: Project) -> Verdict:
    """The models are reached from nothing and from rows, users have 0 points, shop.db has it."""
    with trial(project, "forget", "upgrade head", "check") as steps:
        differing = asked(steps[1].went_well(), [WITH_POINTS])
        compared = steps[2].compared
    if "points" not in compared.models.get("users", ()):
        return not_yet("model_taken_back")
    here = project.database()
    if compared.differences:
        new = [one.id for one in project.revisions() if STOCK in one.parents]
        if new:
            found = named(differing) or f"`{compared.differences[0].table}`"
            return not_yet("revision_misses_it", revision=new[0], differing=found)
        return not_yet("only_here") if "points" in here.columns("users") else not_started()
    if differing:
        return not_yet("model_changed", differing=named(differing))
    with trial(
        project, *with_rows(STOCK), f"downgrade {STOCK}", "upgrade head", database=""
    ) as steps:
        if len(steps) < 3:
            raise ProjectError("other", said=steps[-1].error or STOCK)
        if steps[2].error:
            return not_yet("rows_refused", said=steps[2].error)
        points = steps[2].database.rows("SELECT points FROM users ORDER BY id")
        if points != [(0,), (0,)]:
            listed = ", ".join("NULL" if one is None else str(one) for (one,) in points)
            return not_yet("other_points", found=listed or "–")
        if steps[-1].error:
            return not_yet("no_way_down", said=steps[-1].error)
    return passed() if here.versions() == project.heads() else not_yet("not_applied")


@except_for("by_hand", "way_back", "gone")
def workflow(project: Project) -> Verdict:
    """The workflow is green on a good pull request, and red on each of three broken ones."""
    read = read_workflow(project.folder / WORKFLOW)
    if not read.on_pull_request:
        return not_yet("not_triggered")
    good = run_job(project, read)
    if good.red:
        if "Target database is not up to date" in good.said:
            return not_yet("too_early", line=good.red)
        if "SHOP_DATABASE_URL" in good.said:
            return not_yet("no_url", line=good.red)
        return not_yet("red_when_good", line=good.red, said=good.said)
    broken = {kind: run_job(project, read, spoil) for kind, spoil in BROKEN.items()}
    green = [kind for kind, job in broken.items() if not job.red]
    if not green:
        return passed()
    if good.hidden and len(green) == len(BROKEN):
        return not_started()
    if broken[green[0]].hidden:
        return not_yet("swallowed", line=broken[green[0]].hidden)
    if read.skipped:
        return not_yet("skipped", condition=read.skipped)
    return not_yet(green[0])


@dataclass(frozen=True)
class WorkflowStep:
    """A `run` step: its lines, its variables and folder, and whether its failure counts."""

    lines: tuple[str, ...]
    environment: dict[str, str]
    folder: str
    ignored: bool


@dataclass(frozen=True)
class Workflow:
    """A workflow as far as its commands go; `skipped` is an `if` that keeps a step from running."""

    steps: tuple[WorkflowStep, ...]
    on_pull_request: bool
    skipped: str


@dataclass(frozen=True)
class Job:
    """How a job ended: the line that turned it red, and one whose failure it did not count."""

    red: str | None
    hidden: str | None
    said: str


Keys = dict[Any, Any]
RUNNING = re.compile(
    r"^(?:\$\{\{)?\s*(?:always\(\)|success\(\)|!\s*cancelled\(\)|true"
    r"|github\.event_name\s*==\s*['\"]pull_request['\"])\s*(?:\}\})?$"
)
"""A condition that holds on a pull request as long as nothing has failed."""
CONTROL = re.compile(
    r"^\s*(?:set|if|for|while|until|case|cd|export|function)\b|<<|^\w+=\S*\s*$", re.MULTILINE
)
"""What makes lines one script, that can't be run line by line."""
RUNNERS = re.compile(
    r"(?:^|(?<=&& )|(?<=; ))"
    r"(?:(?:uv|poetry|pdm|pipenv|hatch|rye) run(?:\s+--?[\w-]+(?:=\S+)?)*\s+)+"
)
AS_MODULE = re.compile(r"^python3? -m alembic\b")
INSTALLS = re.compile(
    r"^(?:sudo\s+)?(?:(?:python3?|py)\s+-m\s+)?(?:pipx?|pipx|apt|apt-get|curl|conda|brew)\b"
    r"|^(?:uv|poetry|pdm|pipenv|hatch|rye)\s+(?!run\b)\w+|^python3?\s+-m\s+(?:venv|ensurepip)\b"
    r"|^(?:source|\.)\s+\S*activate\b"
)
THEN = re.compile(r"""\s*(?:&&|;)\s*(?=(?:[^"']|"[^"]*"|'[^']*')*$)""")
"""What joins two commands on a line, outside quotes."""


def read_workflow(file: Path) -> Workflow:
    """Read the `run` steps of a workflow, those left out that install packages.

    Raises ProjectError where the file cannot be read as a workflow.
    """
    try:
        keys = yaml.safe_load(file.read_text(encoding="utf-8"))
        jobs = list(keys["jobs"].values())
        steps, skipped = [], ""
        for job in jobs:
            for step in job.get("steps") or []:
                condition = skipped_by(job) or skipped_by(step)
                wanted = commands(str(step.get("run") or ""))
                if wanted and condition:
                    skipped = skipped or condition
                elif wanted:
                    steps.append(workflow_step(wanted, keys, job, step))
        return Workflow(tuple(steps), on_pull_request(keys), skipped)
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise ProjectError("other", said=f"{file.name}: {one_line(error)}") from None


def workflow_step(lines: tuple[str, ...], keys: Keys, job: Keys, step: Keys) -> WorkflowStep:
    """Give a step with what the workflow, its job and itself say of it."""
    environment: dict[str, str] = {}
    folder = ""
    for level in (keys, job, step):
        environment |= {str(name): str(value) for name, value in (level.get("env") or {}).items()}
        defaults = ((level.get("defaults") or {}).get("run") or {}).get("working-directory")
        folder = str(level.get("working-directory") or defaults or folder)
    ignored = any(is_true(level.get("continue-on-error")) for level in (job, step))
    return WorkflowStep(lines, environment, folder, ignored)


def is_true(value: object) -> bool:
    """Tell whether a key is switched on, as YAML or as an expression."""
    return value is True or str(value).strip(" ${}").lower() == "true"


def skipped_by(keys: Keys) -> str:
    """Give the condition that keeps a job or a step from running on a pull request; '' if none."""
    condition = keys.get("if", True)
    return "" if condition is True or RUNNING.match(str(condition).strip()) else str(condition)


def on_pull_request(keys: Keys) -> bool:
    """Tell whether a pull request starts the workflow; PyYAML reads `on` as true."""
    events = keys.get("on", keys.get(True))
    named = [events] if isinstance(events, str) else list(events or [])
    pushed = events.get("push") if isinstance(events, dict) else None
    return "pull_request" in named or ("push" in named and not pushed)


def after_installs(line: str) -> str:
    """Give what a line does after it installed packages, as `pip install … && alembic …`."""
    while INSTALLS.match(line):
        line = [*THEN.split(line, maxsplit=1), ""][1]
    return line


def commands(run: str) -> tuple[str, ...]:
    """Give what a `run` step does besides installing: line by line, or one script."""
    lines = [line.strip() for line in run.replace("\\\n", " ").splitlines()]
    lines = [after_installs(RUNNERS.sub("", line)) for line in lines if not line.startswith("#")]
    wanted = [AS_MODULE.sub("alembic", line) for line in lines if line]
    if wanted and CONTROL.search("\n".join(wanted)):
        return (as_script("\n".join(wanted)),)
    return tuple(wanted)


ENTER = """
import os
os.environ.pop("SHOP_DATABASE_URL", None)
os.environ.update({environment!r})
os.chdir(os.path.join(os.environ.setdefault("GITHUB_WORKSPACE", os.getcwd()), {folder!r}))
"""
"""What a step begins with: the job's own variables alone, and its folder."""


def run_job(project: Project, read: Workflow, spoil: Callable[[Path], None] | None = None) -> Job:
    """Run the steps as a job of GitHub does, in a copy without a database that may be spoiled."""

    def prepare(copy: Path) -> None:
        as_committed(copy)
        if spoil is not None:
            spoil(copy)

    script: list[tuple[str, ...]] = []
    for step in read.steps:
        enter = ENTER.format(environment=step.environment, folder=step.folder or ".")
        script += [("python", "-c", enter), ("shell", *step.lines)]
    if not script:
        return Job(None, None, "")
    with trial(project, *script, throwaway=True, keep_going=True, prepare=prepare) as ran:
        return ended(read.steps, ran)


def ended(steps: tuple[WorkflowStep, ...], ran: list[Step]) -> Job:
    """Say how a job ended; what entered a step's folder and what ran there come in pairs."""
    hidden = None
    for step, entered, result in zip(steps, ran[::2], ran[1::2], strict=True):
        lines = [(line.line, line.failed, line.said) for line in result.lines]
        if entered.error:
            lines = [(step.lines[0], True, entered.error)]
        for line, failed, said in lines:
            shown = line.removeprefix(AS_SCRIPT).strip("'").splitlines()[0]
            if failed and not step.ignored:
                return Job(shown, hidden, last_line(said))
            if failed or any(mark in said for mark in COMPLAINTS):
                hidden = hidden or shown
    return Job(None, hidden, "")


AS_SCRIPT = "bash -e -c "
"""GitHub's shell for a `run` step."""


def as_script(lines: str) -> str:
    """Give lines as one command for a terminal."""
    return AS_SCRIPT + shlex.quote(lines)


COMPLAINTS = ("FAILED", "Traceback", "Error:")


def last_line(said: str) -> str:
    """Give the last line that is not empty."""
    return ([line for line in said.splitlines() if line.strip()] or [""])[-1].strip()


NOTE = '''"""add note to orders"""

from alembic import op
import sqlalchemy as sa

revision = "{id}"
down_revision = "c57a91d3e840"


def upgrade() -> None:
    op.add_column("orders", sa.Column("{column}", sa.String(50)))


def downgrade() -> None:
    {back}
'''
NOTE_MODEL = "    {column}: Mapped[str | None] = mapped_column(String(50))\n"


def as_committed(folder: Path) -> None:
    """Make of a copy the other team's project: the start's files, one more revision, no tests."""
    for emptied in (VERSIONS, "tests", REQUESTS):
        shutil.rmtree(folder / emptied, ignore_errors=True)
    for name, file in start_files(HERE).items():
        if not name.endswith((".sql", ".yml")) and not name.startswith(REQUESTS):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, folder / name)
    add_column(folder, "a90c3e57b214", "note")


def add_column(folder: Path, revision: str, column: str, back: str = "") -> None:
    """Add a column to orders, by model and revision."""
    with (folder / "models.py").open("a", encoding="utf-8") as models:
        models.write(NOTE_MODEL.format(column=column))
    way = back or f'op.drop_column("orders", "{column}")'
    text = NOTE.format(id=revision, column=column, back=way)
    (folder / VERSIONS / f"{revision}_.py").write_text(text, encoding="utf-8")


def forget_a_revision(folder: Path) -> None:
    """Give the models a column that no revision adds."""
    with (folder / "models.py").open("a", encoding="utf-8") as models:
        models.write(NOTE_MODEL.format(column="forgotten"))


def empty_a_downgrade(folder: Path) -> None:
    """Empty the `downgrade()` of the last revision."""
    text = NOTE.format(id="a90c3e57b214", column="note", back="pass")
    (folder / VERSIONS / "a90c3e57b214_.py").write_text(text, encoding="utf-8")


def add_a_head(folder: Path) -> None:
    """Add a second revision after the same one."""
    add_column(folder, "b81d4f68c325", "label")


BROKEN: dict[str, Callable[[Path], None]] = {
    "nothing_compared": forget_a_revision,
    "column_left": empty_a_downgrade,
    "heads_taken": add_a_head,
}
"""The broken pull requests, by the mistake of a workflow that stays green on them."""
