"""Checks of lesson `application`: where env.py connects, what programs and tests do on copies."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from course.checks import (
    Attempt,
    Connected,
    Database,
    Project,
    ProjectError,
    Step,
    Verdict,
    asked,
    connections,
    not_started,
    not_yet,
    passed,
    start_sql,
    trial,
)

LESSON = Path(__file__).parent
SHOP = LESSON.parent / "_shop"
VARIABLE = "SHOP_DATABASE_URL"
OTHER_VARIABLE = "CHECK_DATABASE_URL"
PERCENT = "sqlite+aiosqlite:///check%2525percent.db"
"""A URL that a second decoding, or a second encoding, turns into another."""
SERVER = "postgresql://check:p%25w@db.invalid/check"
"""The URL of a server that nothing connects to."""
ORDERS = "8d24e6b05f17:c57a91d3e840"
HANDED_OVER = f"""
import io
from unittest import mock

from alembic import command
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from sqlalchemy import make_url

configure = EnvironmentContext.configure


def tell(self, connection=None, url=None, **options):
    print(make_url(url).render_as_string(hide_password=False))
    return configure(self, connection, url, **options)


config = Config({{settings!r}}, output_buffer=io.StringIO())
with mock.patch.object(EnvironmentContext, "configure", tell):
    command.upgrade(config, "{ORDERS}", sql=True)
"""
"""Prints the URL that env.py hands over for --sql, with its password."""
TABLES = {"users", "products", "orders"}
BEFORE_STOCK = "c57a91d3e840"


OTHER_PREFIX = """

class _Other(Settings):
    model_config = {**Settings.model_config, "env_prefix": "CHECK_"}


Settings = _Other
"""
"""Put at the end of settings.py: its variables have other names from here on."""


def settings_url(project: Project) -> Verdict:
    """env.py takes its URL from Settings as it is, offline too, and alembic.ini has none."""
    plain, percent = connections(
        project.folder,
        project.settings.name,
        (
            Attempt({VARIABLE: "sqlite+aiosqlite:///check_plain.db"}),
            Attempt({VARIABLE: PERCENT}),
        ),
    )
    in_file = has_url(project)
    _raise(plain)
    if plain.database != "check_plain.db":
        return not_started() if in_file else not_yet("other_place", place=plain.database or "")
    if percent.trouble or percent.database != sa.make_url(PERCENT).database:
        said = percent.trouble.said if percent.trouble else str(percent.database)
        return not_yet("percent", said=said)
    return from_elsewhere(project) or offline(project) or left_in_file(in_file) or passed()


def has_url(project: Project) -> bool:
    """Tell whether any section of alembic.ini has a value for the URL."""
    file = project.config().file_config
    return any(file[name].get("sqlalchemy.url", raw=True) for name in ("DEFAULT", *file.sections()))


def left_in_file(in_file: bool) -> Verdict | None:
    """Say that nobody reads the URL that alembic.ini has."""
    return not_yet("in_file") if in_file else None


def _raise(connected: Connected) -> None:
    if connected.trouble:
        raise ProjectError(connected.trouble.key, **connected.trouble.values)


def from_elsewhere(project: Project) -> Verdict | None:
    """Say where env.py connects although Settings names another place."""

    def rename(copy: Path) -> None:
        with (copy / "settings.py").open("a", encoding="utf-8") as settings:
            settings.write(OTHER_PREFIX)

    environment = {
        VARIABLE: "sqlite+aiosqlite:///check_elsewhere.db",
        OTHER_VARIABLE: "sqlite+aiosqlite:///check_settings.db",
    }
    with trial(project, "upgrade head", environment=environment, prepare=rename) as [step]:
        if step.connected == "check_settings.db":
            return None
        return not_yet("not_settings")


def offline(project: Project) -> Verdict | None:
    """Say what is wrong with the SQL that env.py writes for the URL of a server, or its URL."""
    handed_over = ("python", "-c", HANDED_OVER.format(settings=project.settings.name))
    commands = (f"sql {ORDERS}", handed_over)
    with trial(project, *commands, environment={VARIABLE: SERVER}) as [step, *further]:
        if step.error:
            return not_yet("offline_stops", said=step.error)
        if "SERIAL" not in step.script:
            return not_yet("offline_url")
        url = further[0].printed.strip()
        return None if url == SERVER else not_yet("offline_changed", url=url)


# --- the application ---

START = """
import asyncio
import json


