"""The state in which an exercise of an open lesson began."""

from course.lesson.places import own_cells
from course.lesson.session import Session
from course.lesson.steps import Step
from course.project.checkpoint import State


def begun_state(session: Session, exercise: str) -> State | None:
    """Give what the folder held before the exercise's own cells ran for the first time.

    That is the state that the last cell before them left: what an editor or a terminal has done
    since is already work on the exercise. None where that state is kept no more.
    """
    ids, sources = own_cells(session.entry, session.lang, exercise)

    def is_own(step: Step) -> bool:
        return step.cell in ids or (step.cell is None and step.source in sources)

    ran = session.steps.ran
    first = next((number for number, step in enumerate(ran) if is_own(step)), len(ran))
    before = next((step for step in reversed(ran[:first]) if step.source), None)
    if before is not None:
        return before.after
    return session.steps.start if not ran or ran[0].before is not None else None
