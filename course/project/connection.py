"""Which database env.py connects to: asked of env.py itself, where alembic.ini names no URL.

env.py runs in a process of its own, up to the moment at which it connects; no database is opened.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa

from course.project.errors import ProjectError

SECONDS = 30
SOURCES = (".py", ".ini", ".toml", ".env")


def connected_url(folder: Path, settings: str) -> sa.URL:
    """Give the URL that env.py connects to: SQLite's file, of another server only the driver.

    Raises ProjectError when env.py does not get as far as connecting.
    """
    answer = _ask(folder, settings, _fingerprint(folder))
    if "unreadable" in answer:
        raise ProjectError(answer["unreadable"], **answer["values"])
    return sa.URL.create(answer["driver"], database=answer["database"])


@lru_cache(maxsize=32)
def _ask(folder: Path, settings: str, _mark: str) -> dict:
    with tempfile.TemporaryDirectory(prefix="course-connected-") as scratch:
        answer = Path(scratch) / "answer.json"
        order = {"folder": str(folder), "settings": settings, "answer": str(answer)}
        try:
            done = subprocess.run(
                [sys.executable, "-m", "course.project.connection_child"],
                input=json.dumps(order),
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                cwd=folder,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            return {"unreadable": "slow", "values": {"seconds": SECONDS}}
        if not answer.is_file():
            said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
            return {"unreadable": "no_connection", "values": {"said": said}}
        return json.loads(answer.read_text(encoding="utf-8"))


def _fingerprint(folder: Path) -> str:
    """Mark all that decides where env.py connects: the project's sources, and the environment."""
    seen = sorted(os.environ.items())
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
        for name in sorted(names):
            if name.endswith(SOURCES):
                path = Path(parent, name)
                seen.append((str(path), hashlib.sha256(path.read_bytes()).hexdigest()))
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()