async def ask():
    told = {"started": False, "rows": None, "error": "", "runtime": False}
    try:
        from httpx import ASGITransport, AsyncClient

        from app import app

        async with app.router.lifespan_context(app):
            told["started"] = True
            transport = ASGITransport(app=app)
            async with AsyncClient(transport=transport, base_url="http://shop") as client:
                answer = await client.get("/products")
            told["rows"] = answer.json()
    except (Exception, SystemExit) as error:
        told["error"] = f"{type(error).__name__}: {error}"
        told["runtime"] = isinstance(error, RuntimeError)
    print("TOLD" + json.dumps(told))


asyncio.run(ask())
"""
"""Starts app.py as ask.py does, and says how far it came."""

UNKNOWN = """
import sqlite3

connection = sqlite3.connect("check_start.db")
connection.execute("UPDATE alembic_version SET version_num = 'f00df00df00d'")
connection.commit()
connection.close()
"""
"""Puts the database at a revision that no file has."""

REVISION = """from alembic import op
import sqlalchemy as sa

revision = "check_new_head"
down_revision = {parent!r}


def upgrade():
    {upgrade}


def downgrade():
    pass
"""
URL = {VARIABLE: "sqlite+aiosqlite:///check_start.db"}
ROWS = [{"title": "O'Hara 100%", "price": 0}, {"title": "", "price": 990}]
OTHER_ROWS = """
DELETE FROM products;
INSERT INTO products (id, title, price) VALUES (3, 'O''Hara 100%', 0), (7, '', 990);
"""
RUN = ("python", "-c", START)


@dataclass(frozen=True)
class Start:
    """How a start of app.py ended, and the database after it."""

    started: bool
    rows: object
    error: str
    runtime: bool
    database: Database


def refuse_start(project: Project) -> Verdict:
    """app.py serves at the head; anywhere else it raises, and leaves the database as it is."""
    to_unknown = ("python", "-c", UNKNOWN)
    commands = ("upgrade head", RUN, "downgrade -1", RUN, "upgrade head", to_unknown, RUN)
    with trial(
        project,
        *(*commands, "forget", RUN),
        database=shop_sql(),
        environment=URL,
        keep_going=True,
    ) as steps:
        before, at_unknown = steps[2].went_well(), steps[5].went_well()
        served, behind, unknown, empty = (_told(steps[at]) for at in (1, 3, 6, 8))
        wrong = not_served(served)
        if wrong is None and behind.started and unknown.started and empty.started:
            return not_started()
        return (
            wrong
            or changed(before, behind)
            or changed(at_unknown, unknown)
            or filled(empty)
            or accepted(behind=behind, unknown=unknown, empty=empty)
            or new_head(project)
            or other_error(behind, unknown, empty)
            or passed()
        )


def shop_sql() -> str:
    """Give the shop as it was before stock, with other products than the lesson's."""
    return start_sql(SHOP) + OTHER_ROWS


def _told(step: Step) -> Start:
    _, mark, told = step.printed.rpartition("TOLD")
    if not mark:
        raise ProjectError("raised", said=step.error or step.printed.strip())
    values = json.loads(told.splitlines()[0])
    return Start(
        values["started"], values["rows"], values["error"], values["runtime"], step.database
    )


def not_served(served: Start) -> Verdict | None:
    """Say what keeps the application from serving its products at the head."""
    if served.error:
        return not_yet("not_served", said=served.error)
    return None if served.rows == ROWS else not_yet("other_answer", answer=str(served.rows))


