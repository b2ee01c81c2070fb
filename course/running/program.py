"""A process that has imported already becomes `alembic`: the same script, streams and exit."""

import atexit
import io
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import CodeType, ModuleType, TracebackType
from typing import Any, NoReturn

from course.running import alembic_plugin

STREAMS = ("stdin", "stdout", "stderr")


def take_place(folder: str, environment: Mapping[str, str]) -> None:
    """Go to the folder and take over the environment, as a new process would have them."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    if hasattr(time, "tzset"):
        time.tzset()


def new_streams(environment: Mapping[str, str]) -> None:
    """Open Python's streams anew on the file descriptors 0, 1 and 2.

    Encodings are those that this process started with, and PYTHONUNBUFFERED holds.
    """
    unbuffered = bool(environment.get("PYTHONUNBUFFERED"))
    for number, name in enumerate(STREAMS):
        old = getattr(sys, f"__{name}__")
        mode = "wb" if number else "rb"
        # CPython itself wraps the raw file when it is unbuffered.
        buffering = 0 if number and unbuffered else -1
        buffer: Any = open(number, mode, buffering, closefd=False)  # noqa: SIM115  (it stays)
        stream = io.TextIOWrapper(
            buffer,
            encoding=old.encoding if old else "utf-8",
            errors=old.errors if old else "replace",
            line_buffering=number == 2,
            write_through=bool(number) and unbuffered,
        )
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def become_alembic(words: Sequence[str], script: str) -> NoReturn:
    """Run the `alembic` script as this process's program, to the end of the process."""
    sys.argv = [script, *words]
    sys.orig_argv = [sys.executable, script, *words]
    sys.path.insert(0, str(Path(script).parent))
    main = ModuleType("__main__")
    main.__file__ = script
    sys.modules["__main__"] = main
    alembic_plugin.setup(None)
    try:
        exec(_program(script), main.__dict__)
    except SystemExit:
        raise
    except KeyboardInterrupt as error:
        _show(error, script)
        _end_by_interrupt()
    except BaseException as error:
        _show(error, script)
        sys.exit(1)
    sys.exit(0)


def exit_code(end: SystemExit) -> int:
    """Give the exit code that Python makes of a SystemExit; a text is written to stderr by it."""
    return end.code & 0xFF if isinstance(end.code, int) else int(end.code is not None)


def _program(script: str) -> CodeType:
    """Compile the script; on Windows, where it is an .exe, what it does."""
    try:
        source = Path(script).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        source = "import sys\nfrom alembic.config import main\nsys.exit(main())\n"
    return compile(source, script, "exec")


def _show(error: BaseException, script: str) -> None:
    """Show an error as Python does at the end of a program, from the script's frame on."""
    below: TracebackType | None = error.__traceback__
    while below is not None and below.tb_frame.f_code.co_filename != script:
        below = below.tb_next
    sys.excepthook(type(error), error.with_traceback(below), below)


def _end_by_interrupt() -> NoReturn:
    """End as Python ends a program that Ctrl-C stopped: cleaned up, then by the signal."""
    if os.name == "nt":
        sys.exit(130)
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()  # noqa: SLF001  (Python has no public name for it)
    sys.stdout.flush()
    sys.stderr.flush()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGINT)
    sys.exit(130)
