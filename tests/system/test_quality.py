"""Types, lint and format of the code: what its authors are held to before a commit."""

import subprocess
import sys
from pathlib import Path

import pytest

from course.contents import ROOT

pytestmark = pytest.mark.system

CHECKS = {
    "lint": ("ruff", "check", "."),
    "format": ("ruff", "format", "--check", "."),
    "types": ("mypy",),
}
SPOILED = {
    "lint": "import os\n",
    "format": "x = {  'a':1 }\n",
    "types": 'def half(number: int) -> str:\n    """Give the half."""\n    return number / 2\n',
}


def complaints(check: str, folder: Path) -> str:
    """What a check says of the code in a folder; empty where it is content."""
    done = subprocess.run(
        [sys.executable, "-m", *CHECKS[check]], cwd=folder, capture_output=True, text=True
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("check", CHECKS)
def test_the_code_holds(check):
    assert complaints(check, ROOT) == ""


@pytest.mark.parametrize("check", CHECKS)
def test_spoiled_code_is_found(tmp_path, check):
    """The checks as they are set here complain of what is wrong, and of nothing else."""
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    package = tmp_path / "course"
    package.mkdir()
    (package / "__init__.py").write_text('"""A package."""\n', encoding="utf-8")
    assert complaints(check, tmp_path) == ""
    (package / "spoiled.py").write_text(SPOILED[check], encoding="utf-8")
    assert "spoiled.py" in complaints(check, tmp_path)
