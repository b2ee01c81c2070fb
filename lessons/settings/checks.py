"""Checks of lesson `settings`: what the settings say, and env.py run with other variables."""

import os
import re
from pathlib import Path

from alembic.config import Config
from sqlalchemy import make_url

from course.checks import (
    Attempt,
    Connected,
    Project,
    ProjectError,
    Verdict,
    connections,
    not_started,
    not_yet,
    one_line,
    passed,
    start_files,
    trial,
)

VARIABLE = "SHOP_DATABASE_URL"
STAGING_VARIABLE = "SHOP_STAGING_DATABASE_URL"
DEVELOPMENT = "check_development.db"
STAGING = "check_staging.db"
PERCENT = "sqlite:///check%20percent.db"
PASSWORD = "p%w"
SERVER = "postgresql://check:p%25w@db.invalid/check"
"""A URL with this password, of a server that nothing connects to."""
ORDERS = "8d24e6b05f17:c57a91d3e840"
"""The revision that creates orders, as a range for `--sql`."""
URLS = {"alembic": "shop.db", "staging": "staging.db"}
"""The sections of alembic.ini, and the database of each."""
SHOP_TABLES = {"users", "products", "orders"}
DATED = re.compile(r"\d{8}_\d{4}_(\w+)\.py")
CONNECTING = """
import sqlalchemy as sa
from alembic.config import main


class Stopped(BaseException):
    pass


def note(engine):
    print("password:", engine.url.password)
    raise Stopped


before = sa.Engine.raw_connection
sa.Engine.raw_connection = note
try:
    main(["current"])
except Stopped:
    pass
finally:
    sa.Engine.raw_connection = before
"""
"""Runs env.py up to its connection and says with which password that would be made."""
MOVED = ("script_location", "prepend_sys_path", "file_template")
MADE = {"year": 2026, "month": 1, "day": 5, "hour": 9, "minute": 0, "second": 0, "epoch": 0}
NAMED = {**MADE, "rev": "c57a91d3e840", "slug": "create_orders_table"}
NAME = "20260105_0900_c57a91d3e840_create_orders_table"
"""What the lesson's file_template makes of the values of NAMED."""
PROGRAM = """
import logging
import sys

from alembic import command
from alembic.config import Config, main

root = logging.getLogger()
before = root.handlers[:], root.level
try:
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="app %(message)s", force=True)
    log = logging.getLogger("shop.check")
    log.info("first")
    command.current(Config("alembic.ini", toml_file="pyproject.toml"))
    log.info("second")
    print("silenced:", log.disabled)
    logging.getLogger("alembic").setLevel(logging.NOTSET)
    main(["current"])
    print("level:", logging.getLogger("alembic").level)
finally:
    root.handlers[:], root.level = before
"""
"""An application that calls Alembic between two lines of its log; then the command line."""


def default_section(project: Project) -> Verdict:
    """Both sections know the script folder, and each has its own URL."""
    project.config()
    file = project.folder / project.settings.name
    found = {}
    for name in URLS:
        config = Config(file, ini_section=name)
        if not config.file_config.has_section(name):
            return not_yet("no_section", section=name)
        found[name] = config
    for name, config in found.items():
        location = config.get_main_option("script_location")
        if not location:
            return not_started() if name == "staging" else not_yet("alembic_lost")
        if (project.folder / location).resolve() != (project.folder / "migrations").resolve():
            return not_yet("other_folder", section=name, folder=location)
        if not finds_models(project, config):
            return not_yet("no_path", section=name)
    for name, database in URLS.items():
        url = found[name].get_main_option("sqlalchemy.url") or ""
        if url != f"sqlite:///{database}":
            return not_yet("other_url", section=name, url=url)
    shared = found["alembic"].file_config.defaults().get("sqlalchemy.url")
    if shared:
        own = next((name for name, file in URLS.items() if file in shared), "alembic")
        return not_yet("url_for_all", section=own, url=shared)
    return passed()


def finds_models(project: Project, config: Config) -> bool:
    """Tell whether prepend_sys_path names the project's folder, where the models are."""
    home = project.folder.resolve()
    paths = config.get_prepend_sys_paths_list() or []
    return any((project.folder / path).resolve() == home for path in paths)


