"""Where a learner's files are, and where what is moved aside goes."""

import os
from datetime import datetime
from pathlib import Path

MARKER = ".course-workspace"
"""A file at the top of a workspace; `course.running.alembic_plugin` looks for it."""

SERVERS = ".servers"
"""A file for each working folder that has a server: libpq's variables, for its terminals."""

OLD = ".old"
"""What is moved aside, a folder each time."""


def workspace(root: Path) -> Path:
    """Where working folders and copies are: `workspace` at the top, or what COURSE_WORKSPACE names.

    `root` is the top of the checkout.
    """
    return Path(os.environ.get("COURSE_WORKSPACE") or root / "workspace").absolute()


def make_workspace(root: Path) -> Path:
    """Make the workspace, readable by its owner alone, where it is not there yet; give its place.

    Raises OSError.
    """
    place = workspace(root)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    (place / MARKER).touch()
    return place


def aside(place: Path, name: str) -> Path:
    """Give a folder of the workspace `place`, not there yet, for what is moved aside by a name."""
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S-%f")
    return place / OLD / f"{name}.{stamp}"
