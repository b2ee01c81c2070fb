"""How a new Python process is started that finds this very `course` and nothing of the folder's."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

START = (
    "import sys; sys.path.insert(0, sys.argv[1]); import {module} as program; sys.path.pop(0); "
    "program.main({arguments})"
)


def python(module: str, arguments: str = "") -> list[str]:
    """Give the command that calls `main` of a module of the course.

    `arguments` is Python for its arguments. Neither the working folder (-P) nor this checkout
    stays on the import path.
    """
    code = START.format(module=module, arguments=arguments)
    return [sys.executable, "-P", "-c", code, str(ROOT)]