def url_from_environment(project: Project) -> Verdict:
    """env.py connects where the variable says, offline too, and no section has a URL."""
    plain, percent, missing = ask(
        project,
        Attempt({VARIABLE: f"sqlite:///{DEVELOPMENT}"}),
        Attempt({VARIABLE: PERCENT}),
        Attempt(),
    )
    section = section_with_url(project)
    if plain.trouble:
        raise ProjectError(plain.trouble.key, **plain.trouble.values)
    if place(plain) != DEVELOPMENT:
        return not_started() if section else not_yet("hard_coded", place=place(plain))
    if section:
        return not_yet("in_settings", section=section)
    if not missing.trouble:
        return not_yet("falls_back", place=place(missing))
    if not missing.trouble.clean:
        return not_yet("unclear", said=missing.trouble.said)
    if place(percent) != make_url(PERCENT).database:
        return not_yet("percent", said=said_or_place(percent))
    online = missing.trouble.said
    problem = hidden_password(project) or offline(project) or offline_missing(project, online)
    return problem or passed()


def section_with_url(project: Project) -> str | None:
    """Name the first section of alembic.ini that has a URL."""
    settings = project.config().file_config
    sections = ["DEFAULT", *settings.sections()]
    return next((name for name in sections if settings[name].get("sqlalchemy.url", raw=True)), None)


def hidden_password(project: Project) -> Verdict | None:
    """Say which other password than the variable's env.py would connect with."""
    program = ("python", "-c", CONNECTING)
    with trial(project, program, environment={VARIABLE: SERVER}) as [step]:
        found = re.search("^password: (.*)$", step.printed, re.MULTILINE)
    if not found or found[1] == PASSWORD:
        return None
    return not_yet("password", wanted=PASSWORD, found=found[1])


def offline(project: Project) -> Verdict | None:
    """Say what is wrong with `--sql`: it writes the SQL of the variable's server, unconnected."""
    with trial(project, f"sql {ORDERS}", environment={VARIABLE: SERVER}) as [step]:
        script, error, connected = step.script, step.error, step.connected
    if "SERIAL" in script and not error:
        return None
    if connected:
        return not_yet("other_offline", place=connected)
    if error and not script:
        return not_yet("offline_stops", said=error)
    return not_yet("other_offline", place="sqlite")


def offline_missing(project: Project, online: str) -> Verdict | None:
    """Say what `--sql` does without the variable, unless it stops with a CommandError.

    `online` is the error that stops env.py there. The same one offline is a CommandError too,
    even if a subclass gives it another name; a SystemExit, which also stops cleanly, is not.
    """
    try:
        with trial(project, f"sql {ORDERS}", environment={VARIABLE: None}) as [step]:
            said = step.error
    except ProjectError as reason:
        said = str(reason.values.get("said", reason.key))
    if not said:
        return not_yet("offline_falls_back")
    is_exit = said.startswith("SystemExit")
    clean = said.startswith("CommandError") or (said == online and not is_exit)
    return None if clean else not_yet("offline_unclear", said=said)


def choose_database(project: Project) -> Verdict:
    """`-x db=staging` goes to staging, no `-x` to development, and a wrong name nowhere."""
    development = {VARIABLE: f"sqlite:///{DEVELOPMENT}"}
    urls = {**development, STAGING_VARIABLE: f"sqlite:///{STAGING}"}
    staging, default, typo, missing = ask(
        project,
        Attempt(urls, ("-x", "db=staging")),
        Attempt(urls),
        Attempt(urls, ("-x", "db=stagign")),
        Attempt(development, ("-x", "db=staging")),
    )
    if staging.trouble and default.trouble:
        raise ProjectError(staging.trouble.key, **staging.trouble.values)
    if staging.trouble:
        return not_yet("staging_stops", said=staging.trouble.said)
    if default.trouble:
        return not_yet("x_required", said=default.trouble.said)
    places = place(staging), place(default)
    if places == (DEVELOPMENT, DEVELOPMENT):
        return not_started()
    if places != (STAGING, DEVELOPMENT):
        return not_yet("elsewhere", staging=places[0], default=places[1])
    if not typo.trouble:
        return not_yet("typo_connects", place=place(typo))
    if not missing.trouble:
        return not_yet("falls_back", place=place(missing))
    for stopped, command in ((typo, "-x db=stagign"), (missing, "-x db=staging")):
        if stopped.trouble and not stopped.trouble.clean:
            return not_yet("unclear", command=command, said=stopped.trouble.said)
    return from_code(project) or passed()


