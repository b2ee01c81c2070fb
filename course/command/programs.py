"""What this machine has: disk space, and the programs of the second group of tests."""

import shutil
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DEBIAN_POSTGRESQL = Path("/usr/lib/postgresql")


def chromium() -> Path | None:
    """Find a Chromium on PATH."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return Path(found) if found else None


def postgresql() -> Path | None:
    """Find the folder of PostgreSQL's server programs: on PATH, or the newest that Debian has."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = [path.parent for path in DEBIAN_POSTGRESQL.glob("*/bin/initdb")]
    return max(versions, key=lambda path: int(path.parent.name), default=None)


def free_mb(folder: Path) -> int:
    """Give the free space of the folder's disk in MB."""
    return shutil.disk_usage(folder).free // 2**20
