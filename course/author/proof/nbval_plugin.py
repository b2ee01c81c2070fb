"""A pytest plugin: nbval runs each committed notebook as the build did.

That is: in a workspace of its own and with the build's rules for dates and paths. Under
pytest-xdist a notebook's cells stay in one process, and what takes longest starts first.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from nbval.plugin import IPyNbCell
from xdist.scheduler import LoadScopeScheduling

from course.author.steady import sanitizing_file

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


class Scheduling(LoadScopeScheduling):
    """Keep the tests of a file in one process, but for rehearsals, which need nothing shared."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return nodeid if file.endswith("test_exercises.py") else file


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


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give each notebook an empty workspace before its kernel starts."""
    if isinstance(item, IPyNbCell) and item.parent is not item.config.stash[running]:
        item.config.stash[running] = item.parent
        workspace = item.config.stash[room] / "workspace"
        shutil.rmtree(workspace, ignore_errors=True)
        os.environ["COURSE_WORKSPACE"] = str(workspace)
