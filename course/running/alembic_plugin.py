"""Alembic's entry point `alembic.plugins`: in a lesson's folder, the command line repeats itself.

Alembic imports this module in every process. It does something only for an `alembic` command that
runs somewhere below a workspace, which a file named MARKER tells, from a notebook as from a
terminal: there, a new revision id follows from the command and the scripts that are there already,
so that a learner who types the text's command sees the text's id; an error shows its own lines
without the traceback, which differs from one Python version to the next; and in a terminal, too,
libpq's variables lead to the lesson's server.
"""

import hashlib
import json
import os
import sys
from pathlib import Path

from course.workspace import MARKER, SERVERS


def setup(plugin: object) -> None:  # noqa: ARG001  (Alembic hands itself over)
    """Called by Alembic when it starts (alembic.runtime.plugins, since 1.18)."""
    is_command = Path(sys.argv[0]).stem == "alembic" or sys.orig_argv[1:3] == ["-m", "alembic"]
    workspace = workspace_above(Path.cwd()) if is_command else None
    if workspace:
        # A shell that sets it would have every command run on that project.
        os.environ.pop("ALEMBIC_CONFIG", None)
        find_server(workspace, Path.cwd())
        repeat()


def find_server(workspace: Path, folder: Path) -> None:
    """Let libpq's variables lead to the server of a working folder, unless they lead somewhere."""
    [name, *_] = [*folder.relative_to(workspace).parts, ""]
    file = workspace / SERVERS / f"{name}.json"
    if "PGHOST" not in os.environ and file.is_file():
        os.environ.update(json.loads(file.read_text(encoding="utf-8")))


def repeat() -> None:
    """Make this process's `alembic` repeat itself."""
    import alembic.util

    sys.tracebacklimit = 0
    alembic.util.rev_id = lambda: revision_id(sys.argv[1:], Path.cwd())


def workspace_above(folder: Path) -> Path | None:
    """Give the workspace of the course in which the folder lies; None where it lies in none."""
    inside = (above for above in (folder, *folder.parents) if (above / MARKER).is_file())
    return next(inside, None)


def revision_id(arguments: list[str], folder: Path) -> str:
    """Make a 12-digit revision id from a command's arguments and the scripts below a folder."""
    scripts = sorted(path.name for path in folder.rglob("versions/*.py"))
    made = ""
    for attempt in range(len(scripts) + 1):
        seed = json.dumps([arguments, len(scripts), attempt])
        made = hashlib.sha256(seed.encode()).hexdigest()[:12]
        if not any(made in name for name in scripts):
            break
    return made
