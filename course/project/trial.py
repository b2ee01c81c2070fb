"""Try a project out on a copy: really migrate it, and look at the database after each step.

The copy is migrated away from the caller (`course.running`), because env.py and the models must be
loaded anew, and because whatever a learner's migration does must not reach the notebook's kernel.
It can write nowhere but into its copy.
"""

import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from course.project.asking import ask_project
from course.project.copying import copy_project
from course.project.database.database import Database
from course.project.database.server import ServerDatabase, server_explained
from course.project.errors import ProjectError, alembic_error
from course.project.orders import Comparison, Difference, Line, Outcome, TrialOrder, Trouble, Values
from course.project.project import Project
from course.running.task import SECONDS
from course.server import copies, dumps
from course.server.kept import LIVE, kept

Command = str | tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """What one command did on the copy.

    `error` is None where it went well, else what it raised, on one line. `database` is the copy
    as it stood after the command. `connected` is the database file that env.py connected to, as
    the project's folder names it, None where it connected to none. `script` is what `sql` wrote,
    `lines` what `shell` ran, `printed` whatever the command printed.
    """

    command: str
    error: str | None
    database: Database
    connected: str | None
    script: str
    printed: str
    lines: tuple[Line, ...]
    comparison: Comparison | None

    def went_well(self) -> Database:
        """Give the database after the step. Raises ProjectError with what the step raised."""
        if self.error:
            raise alembic_error(self.error)
        return self.database

    @property
    def compared(self) -> Comparison:
        """What `check` found. Raises ProjectError when the step failed."""
        if self.comparison is None:
            raise alembic_error(self.error or self.command)
        return self.comparison


@contextmanager
def trial(
    project: Project,
    *commands: Command,
    environment: Mapping[str, str] | None = None,
    database: str | None = None,
    throwaway: bool = False,
    keep_going: bool = False,
    prepare: Callable[[Path], object] | None = None,
    without: Collection[Path] = (),
) -> Iterator[list[Step]]:
    """Copy the project and run the commands there, up to the first that fails.

    A command is `upgrade REV`, `downgrade REV`, `check`, `sql RANGE` (what `upgrade --sql`
    writes), `look` (do nothing), `forget` (start over with no database), `("python", FILE)`,
    `("python", "-c", TEXT)` or `("shell", LINE, …)`. `environment` adds variables. `database` is
    SQL that makes a database of the trial's own, wherever env.py finds its URL; without it the
    project's is copied. `throwaway` leaves databases out and puts an empty one in the place of
    the settings' URL. `prepare` may change the copy first. `without` are files that the
    copy does not need. `keep_going` runs what follows a failure, too. The copies live until the
    block ends.

    Raises ProjectError when the project cannot be read or the copy cannot be migrated at all, and
    when something asked for a file outside of the copy.
    """
    served = {} if throwaway else _served(project)
    own = {} if throwaway or served or database is not None else _databases(project)
    project.scripts()
    with (
        _filled(served, database) as places,
        tempfile.TemporaryDirectory(prefix="course-trial-") as scratch,
    ):
        room = Path(scratch).resolve()
        copy = room / "project"
        copy_project(project.folder, copy, without)
        if prepare is not None:
            prepare(copy)
        split = tuple(tuple(one.split()) if isinstance(one, str) else one for one in commands)
        order = TrialOrder(
            project=str(project.folder),
            copy=str(copy),
            settings=project.settings.name,
            commands=split,
            databases=own,
            made_by=None if served else database,
            served=tuple(served),
            throwaway=throwaway,
            keep_going=keep_going,
        )
        answer = ask_project(
            "course.project.child:try_out",
            asdict(order),
            copy,
            {**places, **(environment or {})},
            SECONDS,
        )
        outcomes = [_outcome(values) for values in answer["outcomes"]]
        if outcomes and outcomes[-1].unreadable:
            raise _error(outcomes[-1].unreadable)
        yield [
            _step(" ".join(words), number, outcome, copy, next(iter(served), None))
            for number, (words, outcome) in enumerate(zip(split, outcomes, strict=False), start=1)
        ]


def _databases(project: Project) -> dict[str, str]:
    """Give the project's database files by where they lie in its copy."""
    files = {*project.folder.glob("*.db"), project.database().path}
    folder = project.folder
    return {
        (file.relative_to(folder).as_posix() if file.is_relative_to(folder) else file.name): str(
            file
        )
        for file in files
        if file.is_file()
    }


def _served(project: Project) -> dict[str, ServerDatabase]:
    """Give the databases of a server that the project has, the one that it connects to first."""
    files = kept(project.folder)
    if not files:
        return {}
    first = project.database().name
    names = sorted(files, key=lambda name: name != first)
    return {name: ServerDatabase(name, files[name], project.folder) for name in names}


@contextmanager
def _filled(served: Mapping[str, ServerDatabase], made_by: str | None) -> Iterator[dict[str, str]]:
    """Fill the databases of the server of copies; give the variables by which they are found.

    Until the block ends nobody else migrates there.
    """
    if not served:
        yield {}
        return
    with copies.TAKEN:
        with server_explained():
            environment = copies.environment()
            for number, (name, database) in enumerate(served.items()):
                sql = database.dump() if made_by is None or number else made_by
                dumps.fill(name, sql, environment)
        yield {**copies.address().environment(), LIVE: ""}


def _error(trouble: Trouble) -> ProjectError:
    return ProjectError(trouble.key, **trouble.values)


def _outcome(values: Values) -> Outcome:
    parts = dict(values)
    if parts["unreadable"]:
        parts["unreadable"] = Trouble(**parts["unreadable"])
    if parts["comparison"]:
        parts["comparison"] = _comparison(parts["comparison"])
    parts["lines"] = tuple(Line(**line) for line in parts["lines"])
    return Outcome(**parts)


def _comparison(values: Values) -> Comparison:
    return Comparison(
        metadata=values["metadata"],
        models={table: tuple(columns) for table, columns in values["models"].items()},
        details=tuple(values["details"]),
        places=tuple(values["places"]),
        differences=tuple(Difference(**difference) for difference in values["differences"]),
        modules=tuple(values["modules"]),
    )


def _step(
    command: str, number: int, outcome: Outcome, copy: Path, served: str | None = None
) -> Step:
    file = copy.parent / f"after-{number}.db"
    dump = copy.parent / f"after-{number}" / f"{served}.sql"
    return Step(
        command=command,
        error=outcome.error,
        database=ServerDatabase(served, dump, copy) if served else Database(file, copy),
        connected=outcome.connected,
        script=outcome.script or "",
        printed=outcome.printed,
        lines=outcome.lines,
        comparison=outcome.comparison,
    )
