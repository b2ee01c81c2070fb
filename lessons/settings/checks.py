"""Checks of lesson `settings`: env.py runs with other variables and options, up to connecting."""

import os
from pathlib import Path

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
    passed,
)

VARIABLE = "SHOP_DATABASE_URL"
DEVELOPMENT = "check_development.db"
STAGING = "check_staging.db"
PERCENT = "sqlite:///check%20percent.db"


def url_from_environment(project: Project) -> Verdict:
    """env.py connects where the variable says, and the settings have no URL."""
    plain, percent, missing = ask(
        project,
        Attempt({VARIABLE: f"sqlite:///{DEVELOPMENT}"}),
        Attempt({VARIABLE: PERCENT}),
        Attempt(),
    )
    in_settings = project.settings.url is not None
    if plain.trouble:
        raise ProjectError(plain.trouble.key, **plain.trouble.values)
    if place(plain) != DEVELOPMENT:
        return not_started() if in_settings else not_yet("hard_coded", place=place(plain))
    if in_settings:
        return not_yet("in_settings")
    if not missing.trouble:
        return not_yet("falls_back", place=place(missing))
    if not missing.trouble.clean:
        return not_yet("unclear", said=missing.trouble.said)
    if place(percent) != make_url(PERCENT).database:
        return not_yet("percent", said=said_or_place(percent))
    return passed()


def choose_database(project: Project) -> Verdict:
    """`-x db=staging` goes to staging, no `-x` to development, and a wrong name nowhere."""
    urls = {
        VARIABLE: f"sqlite:///{DEVELOPMENT}",
        "SHOP_STAGING_DATABASE_URL": f"sqlite:///{STAGING}",
    }
    staging, default, typo = ask(
        project,
        Attempt(urls, ("-x", "db=staging")),
        Attempt(urls),
        Attempt(urls, ("-x", "db=stagign")),
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
    return passed() if typo.trouble else not_yet("typo_connects", place=place(typo))


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
