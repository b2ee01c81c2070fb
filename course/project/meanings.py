"""What an error's line means, and what to do: a sentence in the learner's language.

The patterns are of Alembic, SQLAlchemy, SQLite and Python; `tests/test_meanings.py` causes each
one. They are tried in order, so that what says more comes first. None claims more than the line
itself says.
"""

import re
from pathlib import Path

from course.phrases import phrase

WORDS = Path(__file__).with_name("meanings.toml")

NAME = r"[\"'`]?(?P<name>[\w.]+)"

PATTERNS: dict[str, str] = {
    "two_heads": r"Multiple head(?: revision)?s are present",
    "unknown_revision": r"(?:Can't locate revision identified by|No such revision) "
    r"(?:or branch )?'(?P<revision>[^']*)'",
    "twice": r"[Rr]evision (?P<revision>\S+) is present more than once",
    "not_up_to_date": r"Target database is not up to date",
    "no_models": r"does not provide a MetaData object",
    "no_script_location": r"No 'script_location' key found",
    "percent": r"Interpolation\w+: .*(?:'%'|bad interpolation)",
    "no_sqlalchemy": r"NameError: name 'sa' is not defined",
    "no_op": r"NameError: name 'op' is not defined",
    "no_name": r"NameError: name '(?P<name>\w+)' is not defined",
    "no_module": r"ModuleNotFoundError: No module named '(?P<name>[\w.]+)'",
    "not_in_module": r"ImportError: cannot import name '(?P<name>\w+)' from "
    r"(?:partially initialized module )?'(?P<module>[\w.]+)'",
    "indentation": r"^(?:IndentationError|TabError):",
    "syntax": r"^SyntaxError:",
    "no_operation": r"module 'alembic\.op' has no attribute '(?P<name>\w+)'",
    "no_attribute": r"AttributeError: module '(?P<module>[\w.]+)' has no attribute '(?P<name>\w+)'",
    "no_metadata": r"has no attribute '(?:sorted_tables|tables)'",
    "unknown_argument": r"(?:got an unexpected keyword argument"
    r"|Additional arguments should be named <dialectname>_<argument>, got) '(?P<name>\w+)'",
    "missing_argument": r"(?P<function>\w+)\(\) missing \d+ required \S+ arguments?: (?P<names>.+)",
    "too_many_arguments": r"(?P<function>\w+)\(\) takes .* but \d+ \S+ given",
    "not_a_column": r"AttributeError: 'str' object has no attribute 'table'"
    r"|'SchemaItem' object, such as a 'Column' or a 'Constraint' expected",
    "list_for_name": r"TypeError: (?:unhashable type: 'list'|cannot use 'list' as a )",
    "value_for_sql": r"Argument 'arg' is expected to be one of type .*"
    r"TextClause.* got '<class '(?P<kind>\w+)'>'",
    "not_null_added": r"Cannot add a NOT NULL column with default value NULL",
    "default_computed": r"Cannot add a column with non-constant default",
    "not_null": rf"NOT NULL constraint failed: {NAME}",
    "unique": rf"UNIQUE constraint failed: {NAME}",
    "foreign_key": r"FOREIGN KEY constraint failed",
    "check": rf"CHECK constraint failed: {NAME}",
    "no_table": rf"no such table: (?:main\.)?{NAME}",
    "no_column": rf"no such column: {NAME}",
    "no_index": rf"no such index: {NAME}",
    "column_exists": rf"duplicate column name: {NAME}",
    "leftover_exists": r"table [\"'`]?(?P<name>_alembic_tmp_\w+)[\"'`]? already exists",
    "table_exists": rf"table {NAME}[\"'`]? already exists",
    "index_exists": rf"index {NAME}[\"'`]? already exists",
    "no_alter_column": r'near "ALTER": syntax error',
    "sql_syntax": r'near "(?P<near>[^"]*)": syntax error',
    "no_alter": r"No support for ALTER of constraints in SQLite",
    "no_constraint_name": r"Constraint must have a name",
    "no_constraint": r"No such constraint: '(?P<name>[^']*)'",
    "several_statements": r"You can only execute one statement at a time",
    "sqlite_url": r"Invalid SQLite URL",
    "url": r"Could not parse SQLAlchemy URL",
    "no_dialect": r"Can't load plugin: sqlalchemy\.dialects:(?P<name>[\w.]+)",
    "async_driver": r"MissingGreenlet",
    "sync_driver": r"requires an async driver",
    "running_loop": r"asyncio\.run\(\) cannot be called from a running event loop",
    "locked": r"database is locked",
    "not_opened": r"unable to open database file",
    "gap": r"^KeyError: '(?P<revision>[0-9a-f]{4,})'$",
    "not_in_batch": r"^KeyError: '(?P<name>[A-Za-z_]\w*)'$",
}
"""An error's line, and the phrase of meanings.toml that says what it means."""

WITHOUT_LINE = ("two_heads",)
"""What is found out without an error's line, too, and means the same."""


def recognised(said: str) -> tuple[str, dict[str, str]] | None:
    """Give the phrase for an error's line (`one_line`), and its values; None for another line."""
    for key, pattern in PATTERNS.items():
        found = re.search(pattern, said)
        if found:
            return key, {name: value for name, value in found.groupdict().items() if value}
    return None


def meaning(said: str, lang: str, mistake: str = "") -> str:
    """Say what an error's line means and what to do; nothing where that isn't known.

    A mistake of WITHOUT_LINE is known by its name where there is no such line.
    """
    known = recognised(said) or ((mistake, {}) if mistake in WITHOUT_LINE else None)
    return phrase(WORDS, known[0], lang, **known[1]) if known else ""