def changed(before: Database, start: Start) -> Verdict | None:
    """Say what a start did to a database."""
    if start.database.versions() != before.versions():
        return not_yet("migrates")
    new = {*start.database.tables()} - {*before.tables()}
    return not_yet("makes_tables", tables=_named(new)) if new else None


def filled(empty: Start) -> Verdict | None:
    """Say what a start made in an empty database, the version's table too."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table'"
    tables = [name for (name,) in empty.database.rows(query)] if empty.database.exists() else []
    return not_yet("makes_tables", tables=_named(tables)) if tables else None


def accepted(**starts: Start) -> Verdict | None:
    """Say on which of the databases the application started."""
    found = [f"on_{name}" for name, start in starts.items() if start.started]
    return not_yet(found[0]) if found else None


def other_error(*starts: Start) -> Verdict | None:
    """Say with which other error than RuntimeError the application refused."""
    found = [start.error for start in starts if not start.runtime]
    return not_yet("other_error", said=found[0]) if found else None


def new_head(project: Project) -> Verdict | None:
    """Say that a database at the old head will do when there is a new one.

    The models have one more table there, that no revision makes.
    """
    add_revision = _adding(project, ADDS_COLUMNS)

    def add(copy: Path) -> None:
        add_revision(copy)
        _more_models(copy)

    with trial(
        project,
        "upgrade check_new_head",
        RUN,
        "downgrade -1",
        RUN,
        database=shop_sql(),
        environment=URL,
        prepare=add,
        keep_going=True,
    ) as steps:
        at_new, behind = _told(steps[1]), _told(steps[3])
        if behind.started or not at_new.started:
            return not_yet("fixed_head")
        return changed(steps[0].database, at_new)


def _adding(project: Project, upgrade: str) -> Callable[[Path], None]:
    """Put one more revision into a copy."""
    heads = project.heads()

    def add(copy: Path) -> None:
        file = copy / "migrations" / "versions" / "check_new_head.py"
        file.write_text(REVISION.format(parent=heads, upgrade=upgrade), encoding="utf-8")

    return add


# --- its tests ---

MORE = """

import sqlalchemy as _sa
from sqlalchemy.orm import mapped_column as _mapped

Product.check_mark = _mapped("check_mark", _sa.Integer, server_default="0")
_sa.Table("check_marks", Product.metadata, _sa.Column("id", _sa.Integer, primary_key=True))
"""
"""Put at the end of models.py: a column and a table that no revision makes."""

MADE_TEST = "test_check_made.py"
MADE = """
import os

import sqlalchemy as sa


def test_made_by_revisions(database):
    url = sa.make_url(os.environ["SHOP_DATABASE_URL"]).set(drivername="sqlite")
    assert not sa.inspect(sa.create_engine(url)).has_table("check_marks")
