"""Open a lesson in a workspace of the test's own, in this process or in another one."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course import open_lesson
from course.lesson.lesson import Lesson


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty workspace; the environment and the working directory are put back at the end."""
    workspace = tmp_path / "workspace"
    monkeypatch.setenv("COURSE_WORKSPACE", str(workspace))
    monkeypatch.chdir(tmp_path)
    return workspace


@pytest.fixture
def opened(room: Path) -> Callable[..., Lesson]:
    """Open a lesson in this process, without a notebook."""

    def open_it(slug: str, lang: str = "en") -> Lesson:
        return open_lesson(slug, lang)

    return open_it


def alembic(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run the command line in a working folder."""
    command = [sys.executable, "-m", "alembic", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


OPEN_AND_WAIT = """
from course import open_lesson
open_lesson({slug!r}, "ko")
print("opened", flush=True)
input()
"""


@pytest.fixture
def other_notebook() -> Iterator[Callable[[str], subprocess.Popen]]:
    """Open a lesson in another process, as a second notebook does, and leave it open."""
    started = []

    def start(slug: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", OPEN_AND_WAIT.format(slug=slug)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )
        started.append(process)
        for line in process.stdout:
            if line == "opened\n":
                return process
        raise AssertionError("the other notebook did not open the lesson")

    yield start
    for process in started:
        process.kill()
        process.communicate()
