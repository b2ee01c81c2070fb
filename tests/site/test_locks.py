"""A second tab with the same lesson gets the folder that a second notebook gets."""

import asyncio
import fcntl

import pytest
from filelock import FileLock, Timeout

from course.site.kernel import locks
from tests.opened import stem


class Browser:
    """The locks of a browser with several tabs."""

    def __init__(self):
        self.held = {}

    def tab(self):
        browser = self

        class Tab:
            async def take(self, name):
                return browser.held.setdefault(name, self) is self

            def keepOnly(self, name):  # noqa: N802
                for other in [one for one, tab in browser.held.items() if tab is self]:
                    if other != name:
                        del browser.held[other]

        return Tab()


@pytest.fixture(autouse=True)
def forget():
    yield
    locks.elsewhere.clear()


def take(slug, tab):
    asyncio.run(locks.take_folder(slug, tab))
    return set(locks.elsewhere)


def test_the_first_tab_has_the_folder_and_the_second_the_next():
    browser = Browser()
    one, other, third = browser.tab(), browser.tab(), browser.tab()
    assert take("init", one) == set()
    assert take("init", other) == {stem("init")}
    assert take("init", third) == {stem("init"), f"{stem('init')}-2"}
    assert take("init", one) == set()


def test_a_tab_that_goes_on_to_another_lesson_lets_the_folder_go():
    browser = Browser()
    one, other = browser.tab(), browser.tab()
    take("init", one)
    take("moving", one)
    assert take("init", other) == set()


def test_a_file_lock_answers_as_the_browsers_do(tmp_path, monkeypatch):
    (tmp_path / ".locks").mkdir()
    monkeypatch.setattr(fcntl, "flock", lambda file, flags: locks.flock(file, flags, tmp_path))
    locks.elsewhere.add("a")
    with pytest.raises(Timeout):
        FileLock(tmp_path / ".locks/a.lock").acquire(timeout=0)
    with FileLock(tmp_path / ".locks/b.lock").acquire(timeout=0):
        pass


def test_a_lesson_that_there_is_not_takes_nothing():
    assert take("nowhere", Browser().tab()) == set()