"""
"""One more test, which fails where the models make tables beside the revisions."""

ADDS_COLUMNS = """there = {one["name"] for one in sa.inspect(op.get_bind()).get_columns("products")}
    for name in {"stock", "check_mark"} - there:
        op.add_column("products", sa.Column(name, sa.Integer, server_default="0"))"""


def migrated_tests(project: Project) -> Verdict:
    """The tests fail without a revision for a column, pass with it, and leave shop.db alone."""
    if _tested(project, _more_models).passed:
        return not_started()
    add = _adding(project, ADDS_COLUMNS)

    def with_revision(copy: Path) -> None:
        _more_models(copy)
        add(copy)
        (copy / "tests" / MADE_TEST).write_text(MADE, encoding="utf-8")

    tested = _tested(project, with_revision)
    if not tested.passed and tested.said.startswith(f"FAILED tests/{MADE_TEST}"):
        return not_yet("made_by_models")
    if tested.versions != Database(project.folder / "shop.db", project.folder).versions():
        return not_yet("shop_migrated")
    if not tested.passed and "already exists" in tested.said:
        return not_yet("made_twice")
    return passed() if tested.passed else not_yet("tests_fail", said=tested.said)


def _more_models(copy: Path) -> None:
    with (copy / "models.py").open("a", encoding="utf-8") as models:
        models.write(MORE)


@dataclass(frozen=True)
class Tested:
    """What pytest said on a copy, and the versions that shop.db has afterwards."""

    passed: bool
    said: str
    versions: tuple[str, ...]


def _tested(project: Project, prepare: Callable[[Path], object]) -> Tested:
    environment = {VARIABLE: "sqlite+aiosqlite:///shop.db", "CI": "true"}
    command = ("shell", "python -m pytest")
    with trial(project, command, environment=environment, prepare=prepare) as [step]:
        said = "\n".join(line.said for line in step.lines)
        lines = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
        passed_some = "PASSED" in said and not step.error
        told = (lines or said.strip().splitlines() or [""])[-1]
        return Tested(passed_some, told, step.database.versions())


PRODUCTS = sa.Table(
    "products",
    sa.MetaData(),
    sa.Column("id", sa.Integer, nullable=False),
    sa.Column("title", sa.String(100), nullable=False),
    sa.Column("price", sa.Integer, nullable=False),
    sa.Column("stock", sa.Integer, nullable=False, server_default="0"),
    sa.PrimaryKeyConstraint("id", name="pk_products"),
)


def stock_revision(project: Project) -> Verdict:
    """A new head adds products.stock to a shop with rows, and shop.db is at it."""
    heads = project.heads()
    if heads == (BEFORE_STOCK,):
        return not_started()
    steps_wanted = ("upgrade head", "check")
    with trial(project, *steps_wanted, database=shop_sql(), environment=URL) as steps:
        made = steps[0].went_well()
        differing = asked(made, [PRODUCTS])
        if differing:
            return not_yet("other_column", found=", ".join(f"`{one}`" for one in differing))
        if steps[1].compared.differences:
            return not_yet("check_differs")
    messages = [one.message for one in project.revisions() if one.id in heads]
    if messages != ["add stock to products"]:
        return not_yet("other_message", found=_named(messages))
    shop = Database(project.folder / "shop.db", project.folder)
    if shop.versions() != heads:
        return not_yet("not_applied", at=", ".join(shop.versions()) or "base")
    return passed() if "stock" in shop.columns("products") else not_yet("stamped")


# --- SQLModel ---

CUSTOMERS = sa.Table(
    "customers",
    sa.MetaData(),
    sa.Column("id", sa.Integer, nullable=False),
    sa.Column("name", sa.String(50), nullable=False),
    sa.Column("email", sa.String(100), nullable=False),
    sa.PrimaryKeyConstraint("id", name="pk_customers"),
)
MORE_MODELS = """

class CheckVisit(Base, table=True):
    __tablename__ = "check_visits"

    id: int | None = Field(default=None, primary_key=True)
    note: str = Field(max_length=30)
    page: str | None = None
"""
VISITS = sa.Table(
    "check_visits",
    sa.MetaData(),
    sa.Column("id", sa.Integer, nullable=False),
    sa.Column("note", sa.String(30), nullable=False),
    sa.Column("page", sa.String),
    sa.PrimaryKeyConstraint("id", name="pk_check_visits"),
)
OWN = "sqlmodel_shop/alembic.ini"
NO_IMPORT = "name 'sqlmodel' is not defined"
ALEMBIC = f"alembic -c {OWN}"
UP, COMPARE = f"{ALEMBIC} upgrade head 2>&1", f"{ALEMBIC} check 2>&1"
GENERATE = f"{ALEMBIC} revision --autogenerate -m check 2>&1"
"""In processes of their own, as in a terminal: models may use SQLModel's one MetaData."""


