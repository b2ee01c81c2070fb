"""Checks of lesson `async`."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from course.checks import (
    Attempt,
    Database,
    Project,
    ProjectError,
    Verdict,
    connections,
    findings,
    not_started,
    not_yet,
    one_line,
    passed,
    start_files,
    start_sql,
    trial,
)

LESSON = Path(__file__).parent
URL = "sqlite+aiosqlite:///shop.db"
ENVIRONMENT = {"SHOP_DATABASE_URL": URL}
TABLES = {"users", "products", "orders"}
ASYNC_DRIVER = "sqlite+aiosqlite"
MISMATCHES = {"MissingGreenlet": "sync_engine", "is not async": "sync_driver"}
MARK = "only_alembic_knows"


def lay_out(project: Project) -> Verdict:
    """`migrations` is an environment of the async template."""
    if not project.has_settings():
        return not_started()
    folder = Path(project.scripts().dir)
    if folder != project.folder / "migrations":
        return not_yet("other_folder", folder=folder.name)
    is_async = "async_engine_from_config" in (folder / "env.py").read_text(encoding="utf-8")
    return passed() if is_async else not_yet("other_template")


def generate(project: Project) -> Verdict:
    """One revision, found by its message, makes the three tables, and is applied."""
    revisions = project.revisions()
    if not revisions:
        return not_started()
    with trial(project, "upgrade head", environment=ENVIRONMENT, database="") as [step]:
        made = set(step.went_well().tables())
    if not made >= TABLES:
        return not_yet("not_made", missing=_named(TABLES - made))
    files = [*(project.folder / "migrations" / "versions").glob("*_create_shop_tables.py")]
    if len(files) != 1 or len(revisions) != 1:
        return not_yet("other_message", found=", ".join(f"`{one.message}`" for one in revisions))
    return passed() if _is_applied(project) else not_yet("not_applied")


def to_async(project: Project) -> Verdict:
    """The engine that connects to old_shop/shop.db is async; models, revisions and rows stay."""
    old = Project(project.folder, "old_shop/alembic.ini")
    try:
        wrong = _wrong_engine(old)
    except ProjectError as reason:
        said = str(reason.values.get("said", ""))
        mistake = next((name for part, name in MISMATCHES.items() if part in said), None)
        if mistake is None:
            raise
        return not_yet(mistake, stopped=said.partition(". ")[0])
    return wrong or _kept(old) or passed()


def _wrong_engine(old: Project) -> Verdict | None:
    """Say what is wrong with the engine that env.py makes; None where nothing is."""
    settings = "old_shop/alembic.ini"
    [found] = connections(old.folder, settings, (Attempt(),), ENVIRONMENT)
    if found.driver == ASYNC_DRIVER and not old.url().get_dialect().is_async:
        return not_yet("url_left")
    with trial(old, "check", environment=ENVIRONMENT) as [step]:
        if found.driver and found.driver != ASYNC_DRIVER:
            is_async = old.url().get_dialect().is_async
            return not_yet("url_alone") if is_async else not_started()
        if step.connected not in (None, "old_shop/shop.db"):
            return not_yet("other_database", file=step.connected)
        if "MetaData" in (step.error or ""):
            return not_yet("no_models")
        found_models = step.went_well() and step.compared
        if not found_models.metadata:
            return not_yet("no_models" if _makes_tables(old) else "not_run")
        if not found_models.models:
            return not_yet("no_models")
    return None


def _makes_tables(old: Project) -> bool:
    with trial(old, "upgrade head", environment=ENVIRONMENT, database="") as [step]:
        return bool(step.database.tables())


def _kept(old: Project) -> Verdict | None:
    """Say what of old_shop's revisions and rows is no longer as it was."""
    for name, file in start_files(LESSON).items():
        if "old_shop/migrations/versions/" in name:
            there = old.folder / name
            if not there.is_file() or there.read_bytes() != file.read_bytes():
                return not_yet("revisions_changed", file=name)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(start_sql(LESSON, "old_shop/shop.db"))
        wanted = {name: _rows(connection, name) for name in sorted(TABLES)}
    with closing(sqlite3.connect(old.folder / "old_shop" / "shop.db")) as connection:
        try:
            there_now = {name: _rows(connection, name) for name in sorted(TABLES)}
        except sqlite3.Error as error:
            return not_yet("rows_changed", said=one_line(error))
    lost = [name for name in wanted if wanted[name] != there_now[name]]
    return not_yet("rows_changed", said=_named(lost)) if lost else None


