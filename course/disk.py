"""How much space the disk has, how much things need, and how a full disk makes itself known."""

import errno
import shutil
import stat
from pathlib import Path

SETUP_MB = 400
"""What `.venv` takes while it is made: 330 MB, and what pip unpacks on the way."""

EXTRAS_MB = {"system": 370, "postgresql": 60, "application": 70, "site": 60}
"""What each of `course.virtualenv.EXTRAS` takes."""

WORKSPACE_MB = 100
"""What learning takes: working folders, and the copies that checks migrate."""

FULL = ("No space left on device", "not enough space on the disk", "Disk quota exceeded")


def free_mb(folder: Path) -> int:
    """Give the free space of the folder's disk in MB."""
    return shutil.disk_usage(folder).free // 2**20


def size_mb(folder: Path) -> float:
    """Give how many MB the files below a folder hold; what goes meanwhile does not count."""
    total = 0
    for path in folder.rglob("*"):
        try:
            status = path.lstat()
        except OSError:
            continue
        if not stat.S_ISDIR(status.st_mode):
            total += status.st_size
    return total / 2**20


def is_full(error: OSError) -> bool:
    """Tell whether an error means that the disk is full; shutil's keep the reasons as text."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT) or says_full(str(error))


def says_full(text: str) -> bool:
    """Tell whether what a program printed means that the disk is full."""
    return any(sign in text for sign in FULL)
