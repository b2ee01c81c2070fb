"""What the build asks of a kernel beside the notebook: functions that run there, by their names."""

import gc
from pathlib import Path

from IPython import get_ipython

from course.lesson import kernel
from course.server import kept

Judged = tuple[str, str | None, dict[str, str]]


def failed_commands() -> list[str]:
    """Give the `!` commands that failed since the kernel started, in order."""
    return [failure.command for failure in kernel.failures]


def collect_rarely() -> None:
    """Let the kernel's garbage wait: what is loaded by now stays, and a rehearsal ends soon."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def begin(exercise: str) -> None:
    """Note that an exercise begins in the project as it stands: a rehearsal's cells don't tell."""
    lesson = get_ipython().user_ns["lesson"]
    session = lesson._session  # noqa: SLF001
    session.begun[exercise] = session.steps.checkpoints.take()


def keep_databases(folder: str) -> None:
    """Write the dumps of a server's databases, of a working folder that has any."""
    kept.keep(Path(folder))


def fill_databases(folder: str) -> None:
    """Fill a server's databases from the dumps that a working folder has now."""
    dumps = kept.kept(Path(folder)).values()
    kept.bring_back(Path(folder), {f"{kept.FOLDER}/{dump.name}": dump for dump in dumps})


def judge(exercise: str) -> Judged:
    """Check an exercise of the notebook's `lesson`; give outcome, mistake and values as text."""
    lesson = get_ipython().user_ns["lesson"]
    # Not a method that learners' completion would offer beside `check`.
    verdict = lesson._judge(exercise)  # noqa: SLF001
    values = {name: str(value) for name, value in verdict.values.items()}
    return str(verdict.outcome), verdict.mistake, values


def stray_tables(folder: str) -> list[str]:
    """Name tables in which a project's database differs from what its revisions make of nothing.

    A database that stands below the heads, or that is not there, is not compared.
    """
    # Late: the kernel shall have loaded what a learner's has, until its end.
    from course.project.errors import ProjectError
    from course.project.project import Project
    from course.project.trial import trial

    project = Project(Path(folder))
    try:
        database = project.database()
        if not database.exists() or set(database.versions()) != set(project.heads()):
            return []
        with trial(project, "upgrade heads", database="") as [step]:
            made = set(step.went_well().tables())
    except ProjectError as error:
        return [f"the end cannot be migrated from nothing: {error.words('en')}"]
    there = set(database.tables())
    return [
        *[f"the end has a table '{name}' that no revision makes" for name in sorted(there - made)],
        *[f"the end lacks the table '{name}' of its revisions" for name in sorted(made - there)],
    ]
