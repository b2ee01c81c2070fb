"""What stops a set-up, as the learner is told it: disk, network, pip, rights. Standard library."""

import errno
import re
import tempfile
from pathlib import Path

from course import disk

NO_NETWORK = (
    "connection broken by",
    "ConnectionError",
    "Max retries exceeded",
    "getaddrinfo failed",
    "name resolution",
    "timed out",
    "CERTIFICATE_VERIFY_FAILED",
)


class SetupProblem(Exception):
    """Something on this machine stops the set-up; `key` names its phrase below `setup`."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def of_file(error: OSError, root: Path) -> SetupProblem:
    """Give the problem that an error of the file system is."""
    if disk.is_full(error):
        return _disk_full(root)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return SetupProblem("cannot_write", folder=root)
    return SetupProblem("file_problem", said=error)


def of_pip(code: int, printed: str, root: Path) -> SetupProblem:
    """Give the problem for which pip ended with the exit code, by what it printed."""
    if full := full_disk(printed, root):
        return full
    if any(sign in printed for sign in NO_NETWORK):
        return SetupProblem("no_network")
    if missing := re.search(r"No matching distribution found for ([\w.-]+)", printed):
        return SetupProblem("no_wheel", name=missing[1])
    # A signal ends pip with a negative code.
    key = "pip_failed" if code > 0 else "pip_killed"
    return SetupProblem(key, code=code, said=last_line(printed))


def of_venv(printed: str, root: Path) -> SetupProblem:
    """Give the problem for which no virtual environment could be made, by what was printed."""
    return full_disk(printed, root) or SetupProblem("venv_failed", said=last_line(printed))


def full_disk(printed: str, root: Path) -> SetupProblem | None:
    """Give the problem of a full disk, the checkout's or the one for temporary files, if it is."""
    folder = min((root, Path(tempfile.gettempdir())), key=disk.free_mb)
    if disk.says_full(printed) or disk.free_mb(folder) < 1:
        return _disk_full(folder)
    return None


def last_line(printed: str) -> str:
    """Give the last line that pip calls an error, else the last line."""
    errors = [line for line in printed.splitlines() if line.lower().startswith("error:")]
    lines = errors or [line for line in printed.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "-"


def _disk_full(folder: Path) -> SetupProblem:
    values = {"free": disk.free_mb(folder), "needed": disk.SETUP_MB}
    return SetupProblem("disk_full", folder=folder, **values)
