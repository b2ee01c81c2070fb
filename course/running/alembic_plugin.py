"""Alembic's entry point `alembic.plugins`: in a lesson, the command line repeats itself exactly.

Alembic imports this module in every process. It does something only in an `alembic` command that
a lesson's notebook started (`COURSE_LESSON` is set by `course.lesson.kernel`): there, a new
revision id follows from the command and the scripts that are there already, so that a learner who
types the text's command sees the text's id; and an error shows its own lines without the
traceback, which differs from one Python version to the next.
"""

import hashlib
import json
import os
import sys
from pathlib import Path


def setup(plugin: object) -> None:
    """Called by Alembic when it starts (alembic.runtime.plugins, since 1.18)."""
    is_command = Path(sys.argv[0]).stem == "alembic" or sys.orig_argv[1:3] == ["-m", "alembic"]
    if "COURSE_LESSON" not in os.environ or not is_command:
        return
    import alembic.util

    sys.tracebacklimit = 0
    alembic.util.rev_id = lambda: revision_id(sys.argv[1:], Path.cwd())


def revision_id(arguments: list[str], folder: Path) -> str:
    """Make a 12-digit revision id from a command's arguments and the scripts below a folder."""
    scripts = sorted(path.name for path in folder.rglob("versions/*.py"))
    for attempt in range(len(scripts) + 1):
        seed = json.dumps([arguments, len(scripts), attempt])
        made = hashlib.sha256(seed.encode()).hexdigest()[:12]
        if not any(made in name for name in scripts):
            break
    return made
