"""The programs that the second group of tests needs, and where this machine has them."""

import shutil
import subprocess
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DEBIAN_POSTGRESQL = Path("/usr/lib/postgresql")
SERVER_PROGRAMS = ("initdb", "pg_ctl")


def chromium() -> Path | None:
    """Find a Chromium on PATH."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    return Path(program) if program else None


def postgresql() -> Path | None:
    """Find the folder of PostgreSQL's server programs.

    That is where PATH has them, the newest version of Debian's, which keeps them off PATH, or
    where `pg_config` says they are.
    """
    for folder in _folders():
        if all(shutil.which(program, path=folder) for program in SERVER_PROGRAMS):
            return folder
    return None


def _folders() -> list[Path]:
    folders = []
    if on_path := shutil.which("initdb"):
        folders.append(Path(on_path).resolve().parent)
    versions = [path for path in DEBIAN_POSTGRESQL.glob("*") if path.name.isdecimal()]
    folders += [path / "bin" for path in sorted(versions, key=lambda path: -int(path.name))]
    if pg_config := shutil.which("pg_config"):
        asked = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True)
        folders += [Path(line) for line in asked.stdout.splitlines()]
    return folders
