"""Checks of lesson `settings`: run env.py with other variables and options, up to its connection.

The file is also the process in which env.py runs; there, standard input says with what.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from alembic.config import CommandLine
from alembic.util import CommandError
from sqlalchemy import make_url

from course.lesson.verdict import Verdict, not_started, not_yet, passed
from course.project.connection_child import ask_env
from course.project.errors import ProjectError, explain, one_line
from course.project.project import Project

SECONDS = 60
VARIABLE = "SHOP_DATABASE_URL"
DEVELOPMENT = "check_development.db"
STAGING = "check_staging.db"
PERCENT = "sqlite:///check%20percent.db"


@dataclass(frozen=True)
class Answer:
    """Where env.py was about to connect: the name of a file or a server, None where it stopped.

    `error` is what it stopped with, and `clean` tells whether a terminal shows that as one line.
    `reason` is the same in words for the learner: a phrase's key, and its values.
    """

    place: str | None = None
    error: str | None = None
    clean: bool = False
    reason: tuple[str, dict] = ("no_url", {})


def url_from_environment(project: Project) -> Verdict:
    """env.py connects where the variable says, and the settings have no URL."""
    plain, percent, missing = ask(
        project,
        ({VARIABLE: f"sqlite:///{DEVELOPMENT}"}, []),
        ({VARIABLE: PERCENT}, []),
        ({}, []),
    )
    in_settings = bool(project.config().get_main_option("sqlalchemy.url"))
    if plain.error:
        raise ProjectError(plain.reason[0], **plain.reason[1])
    if plain.place != DEVELOPMENT:
        return not_started() if in_settings else not_yet("hard_coded", place=plain.place)
    if in_settings:
        return not_yet("in_settings")
    if not missing.error:
        return not_yet("falls_back", place=missing.place)
    if not missing.clean:
        return not_yet("unclear", said=missing.error)
    if percent.place != make_url(PERCENT).database:
        return not_yet("percent", said=percent.error or percent.place)
    return passed()


def choose_database(project: Project) -> Verdict:
    """`-x db=staging` goes to staging, no `-x` to development, and a wrong name nowhere."""
    urls = {
        VARIABLE: f"sqlite:///{DEVELOPMENT}",
        "SHOP_STAGING_DATABASE_URL": f"sqlite:///{STAGING}",
    }
    staging, default, typo = ask(
        project, (urls, ["-x", "db=staging"]), (urls, []), (urls, ["-x", "db=stagign"])
    )
    if staging.error and default.error:
        raise ProjectError(staging.reason[0], **staging.reason[1])
    if staging.error:
        return not_yet("staging_stops", said=staging.error)
    if default.error:
        return not_yet("x_required", said=default.error)
    if (staging.place, default.place) == (DEVELOPMENT, DEVELOPMENT):
        return not_started()
    if (staging.place, default.place) != (STAGING, DEVELOPMENT):
        return not_yet("elsewhere", staging=staging.place, default=default.place)
    return passed() if typo.error else not_yet("typo_connects", place=typo.place)


def ask(project: Project, *tries: tuple[dict[str, str], list[str]]) -> list[Answer]:
    """Run env.py for each pair of variables and options; no database is opened.

    Variables of the notebook that name databases are not there. Raises ProjectError when the
    project cannot be read or env.py ends the process.
    """
    project.scripts()
    kept = {name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")}
    try:
        done = subprocess.run(
            [sys.executable, __file__],
            input=json.dumps({"folder": str(project.folder), "tries": tries}),
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            cwd=project.folder,
            env=kept,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise ProjectError("slow", seconds=SECONDS) from None
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise ProjectError("other", said=said)
    return [Answer(**one) for one in json.loads(done.stdout.splitlines()[-1])]


def main() -> None:
    """Answer what standard input asks."""
    order = json.load(sys.stdin)
    folder = Path(order["folder"])
    sys.path[0] = str(folder)
    answers = [asdict(connection(folder, *one)) for one in order["tries"]]
    print(f"\n{json.dumps(answers)}")


def connection(folder: Path, variables: dict[str, str], options: list[str]) -> Answer:
    """Run env.py once, up to its connection."""
    before, loaded = dict(os.environ), set(sys.modules)
    os.environ.update(variables)
    try:
        config = Project(folder).config()
        config.cmd_opts = CommandLine(prog="alembic").parser.parse_args([*options, "current"])
        found = ask_env(config)
        return Answer(place=Path(found["database"] or found["driver"]).name)
    except ProjectError as reason:
        return Answer(error=reason.words("en"), reason=(reason.key, reason.values))
    except (Exception, SystemExit) as error:
        reason = explain(error, folder)
        clean = isinstance(error, CommandError | SystemExit)
        return Answer(error=one_line(error), clean=clean, reason=(reason.key, reason.values))
    finally:
        os.environ.clear()
        os.environ.update(before)
        forget_modules(folder, loaded)


def forget_modules(folder: Path, loaded: set[str]) -> None:
    """Unload the project's modules: one that reads the environment must do so in each try."""
    for name in set(sys.modules) - loaded:
        file = getattr(sys.modules[name], "__file__", None)
        if file and Path(file).is_relative_to(folder):
            del sys.modules[name]


if __name__ == "__main__":
    main()
