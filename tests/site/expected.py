"""Which cells print something else in a browser than on a desktop, each for a reason."""

from course.site.kernel.instead import UNPASSABLE, cells

CELLS = cells()
"""Lessons of which cells say what they need; the rest prints what it prints on a desktop."""
ANSWERED = {
    "postgresql": {"open"},
    "locks": {"open"},
    "deploying": {"open", *(f"{name}-check" for name in UNPASSABLE["deploying"])},
    "application": {"open"},
}
"""What says so first, and checks that need it, too."""
OTHER = {
    # The browser's Python 3.14 reads annotations when they are asked for: SQLAlchemy adds its word.
    "clinic": {"find-run"},
    # A warning doesn't advise there to trace where a coroutine was made.
    "async": {"mistake-async"},
}
"""Lessons of which a few cells print something else there, each for a reason."""


def differences(slug: str) -> set[str]:
    """Give the cells of a lesson that print something else."""
    return {*CELLS.get(slug, ()), *ANSWERED.get(slug, ()), *OTHER.get(slug, ())}
