"""How a process hands over to another, runs one, and waits for its turn. Standard library only."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from course.surroundings import cleaned


def take_over(command: Sequence[str], folder: Path | None = None) -> int:
    """Run a command in this process's place; on Windows, which cannot, as a child.

    It gets this process's environment without what would steer a lesson.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    environment = cleaned(os.environ)
    if os.name != "nt":
        os.chdir(folder or os.curdir)
        os.execve(command[0], list(command), environment)
    child = subprocess.Popen(command, cwd=folder, env=environment)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


def run(command: Sequence[str], folder: Path, lock: int, shown: bool) -> tuple[int, str]:
    """Run a command; give its exit code and what it wrote to stderr (with stdout, if not shown).

    The child holds the lock too: if this process is killed, nobody starts before it has ended.
    """
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=cleaned(os.environ),
        stdout=None if shown else subprocess.PIPE,
        stderr=subprocess.PIPE if shown else subprocess.STDOUT,
        text=True,
        errors="replace",
        pass_fds=() if os.name == "nt" else (lock,),
    )
    lines = []
    try:
        for line in (process.stderr if shown else process.stdout) or ():
            lines.append(line)
            if shown:
                sys.stderr.write(line)
        return process.wait(), "".join(lines)
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise


@contextmanager
def locked(path: Path, waiting: Callable[[], None]) -> Iterator[int]:
    """Hold a lock on a file, which other processes wait for; give its file descriptor.

    Calls `waiting` once if another process has it. The course's other locks are filelock's, which
    is not there before the packages are.
    """
    with path.open("a") as file:
        if not try_lock(file.fileno()):
            waiting()
            while not try_lock(file.fileno()):
                time.sleep(0.2)
        yield file.fileno()


def try_lock(file: int) -> bool:
    """Take the lock on an open file, by its descriptor; tell whether nobody else had it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
