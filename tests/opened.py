"""What tests do with an opened lesson."""

import subprocess
import sys
from pathlib import Path

from course.contents import load_course


def stem(slug: str) -> str:
    """Give the name that a lesson's notebooks and working folder have now."""
    return load_course().lesson(slug).stem


def alembic(
    folder: Path, *arguments: str, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a working folder, in this process's environment or another."""
    command = [sys.executable, "-m", "alembic", *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
