"""Make a kernel in the browser ready for a lesson: before its first cell, and only once."""

import errno
import fcntl
import os
import termios
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from IPython import get_ipython

from course.contents import load_course
from course.site.kernel import later, locks, panels, sources
from course.site.kernel.keeping import NAME, Keeper, browsers_store
from course.site.kernel.mirror import Mirror
from course.site.kernel.place import WORKSPACE
from course.workspace import MARKER

PYODIDES = ("PYTHONINSPECT", "PYTHONSTARTUP")
"""Variables that are set for the interpreter itself; to the lessons they would look like steering.
"""


def begin() -> None:
    """Complete what the kernel lacks, and say where the learner's files are."""
    for name in PYODIDES:
        os.environ.pop(name, None)
    os.environ["COURSE_WORKSPACE"] = str(WORKSPACE)
    complete_fcntl()
    WORKSPACE.mkdir(parents=True, exist_ok=True)
    (WORKSPACE / MARKER).touch()
    # It imports what starts alembic, for which `fcntl` must be complete.
    from course.site.kernel import programs, turns
    from course.site.kernel.postgres import starting

    programs.take_over()
    turns.take_over()
    sources.bring_when_asked()
    starting.take_over()
    shell = get_ipython()
    shell.getoutput = partial(programs.get_output, shell)
    name_errors_plainly(get_ipython())
    kernel = get_ipython().kernel
    kernel.run = later.around(kernel.run, opening())
    if name := os.environ.pop(NAME, ""):
        keep_files(kernel, name)


def opening() -> Callable[[str], Awaitable[None]]:
    """Give what is done before a lesson is opened: its folder is taken, from other tabs, too."""
    asked: list[Any] = []

    async def take(slug: str) -> None:
        if not asked:
            asked.append(locks.browsers_locks())
        await locks.take_folder(slug, asked[0])

    return take


def keep_files(kernel: Any, name: str) -> None:
    """Have each cell's files kept in the browser's store of this name."""
    keeper = Keeper(Mirror(WORKSPACE), browsers_store(), name, tuple(load_course().languages))
    kernel.run = keeper.around(kernel.run)
    panels.bring_edits = keeper.bring_between_cells


def complete_fcntl() -> None:
    """Give the kernel's empty `fcntl` and `termios` what Alembic and filelock take from them.

    What other tabs have open is known by the browser's locks; and there is no terminal, which is
    an OSError.
    """
    constants = {"LOCK_SH": 1, "LOCK_EX": 2, "LOCK_NB": 4, "LOCK_UN": 8}
    for name, value in constants.items():
        setattr(fcntl, name, value)
    for name in ("lockf", "fcntl"):
        setattr(fcntl, name, lambda *_: 0)
    setattr(fcntl, "flock", locks.flock)  # noqa: B010
    setattr(fcntl, "ioctl", no_terminal)  # noqa: B010
    setattr(termios, "TIOCGWINSZ", 0x5413)  # noqa: B010


def no_terminal(*_: object) -> int:
    """Say that there is no terminal to be asked."""
    raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))


def name_errors_plainly(shell: Any) -> None:
    """Have errors named as ipykernel names them: `ValueError`, not `<class 'ValueError'>`."""

    def remember(kind: type[BaseException], value: BaseException, lines: list[str]) -> None:
        said = {"ename": kind.__name__, "evalue": str(value), "traceback": lines}
        shell._last_traceback = said  # noqa: SLF001  (what the kernel reads)

    shell._showtraceback = remember  # noqa: SLF001  (no public name: what kernels override)