def sqlmodel_import(project: Project) -> Verdict:
    """Revisions run that autogenerate writes from now on, and the first one is applied."""
    own = Project(project.folder, OWN)
    if not own.revisions():
        return not_yet("no_revision")
    with (
        trial(own, ("shell", UP, COMPARE), database="") as [first],
        trial(own, ("shell", GENERATE, UP), database="", prepare=_with_visits) as [following],
    ):
        stops, fails = _failed(first, UP), _failed(following, GENERATE, UP)
        if NO_IMPORT in stops and NO_IMPORT in fails:
            return not_started()
        if stops or fails:
            return (
                not_yet("first_fails", error=stops) if stops else not_yet("next_fails", error=fails)
            )
        differing = asked(first.database, [CUSTOMERS])
        if differing:
            return not_yet("other_table", found=", ".join(f"`{one}`" for one in differing))
        if _failed(first, COMPARE):
            return not_yet("model_changed", said=_failed(first, COMPARE))
        differing = asked(following.database, [VISITS])
        if differing:
            return not_yet("next_differs", found=", ".join(f"`{one}`" for one in differing))
    return applied(own) or passed()


def _failed(step: Step, *lines: str) -> str:
    """Give the error of the line that failed, of these; empty where none did."""
    last = step.lines[-1]
    return _last(last.said) if last.failed and last.line in lines else ""


def _with_visits(copy: Path) -> None:
    """Take the copy back to before its first revision, and give it one more model."""
    for script in (copy / "sqlmodel_shop" / "migrations" / "versions").glob("*.py"):
        script.unlink()
    with (copy / "sqlmodel_shop" / "customers.py").open("a", encoding="utf-8") as models:
        models.write(MORE_MODELS)


def applied(own: Project) -> Verdict | None:
    """Say what sqlmodel_shop/shop.db lacks."""
    shop = Database(own.folder / "sqlmodel_shop" / "shop.db", own.folder)
    at = shop.versions() if shop.exists() else ()
    if at != own.heads():
        return not_yet("not_applied", at=", ".join(at) or "base")
    return None if "customers" in shop.tables() else not_yet("stamped")


# --- from Django and Flask ---


def fake(project: Project) -> Verdict:
    """fresh.db is at the head, and has the column that the last revision adds."""
    fresh = Database(project.folder / "fresh.db", project.folder)
    at = fresh.versions() if fresh.exists() else ()
    if not at:
        return not_started()
    if "stock" not in fresh.columns("products"):
        return not_yet("too_far" if at == project.heads() else "not_up", at=", ".join(at))
    return passed() if at == project.heads() else not_yet("not_up", at=", ".join(at))


FLASK = "python -m flask --app flask_shop/web db"
FLASK_OWN = "alembic -c flask_shop/migrations/alembic.ini"


VERSION = (
    "python -c \"import sqlite3; connection = sqlite3.connect('flask_shop/shop.db'); "
    "print(connection.execute('SELECT version_num FROM alembic_version').fetchall())\""
)


def without_flask(project: Project) -> Verdict:
    """Alembic migrates flask_shop's database and has its models; flask db works as before."""
    upgrade, compare = f"{FLASK_OWN} upgrade head 2>&1", f"{FLASK_OWN} check 2>&1"
    lines = (upgrade, VERSION, compare, f"{FLASK} upgrade", f"{FLASK} check")
    with trial(project, ("shell", *lines)) as [step]:
        last = step.lines[-1]
        if not last.failed:
            return passed() if "0001" in step.lines[1].said else not_yet("other_database")
        if last.line == upgrade and "outside of application context" in last.said:
            return not_started()
        if last.line == VERSION:
            return not_yet("other_database")
        if "wrong app context" in last.said:
            return not_yet("pushed_twice")
        return not_yet("stops", line=last.line.removesuffix(" 2>&1"), said=_last(last.said))


def _last(said: str) -> str:
    """Give the last line that names an error, else the last line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    named = [line for line in lines if re.match(r"[\w.]*(Error|Exception)\b", line)]
    return (named or lines or [""])[-1]


def _named(things: Iterable[str]) -> str:
    return ", ".join(f"`{one}`" for one in sorted(things))
