"""What is asked of a project away from the caller, and the answers: data that JSON can hold."""

from dataclasses import dataclass, field
from typing import Any

Values = dict[str, Any]


@dataclass(frozen=True)
class Attempt:
    """One run of env.py up to its connection, with further variables and `alembic` options."""

    environment: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConnectOrder:
    """Run env.py of the copy up to the moment at which it connects, once an attempt."""

    folder: str
    settings: str
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True)
class Trouble:
    """What stopped something: a phrase of errors.toml with its values, and Python's own line.

    `clean` tells whether a terminal would show it as one line.
    """

    key: str
    values: Values
    said: str
    clean: bool = False


@dataclass(frozen=True)
class Connected:
    """Where env.py was about to connect: the driver, and SQLite's file or a server's database."""

    driver: str = ""
    database: str | None = None
    trouble: Trouble | None = None


@dataclass(frozen=True)
class TrialOrder:
    """Run commands in a copy of a project, up to the first that fails unless `keep_going`.

    The database is a copy of the project's `databases` (by their path in the copy), or one that
    the SQL of `made_by` makes, or (`throwaway`) an empty one in the place of the settings' URL.
    `served` are databases of the server of copies, filled already.
    """

    project: str
    copy: str
    settings: str
    commands: tuple[tuple[str, ...], ...]
    databases: dict[str, str] = field(default_factory=dict)
    made_by: str | None = None
    served: tuple[str, ...] = ()
    throwaway: bool = False
    keep_going: bool = False


@dataclass(frozen=True)
class Difference:
    """One difference between two readings of a schema.

    `sign` is + for what comes, - for what goes, ~ for what changes. `kind` is table, column, type,
    nullable, default, comment, primary_key, foreign_key, unique, check, index, view or other.
    `name` is the table's part that differs, empty for a table or a view itself.
    """

    sign: str
    kind: str
    table: str
    name: str = ""


@dataclass(frozen=True)
class Comparison:
    """What env.py hands over, held against the database as `alembic check` does.

    `metadata` tells whether it hands over any; `models` has its columns by table; `details` say
    all that is known of them, a line each; `places` are the files that define them, from the
    project's folder. `differences` are what autogenerate would write. `modules` are those of the
    project's folder that env.py imported.
    """

    metadata: bool = False
    models: dict[str, tuple[str, ...]] = field(default_factory=dict)
    details: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()
    modules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """One line of a `shell` command that ran: whether it failed, and what it said."""

    line: str
    failed: bool
    said: str


@dataclass(frozen=True)
class Outcome:
    """How one command ended: `error` is None where it went well, else one line.

    `unreadable` is what keeps the project from being tried at all. `connected` is the database
    file as the project's folder names it.
    """

    error: str | None = None
    unreadable: Trouble | None = None
    connected: str | None = None
    comparison: Comparison | None = None
    script: str | None = None
    printed: str = ""
    lines: tuple[Line, ...] = ()
