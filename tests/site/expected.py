"""Which cells print something else in a browser than on a desktop, each for a reason."""

TWO_SESSIONS = {"postgresql": ("index-invalid", "index-look", "index-again")}
"""Cells that need a second session at once, or look at what it left; the rest prints the same."""
ANSWERED = {"postgresql": {"open", "index_without_blocking-check"}}
"""What says so first, and checks that judge what those cells left."""
OTHER = {
    # The browser's Python 3.14 reads annotations when they are asked for: SQLAlchemy adds its word.
    "clinic": {"find-run"},
}
"""Lessons of which a few cells print something else there, each for a reason."""


def differences(slug: str) -> set[str]:
    """Give the cells of a lesson that print something else."""
    return {*TWO_SESSIONS.get(slug, ()), *ANSWERED.get(slug, ()), *OTHER.get(slug, ())}
