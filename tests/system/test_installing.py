"""pip, uv and Poetry really add Alembic to a project; lesson `settings` shows what was recorded.

`.venv/bin/python -m tests.system.test_installing` records anew.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

import pytest

from course.contents import ROOT

pytestmark = [pytest.mark.system, pytest.mark.slow]

RECORDED = ROOT / "lessons" / "settings" / "start" / "recorded.txt"
SESSIONS = {
    "pip": ("pip install --quiet alembic", "alembic --version"),
    "uv": ("uv add --quiet alembic", "uv run alembic --version"),
    "poetry": ("poetry add alembic", "poetry run alembic --version"),
}
PROJECT = """\
[project]
name = "shop"
version = "0.1.0"
requires-python = ">=3.11,<4.0"
dependencies = []
"""
NOT_A_PACKAGE = "\n[tool.poetry]\npackage-mode = false\n"
INDEX = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
TOLD_APART = {
    r"\d+(\.\d+)*(ms|s)\b": "TIME",
    r"\d+(\.\d+)+": "VERSION",
    r"\b\d+ (package|install)s?": r"N \1s",
    r".*Download.*\n": "",
}
"""What differs between two right recordings: times, versions, counts, and what uv had at hand."""


class Recorder:
    """Projects below a folder, and a virtual environment there that has the two tools."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tools = folder / "tools"
        self.environment = {
            **os.environ,
            "PATH": os.pathsep.join([str(scripts(self.tools)), os.environ["PATH"]]),
            "NO_COLOR": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_QUIET": "1",
            "POETRY_CACHE_DIR": str(folder / "poetry-cache"),
            "POETRY_NO_INTERACTION": "1",
            "POETRY_VIRTUALENVS_IN_PROJECT": "true",
            "UV_CACHE_DIR": str(folder / "uv-cache"),
        }
        self.environment.pop("VIRTUAL_ENV", None)
        venv.create(self.tools, with_pip=True)
        self.run(folder, "pip install --quiet poetry uv")

    def run(self, project: Path, line: str) -> str:
        """Run a command in a project's environment, and give what it printed."""
        path = os.pathsep.join([str(scripts(project / ".venv")), self.environment["PATH"]])
        environment = {**self.environment, "PATH": path}
        words = shlex.split(line)
        done = subprocess.run(
            words, cwd=project, env=environment, capture_output=True, text=True, encoding="utf-8"
        )
        said = done.stdout + done.stderr
        assert done.returncode == 0, f"{line}: {said}"
        return said

    def record(self, tool: str) -> str:
        """Run a tool's commands in an empty project, and give them with what they printed."""
        project = self.folder / tool
        project.mkdir()
        venv.create(project / ".venv", with_pip=tool == "pip")
        text = PROJECT + (NOT_A_PACKAGE if tool == "poetry" else "")
        (project / "pyproject.toml").write_text(text, encoding="utf-8")
        if tool == "poetry":  # the same index as pip's
            index = self.run(project, f'{scripts(self.tools) / "python"} -c "{INDEX}"').strip()
            self.run(project, f"poetry source add --priority=primary pip {index}")
        ran = [f"$ {line}\n{self.run(project, line)}" for line in SESSIONS[tool]]
        return "".join(ran)


def scripts(environment: Path) -> Path:
    """Give the folder of a virtual environment's commands."""
    return environment / ("Scripts" if sys.platform == "win32" else "bin")


def told_apart(text: str) -> list[str]:
    """Give a recording's lines without what differs from day to day."""
    for pattern, instead in TOLD_APART.items():
        text = re.sub(pattern, instead, text)
    return sorted(text.split("\n"))


@pytest.fixture(scope="module")
def recorder(tmp_path_factory) -> Recorder:
    return Recorder(tmp_path_factory.mktemp("installing"))


def test_the_tools_still_print_what_the_lesson_shows(recorder):
    shown = RECORDED.read_text(encoding="utf-8")
    now = "\n".join(recorder.record(tool) for tool in SESSIONS)
    assert told_apart(now) == told_apart(shown)
    for tool in ("uv", "poetry"):
        project = tomllib.loads((recorder.folder / tool / "pyproject.toml").read_text("utf-8"))
        assert [name for name in project["project"]["dependencies"] if "alembic" in name]
        lock = (recorder.folder / tool / f"{tool}.lock").read_text("utf-8")
        assert 'name = "alembic"' in lock


@pytest.mark.parametrize("spoiled", ["poetry remove alembic", "  - Installing pip (1.0)"])
def test_an_edited_recording_is_found(spoiled):
    shown = RECORDED.read_text(encoding="utf-8")
    assert told_apart(f"{shown}{spoiled}\n") != told_apart(shown)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        made = Recorder(Path(scratch).resolve())
        written = "\n".join(made.record(tool) for tool in SESSIONS)
    RECORDED.write_text(written, encoding="utf-8")
    print(written)
