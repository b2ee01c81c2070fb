"""A lesson's kernel: an environment in which commands repeat exactly, and a quick `!`."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell


@dataclass(frozen=True)
class Failure:
    """A `!` command that ended with an exit code other than 0."""

    command: str
    exit_code: int


failures: list[Failure] = []


def prepare(shell: InteractiveShell, slug: str, lang: str) -> None:
    """Make the kernel's environment steady and give it our `!`."""
    steady_environment(slug, lang)
    shell.system = lambda command: run(shell, command)
    shell.config.SqlMagic.feedback = False
    shell.config.SqlMagic.displaycon = False


def steady_environment(slug: str, lang: str) -> None:
    """Set what commands started from the notebook need to print the same on every machine.

    No bytecode: a file that was written twice within a second must not run from a stale cache.
    """
    os.environ.pop("FORCE_COLOR", None)
    os.environ.update(
        COLUMNS="80",
        COURSE_LANG=lang,
        COURSE_LESSON=slug,
        LC_ALL="C.UTF-8",
        NO_COLOR="1",
        PATH=path_with(Path(sys.executable).parent),
        PYTHONDONTWRITEBYTECODE="1",
        PYTHONHASHSEED="0",
        PYTHONIOENCODING="utf-8",
        PYTHONUNBUFFERED="1",
    )
    sys.dont_write_bytecode = True


def path_with(folder: Path) -> str:
    """Give PATH with the folder first, so that `!alembic` is the interpreter's own."""
    others = os.environ.get("PATH", "").split(os.pathsep)
    return os.pathsep.join([str(folder), *(other for other in others if other != str(folder))])


def run(shell: InteractiveShell, command: str) -> None:
    """Run a shell command and print what it prints, in the order in which it prints it.

    IPython's own `!` waits 100 ms after each command and wraps Alembic's lines at the width of a
    terminal that nobody sees; a pipe does neither. Python buffers its standard output in a pipe,
    which PYTHONUNBUFFERED turns off.
    """
    command = shell.var_expand(command, depth=2)
    process = subprocess.Popen(
        command,
        shell=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    try:
        for line in process.stdout:
            print(line, end="")
    except KeyboardInterrupt:
        # Windows has no SIGINT for a single process.
        process.terminate() if os.name == "nt" else process.send_signal(signal.SIGINT)
    process.stdout.close()
    exit_code = process.wait()
    shell.user_ns["_exit_code"] = exit_code
    if exit_code != 0:
        failures.append(Failure(command, exit_code))


def close_sql() -> None:
    """Close what `%sql` has open, so that the database file can be moved or replaced."""
    connection = sys.modules.get("sql.connection")
    if connection is None:
        return
    for one in list(connection.Connection.connections.values()):
        one.internal_connection.close()
        one.internal_connection.engine.dispose()
    connection.Connection.connections.clear()
    connection.Connection.current = None
