"""The programs that the second and third group of tests need, and where this machine has them."""

import shutil
from pathlib import Path

from course.server.binaries import find_binaries

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FIREFOXES = ("firefox-esr", "firefox")


def chromium() -> Path | None:
    """Find a Chromium on PATH."""
    return _first(*BROWSERS)


def firefox() -> Path | None:
    """Find a Firefox on PATH."""
    return _first(*FIREFOXES)


def webkit() -> Path | None:
    """Find WebKitGTK's driver on PATH, which starts the browser that comes with it."""
    return _first("WebKitWebDriver")


def xvfb() -> Path | None:
    """Find the X server without a screen on PATH: WebKitGTK's browser has no headless mode."""
    return _first("Xvfb")


def postgresql() -> Path | None:
    """Find the folder of the server's programs that the system has."""
    found = find_binaries(wheel=False)
    return found.folder if found is not None else None


def npm() -> Path | None:
    """Find npm on PATH, which brings what the browser edition runs on."""
    return _first("npm")


def _first(*names: str) -> Path | None:
    program = next(filter(None, map(shutil.which, names)), None)
    return Path(program) if program else None
