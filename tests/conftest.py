"""Fixtures: a workspace of the test's own, lessons opened in it, and checkouts to be spoiled."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from course import open_lesson
from course.contents import Course, LessonEntry, load_course
from course.lesson.lesson import Lesson
from tests.checkout import Built, build_sample, copy_sample, import_path

OPEN_AND_WAIT = """
from course import open_lesson
open_lesson({slug!r}, "ko")
print("opened", flush=True)
input()
"""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what is asked of a lesson that needs more than Python into the second group of tests."""
    stems = {entry.stem for entry in load_course().lessons if entry.needs_more}
    for item in items:
        given = item.callspec.params.values() if hasattr(item, "callspec") else ()
        asked = any(isinstance(one, LessonEntry) and one.needs_more for one in given)
        if asked or item.path.stem in stems:
            item.add_marker(pytest.mark.system)


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


@pytest.fixture
def other_notebook() -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Open a lesson in another process, as a second notebook does, and leave it open."""
    started = []

    def start(slug: str) -> subprocess.Popen[str]:
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


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Built:
    """A whole checkout to which one lesson was added, and built; not to be changed.

    It is made once for all processes that tests run in.
    """
    if worker_id == "master":
        return build_sample(tmp_path_factory.mktemp("built") / "kit")
    room = tmp_path_factory.getbasetemp().parent / "built"
    with FileLock(room.with_suffix(".lock")):
        if not room.is_dir():
            build_sample(room / "kit")
    return Built.there(room / "kit")


@pytest.fixture
def course(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Course]:
    """A copy of the built checkout, with the added lesson alone, to be spoiled."""
    root = tmp_path / "kit"
    copy_sample(built.root, root)
    monkeypatch.setenv("PYTHONPATH", import_path(root))
    yield load_course(root)
    shutil.rmtree(root, ignore_errors=True)
