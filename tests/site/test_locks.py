"""A second tab with the same lesson gets the folder that a second notebook gets."""

import asyncio

import pytest

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


def test_flock_answers_as_the_browsers_locks_do(tmp_path):
    (tmp_path / ".locks").mkdir()
    locks.elsewhere.add("a")
    with (tmp_path / ".locks/a.lock").open("w") as taken, pytest.raises(BlockingIOError):
        locks.flock(taken.fileno(), 0, tmp_path)
    with (tmp_path / ".locks/b.lock").open("w") as free:
        locks.flock(free.fileno(), 0, tmp_path)


def test_a_lesson_that_there_is_not_takes_nothing():
    assert take("nowhere", Browser().tab()) == set()
