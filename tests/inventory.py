"""The list of tests: how many each file has. A test that goes shows as a change of the list.

After adding or removing a test: `.venv/bin/python -m tests.inventory`.
"""

import ast
from pathlib import Path

from course.contents import ROOT

TESTS = ROOT / "tests"
LISTED = TESTS / "inventory.toml"
HEADING = (
    "# How many tests each file has; `.venv/bin/python -m tests.inventory` writes it anew.\n\n"
)


def count() -> dict[str, int]:
    """Count the test functions of every file that pytest collects."""
    files = sorted(TESTS.rglob("test_*.py"))
    return {path.relative_to(TESTS).as_posix(): _tests(path) for path in files}


def _tests(path: Path) -> int:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return sum(function.name.startswith("test_") for function in functions)


def write() -> None:
    """Write the list as it stands."""
    lines = [f'"{name}" = {number}' for name, number in count().items()]
    LISTED.write_text(HEADING + "\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
