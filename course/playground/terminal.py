"""Commands of the playground: run as a terminal runs them, with what a failure means."""

import re
from dataclasses import dataclass

from course.phrases import phrase
from course.playground.problem import WORDS
from course.playground.stage import Stage
from course.project.asking import without
from course.project.errors import ProjectError
from course.running import ways

MEANINGS = {
    "several_heads": r"Multiple head(?: revision)?s are present",
    "unknown_revision": r"Can't locate revision identified by '(?P<revision>[^']*)'",
    "not_up_to_date": r"Target database is not up to date",
    "overlaps": r"overlaps with other requested revisions",
    "ambiguous": r"Ambiguous walk|Ambiguous downgrade|Not a valid downgrade target",
    "no_step": r"Relative revision \S+ didn't produce \d+ migrations",
    "no_models": r"does not provide a MetaData object",
    "table_exists": r"\(sqlite3\.OperationalError\) table \"?(?P<table>\w+)\"? already exists",
    "column_exists": r"duplicate column name: (?P<column>\S+)",
    "not_there": r"no such (?:table|column|index): \"?(?P<name>[\w.]+)",
    "not_null": r"NOT NULL constraint failed: (?P<column>[\w.]+)",
    "batch_sql": r"batch mode with dialect sqlite requires a live database connection",
    "no_alter": r"NotImplementedError: No support for ALTER of constraints in SQLite",
    "gap": r"KeyError: '(?P<revision>[^']+)'",
    "circle": r"Cycle is detected in revisions",
}
"""What Alembic and SQLite print, and the phrase that says what it means."""


@dataclass(frozen=True)
class Ran:
    """A command line that ran: what it printed, and how it ended."""

    line: str
    printed: str
    exit_code: int

    def meaning(self, lang: str) -> str:
        """Say what the failure means; nothing for a command that went well."""
        if self.exit_code == 0:
            return ""
        for key, pattern in MEANINGS.items():
            said = re.search(pattern, self.printed)
            if said:
                return phrase(WORDS, f"means.{key}", lang, **said.groupdict())
        lines = self.printed.strip().splitlines()
        said_last = lines[-1] if lines else str(self.exit_code)
        return ProjectError("alembic", said=said_last).words(lang)


def run(stage: Stage, line: str) -> Ran:
    """Run a line in the copy's folder; what it prints does not name the copy's place."""
    printed: list[str] = []
    code = ways.run(line, stage.folder, stage.environment, printed.append)
    return Ran(line, without(stage.folder, "".join(printed)), code)


def write_sql(stage: Stage, line: str) -> Ran:
    """Run a line with `--sql`: the script that it writes, or all it says where it fails."""
    ran = ways.capture(line, stage.folder, stage.environment)
    printed = ran.err + ran.out if ran.exit_code else ran.out
    return Ran(line, without(stage.folder, printed), ran.exit_code)
