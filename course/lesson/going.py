"""To a place in a lesson, and back to where the learner was: cells are run again, unseen."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from course.lesson import kernel
from course.lesson.beginning import begin
from course.lesson.begun import begun_state
from course.lesson.cells import leaves, run_silently
from course.lesson.places import OPENS, Place, lay_of, solution_of
from course.lesson.session import Session
from course.lesson.steps import Step, Steps, latest_aside, steps_place
from course.lesson.working_folder import WorkingFolder
from course.project.checkpoint import Checkpoints
from course.project.errors import one_line
from course.workspace import workspace

Tell = Callable[[int, int], object]
"""Is told how many cells have run, of how many."""


class StoppedError(Exception):
    """A cell on the way to a place did what it does not do in the lesson."""

    def __init__(self, source: str, error: BaseException) -> None:
        super().__init__(one_line(error))
        self.source = source
        self.said = one_line(error)


@dataclass(frozen=True)
class Resumed:
    """Where the learner was: the last step, the cells that ran again, and those that failed."""

    last: Step
    cells: int
    failed: list[tuple[str, str]] = field(default_factory=list)
    """Of each cell that failed its first line, and what it raised."""


def go_to(session: Session, place: Place, tell: Tell) -> WorkingFolder:
    """Run the cells before a place in a fresh working folder; what was there is moved aside.

    Gives the folder as it was opened. Raises StoppedError, and OSError as `open_folder` does.
    """
    cells = lay_of(session.entry, session.lang).before(place)
    shell = session.shell
    opened = reopen(session)
    if shell is None:
        return opened
    with _replaying(session):
        for number, cell in enumerate(cells):
            tell(number, len(cells))
            if not leaves(shell, cell.source).anything:
                continue
            error = run_silently(shell, cell.source)
            if error is not None and not cell.fails:
                raise StoppedError(cell.source, error)
            code = kernel.exit_code(shell)
            session.steps.after_cell(cell.id, cell.source, error is None, code)
    return opened


def resume(session: Session, see: Callable[[], object], tell: Tell) -> Resumed | None:
    """Bring folder and names back to where the lesson was left; None when it was not begun.

    Names come back by running again, unseen, each cell that may have made some, in the folder as
    it stood before that cell; `see` is called in the folder as the learner last saw it. What is in
    the folder now is moved aside. The place that is gone back to stays as it is until the end, so
    that a kernel that dies on the way loses nothing.
    """
    place = workspace(session.entry.root)
    was = latest_aside(place, session.entry.stem, session.folder)
    if was is None:
        return None
    reopen(session)
    was.checkpoints.folder = session.folder
    failed = _names_again(session, was, see, tell)
    restored = was.checkpoints.restore(was.present)
    old = place / ".old" / was.place.name
    # What is too large to have been kept is only there.
    for path in restored.not_kept:
        if (old / path).is_file():
            (session.folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(old / path, session.folder / path)
    if old.is_dir() and Checkpoints(old, was.checkpoints.store).take() == was.present:
        shutil.rmtree(old)
    there = steps_place(place, session.folder)
    shutil.rmtree(there, ignore_errors=True)
    was.place.rename(there)
    session.steps = Steps.load(there, session.folder)
    return Resumed(was.cells[-1], len(was.cells), failed)


def go_on(session: Session, exercise: str) -> tuple[str, ...]:
    """Solve an exercise for the learner, from where it began; give the cells that ran for it.

    Raises StoppedError when one of them fails, and OSError and ProjectError as `restore` does.
    """
    sources = solution_of(session.entry, session.lang, exercise)
    begun, shell = begun_state(session, exercise), session.shell
    with _replaying(session):
        if begun is not None:
            session.steps.checkpoints.restore(begun)
        for source in sources:
            error = run_silently(shell, source) if shell is not None else None
            if error is not None:
                raise StoppedError(source, error)
    return sources


def reopen(session: Session) -> WorkingFolder:
    """Make the working folder afresh, move what was there aside, and begin its steps anew."""
    opened, _, session.steps = begin(session.entry, session.lang, session.lock)
    session.lock = opened.lock
    return opened


def _names_again(
    session: Session, was: Steps, see: Callable[[], object], tell: Tell
) -> list[tuple[str, str]]:
    shell = session.shell
    if shell is None:
        return []
    failed = []
    last_seen: Step | None = None
    with _replaying(session):
        for number, step in enumerate(was.ran):
            tell(number, len(was.ran))
            if not step.well or OPENS in step.source:
                continue
            left = leaves(shell, step.source)
            last_seen = step if left.seen else last_seen
            if not left.names:
                continue
            if step.before is not None:
                was.checkpoints.restore(step.before)
            error = run_silently(shell, step.source)
            if error is not None:
                failed.append((step.source.strip().splitlines()[0], one_line(error)))
    if last_seen is not None and last_seen.before is not None:
        was.checkpoints.restore(last_seen.after)
        see()
    if was.ran and was.ran[-1].exit_code is not None:
        shell.user_ns[kernel.EXIT_CODE] = was.ran[-1].exit_code
    return failed


@contextmanager
def _replaying(session: Session) -> Iterator[None]:
    session.is_replaying = True
    try:
        yield
    finally:
        session.is_replaying = False
