"""A lesson's kernel: an environment in which commands repeat exactly, and a quick `!`."""

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell

from course.project.effects import Command
from course.running import ways
from course.running.line import alembic_words
from course.surroundings import cleaned

UNSAID = (signal.SIGINT, getattr(signal, "SIGPIPE", signal.SIGINT))
"""Signals of which a shell says nothing."""


EXIT_CODE = "_exit_code"
"""Where IPython's `!` leaves the exit code of a command."""


@dataclass(frozen=True)
class Failure:
    """A `!` command that ended with an exit code other than 0."""

    command: str
    exit_code: int


failures: list[Failure] = []
commands: list[Command] = []
"""The `alembic` commands that ran since the kernel started."""


def prepare(shell: InteractiveShell, lang: str) -> None:
    """Make the kernel's environment steady and give it our `!`."""
    steady_environment(lang)
    shell.system = lambda command: run(shell, command)  # type: ignore[method-assign]
    shell.config.SqlMagic.feedback = False
    shell.config.SqlMagic.displaycon = False
    if magic_first not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.append(magic_first)


def steady_environment(lang: str) -> None:
    """Set what commands started from the notebook need to print the same on every machine.

    What would steer them from outside goes (`course.surroundings`). No bytecode: a file that was
    written twice within a second must not run from a stale cache.
    """
    environment = cleaned(os.environ)
    environment.pop("FORCE_COLOR", None)
    environment.update(
        COLUMNS="80",
        COURSE_LANG=lang,
        LC_ALL="C.UTF-8",
        NO_COLOR="1",
        PATH=path_with(Path(sys.executable).parent),
        PYTHONDONTWRITEBYTECODE="1",
        PYTHONHASHSEED="0",
        PYTHONIOENCODING="utf-8",
        PYTHONUNBUFFERED="1",
    )
    os.environ.clear()
    os.environ.update(environment)
    sys.dont_write_bytecode = True


def path_with(folder: Path) -> str:
    """Give PATH with the folder first, so that `!alembic` is the interpreter's own."""
    others = os.environ.get("PATH", "").split(os.pathsep)
    return os.pathsep.join([str(folder), *(other for other in others if other != str(folder))])


def magic_first(lines: list[str]) -> list[str]:
    """Take comments away above a `%%` magic, which IPython reads in the first line alone.

    So a learner may leave the comment of a blank where it is and write below it.
    """
    for number, line in enumerate(lines):
        if line.startswith("%%"):
            return lines[number:]
        if line.strip() and not line.startswith("#"):
            break
    return lines


def run(shell: InteractiveShell, command: str) -> None:
    """Run a shell command and print what it prints, in the order in which it prints it.

    IPython's own `!` waits 100 ms after each command and wraps Alembic's lines at the width of a
    terminal that nobody sees; a pipe does neither. Python buffers its standard output in a pipe,
    which PYTHONUNBUFFERED turns off.
    """
    command = shell.var_expand(command, depth=2)  # type: ignore[no-untyped-call]
    code = ways.run(command, Path.cwd(), os.environ, sys.stdout.write)
    if code < 0:
        # A shell that waits for a command says that a signal ended it, and adds 128.
        if -code not in UNSAID:
            print(signal.strsignal(-code))
        code = 128 - code
    shell.user_ns[EXIT_CODE] = code
    if alembic_words(command) is not None:
        commands.append(Command(command, code))
    if code != 0:
        failures.append(Failure(command, code))


def exit_code(shell: InteractiveShell | None) -> int | None:
    """Give the exit code of the last command; None where there is none."""
    code = shell.user_ns.get(EXIT_CODE) if shell is not None else None
    return code if isinstance(code, int) else None