def from_code(project: Project) -> Verdict | None:
    """Say what stops env.py when an application calls Alembic: no options are there then."""
    try:
        with trial(project, "check") as [step]:
            said = step.error
    except ProjectError as reason:
        said = str(reason.values.get("said", reason.key))
    return not_yet("from_code", said=said) if said else None


def import_coupons(project: Project) -> Verdict:
    """env.py hands over coupons, and the models that it handed over before."""
    with trial(project, "check") as [step]:
        models = set(step.compared.models)
    if "coupons" not in models:
        env = Path(project.scripts().dir) / "env.py"
        text = env.read_text(encoding="utf-8")
        there = re.search(r"^(import|from) coupons\b", text, re.MULTILINE)
        return not_yet("too_late") if there else not_started()
    lost = sorted(SHOP_TABLES - models)
    return not_yet("lost", names=", ".join(f"`{name}`" for name in lost)) if lost else passed()


def dated_name(project: Project) -> Verdict:
    """One new revision creates coupons, and date and time begin the name of its file."""
    files = start_files(Path(__file__).parent)
    there = {Path(name).name for name in files if name.startswith("migrations/versions/")}
    new = [one for one in project.revisions() if one.file and one.file.name not in there]
    if not new:
        return not_started()
    if len(new) > 1:
        return not_yet("several", count=len(new))
    [revision] = new
    name = str(revision.file and revision.file.name)
    found = DATED.fullmatch(name)
    if not found or not found[1].startswith(f"{revision.id}_"):
        return not_yet("plain_name", file=name)
    if not is_dated(str(project.config().get_alembic_option("file_template"))):
        return not_yet("renamed", file=name)
    with trial(project, "upgrade head") as [step]:
        if "coupons" not in step.went_well().tables():
            return not_yet("empty", file=name)
    return passed()


def is_dated(template: str) -> bool:
    """Tell whether a file_template can be filled in, and makes the lesson's names."""
    try:
        return template % NAMED == NAME
    except (KeyError, TypeError, ValueError):
        return False


def keep_logging(project: Project) -> Verdict:
    """An application that calls Alembic keeps its log, and the command line has Alembic's."""
    with trial(project, ("python", "-c", PROGRAM)) as [step]:
        step.went_well()
        printed = step.printed
    if "app second" in printed:
        return passed() if "level: 20" in printed else not_yet("no_log")
    return not_yet("silenced") if "silenced: True" in printed else not_started()


def move_settings(project: Project) -> Verdict:
    """The settings are in pyproject.toml alone, as they were in alembic.ini."""
    if not (project.folder / "alembic.ini").is_file():
        return not_yet("no_ini")
    config = project.config()
    moved = config.toml_alembic_config
    sections = [part for part in config.file_config.values() if part.name in ("DEFAULT", "alembic")]
    left = [name for name in MOVED if any(name in part for part in sections)]
    if left == list(MOVED):
        return not_started()
    if left:
        return not_yet("left", names=", ".join(f"`{name}`" for name in left))
    lacking = [name for name in MOVED if name not in moved]
    if lacking:
        return not_yet("lacking", names=", ".join(f"`{name}`" for name in lacking))
    project.scripts()
    try:
        template = str(config.get_alembic_option("file_template"))
    except (KeyError, TypeError, ValueError) as error:
        return not_yet("percent", said=one_line(error))
    if not is_dated(template):
        return not_yet("template", template=template)
    if not finds_models(project, config):
        return not_yet("no_path")
    return passed()


def ask(project: Project, *attempts: Attempt) -> list[Connected]:
    """Run env.py once an attempt; no database is opened.

    Variables of the notebook that name databases are not there. Raises ProjectError when the
    project cannot be read or env.py ends the process.
    """
    project.scripts()
    named = [name for name in os.environ if name.endswith("DATABASE_URL")]
    return connections(project.folder, project.settings.name, attempts, dict.fromkeys(named))


def place(connected: Connected) -> str:
    """Give where env.py was about to connect: the name of a file, or of a server's driver."""
    return Path(connected.database or connected.driver).name


def said_or_place(connected: Connected) -> str:
    """Give what env.py stopped with, else where it was about to connect."""
    return connected.trouble.said if connected.trouble else place(connected)
