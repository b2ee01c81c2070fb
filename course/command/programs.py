"""The programs that the second group of tests needs, and where this machine has them."""

import shutil
from pathlib import Path

from course.server.binaries import find_binaries

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> Path | None:
    """Find a Chromium on PATH."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    return Path(program) if program else None


def postgresql() -> Path | None:
    """Find the folder of the server's programs that the system has."""
    found = find_binaries(wheel=False)
    return found.folder if found is not None else None


def npm() -> Path | None:
    """Find npm on PATH, which brings what the browser edition runs on."""
    program = shutil.which("npm")
    return Path(program) if program else None
