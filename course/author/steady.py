"""The one place where stored outputs are rewritten: dates and paths, and nothing else.

The same rules serve the build, which applies them before it stores an output, and nbval, which
applies them to both sides before it compares (`sanitizing_file`).
"""

import re
import sys
from pathlib import Path

DATE = "2026-01-05 09:00:00.000000"
ROOM = "/path/to/workspace"
DEPTH = 6


def rules(workspace: Path) -> list[tuple[str, str]]:
    """Give (regular expression, replacement) pairs for notebooks run in the workspace.

    Line ends are Windows'; the date is the one with microseconds that Alembic writes into a
    revision; paths are the workspace's and the installed packages'. The rules for each depth turn
    Windows' backslashes behind the workspace around.
    """
    room = r"[\\/]{1,2}".join(re.escape(part) for part in re.split(r"[\\/]", str(workspace)))
    packages = re.escape(sys.prefix) + r"[\\/](?:lib|Lib)[\\/](?:python[\d.]+[\\/])?site-packages"
    return [
        (r"\r\n", r"\n"),
        (r"\b20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\b", DATE),
        (room, ROOM),
        *[
            (rf"({ROOM}(?:/[^\s'\"\\/]+){{{depth}}})\\{{1,2}}(?=[\w.])", r"\1/")
            for depth in range(DEPTH)
        ],
        (packages, "/path/to/site-packages"),
    ]


def rewrite(text: str, workspace: Path) -> str:
    """Apply the rules to a text."""
    for pattern, replacement in rules(workspace):
        text = re.sub(pattern, replacement, text)
    return text


def sanitizing_file(workspace: Path) -> str:
    """Give the rules in the form of the file that nbval's --nbval-sanitize-with reads."""
    sections = [
        f"[rule {number}]\nregex: {pattern}\nreplace: {replacement}\n"
        for number, (pattern, replacement) in enumerate(rules(workspace), start=1)
    ]
    return "\n".join(sections)