def _rows(connection: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    return connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()


def in_thread(project: Project) -> Verdict:
    """app.py migrates an empty database inside its running loop, and reads the orders."""
    with running(project, "app.py") as ran:
        return ran.wrong() or (passed() if "orders: 0" in ran.said else not_yet("no_orders"))


def keep_log(project: Project) -> Verdict:
    """Both lines of app.py's log appear, and the command line still has Alembic's."""
    with running(project, "app.py") as ran:
        if ran.failed:
            return not_yet("app_stops", said=_last(ran.said))
        if "starting" not in ran.said:
            return not_yet("log_gone")
        if "migrated" not in ran.said:
            return not_started() if "INFO" in ran.said else not_yet("line_gone")
    with running(project, "-m alembic current") as ran:
        return passed() if "INFO" in ran.said else not_yet("quiet_command_line")


def migrate_at_start(project: Project) -> Verdict:
    """serve.py has Alembic migrate its database, in a file or in memory, adds a product, and logs.

    The copy has one more revision, which only Alembic can know of.
    """
    heads = project.heads()

    def add_revision(copy: Path) -> None:
        (copy / "migrations" / "versions" / f"{MARK}.py").write_text(
            f"from alembic import op\nimport sqlalchemy as sa\nrevision = {MARK!r}\n"
            f"down_revision = {heads!r}\n\n\ndef upgrade():\n"
            f"    op.create_table({MARK!r}, sa.Column('id', sa.Integer))\n\n\n"
            f"def downgrade():\n    op.drop_table({MARK!r})\n",
            encoding="utf-8",
        )

    with running(project, f"serve.py {URL}", add_revision) as ran:
        if "no such table" not in ran.said:
            for finding in findings(project, "create_all"):
                return not_yet("create_all", file=finding.file)
        wrong = ran.wrong()
        if wrong is not None:
            return wrong
        if MARK not in ran.database.tables():
            return not_yet("not_by_alembic")
        if not ran.database.count("products"):
            return not_yet("no_product")
        logged = [line for line in ("starting", "product added") if line not in ran.said]
        if logged:
            return not_yet("log_gone", missing=_named(logged))
    with running(project, "serve.py") as ran:
        if ran.failed:
            return not_yet("in_memory", printed=_last(ran.said))
        return not_yet("not_in_memory") if ran.database.tables() else passed()


@dataclass(frozen=True)
class Ran:
    """What a program printed, whether it failed, and the database that it left."""

    said: str
    failed: bool
    database: Database

    def wrong(self) -> Verdict | None:
        """Say why it did not migrate an empty database; None where it did."""
        if "running event loop" in self.said:
            return not_started()
        if "no such table" in self.said:
            return not_yet("not_awaited", printed=_last(self.said))
        if self.failed:
            return not_yet("stops", said=_last(self.said))
        if not set(self.database.tables()) >= TABLES:
            return not_yet("not_awaited", printed=_last(self.said))
        return None if self.database.versions() else not_yet("not_committed")


@contextmanager
def running(
    project: Project, program: str, prepare: Callable[[Path], object] | None = None
) -> Iterator[Ran]:
    """Run a program on a copy with an empty database, as a terminal does: logging is global."""
    command = ("shell", f"python -W ignore {program}")
    with trial(project, command, database="", environment=ENVIRONMENT, prepare=prepare) as [step]:
        said = "\n".join(line.said for line in step.lines)
        failed = any(line.failed for line in step.lines)
        yield Ran(said, failed, step.database)


def _last(printed: str) -> str:
    """Give the last line that names an error, else the last line."""
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    named = [line for line in lines if re.match(r"[\w.]*(Error|Exception|Greenlet)\b", line)]
    return (named or lines or [""])[-1]


def _is_applied(project: Project) -> bool:
    path = project.folder / "shop.db"
    database = Database(path, project.folder)
    try:
        return database.versions() == project.heads() and set(database.tables()) >= TABLES
    except ProjectError:
        return False


def _named(things: object) -> str:
    return ", ".join(f"`{one}`" for one in sorted(things))  # type: ignore[call-overload]
