"""The playground's page in a browser: by keys alone, by clicks, and with what cannot be loaded."""

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from course.contents import ROOT
from tests.small_project import add_revision, make_history
from tests.system.lab import browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

pytestmark = pytest.mark.system


@contextmanager
def playing(source: Path, lang: str, scheme: str = "light") -> "Iterator[Page]":
    """Run the command on a project and open its page; nothing may go wrong on it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "course", "play", str(source), "--no-browser", "--lang", lang],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert process.stdout is not None
    try:
        found = re.search(r"http://\S+/", process.stdout.readline())
        assert found
        with browser() as started:
            page = started.new_page(viewport={"width": 1500, "height": 1000}, color_scheme=scheme)
            wrong: list[str] = []
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("console", lambda message: wrong.append(message.text))
            page.goto(found[0])
            done(page)
            yield page
            assert wrong == []
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


def done(page: "Page") -> None:
    """Wait until the act and its pictures are there."""
    page.wait_for_selector(
        '.view[aria-busy="false"] section[data-name="parts"][data-stale="false"]'
    )


def press(page: "Page", *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
        done(page)


def marks(page: "Page", words: str) -> list[str]:
    """Give the rows whose label says the words."""
    rows = page.locator('g[role="button"]').evaluate_all(
        "rows => rows.map(row => [row.dataset.revision, row.getAttribute('aria-label')])"
    )
    return [name for name, label in rows if words in label.split(", ")]


def terminal(page: "Page") -> str:
    return page.locator('section[data-name="terminal"] .command').inner_text()


def test_everything_by_keys(tmp_path):
    with playing(make_history(tmp_path / "app"), "en") as page:
        assert marks(page, "current") == ["base"]
        press(page, "u")
        assert marks(page, "current") == ["b2"]
        assert "alembic upgrade head" in terminal(page) and "exit code 0" in terminal(page)
        page.locator('g[data-revision="b2"]').focus()
        press(page, "ArrowDown", "Enter", "g")
        assert marks(page, "current") == ["a1"]
        press(page, "r")
        page.keyboard.type("u side")
        press(page, "Enter", "u")
        assert len(marks(page, "head")) == len(marks(page, "current")) == 2
        press(page, "m", "u")
        assert marks(page, "current") == marks(page, "head")
        press(page, *"zzz")
        assert len(marks(page, "head")) == 2 and marks(page, "current") == ["a1"]
        press(page, "y")
        assert len(marks(page, "current")) == 2
        press(page, "n")
        page.keyboard.type("nothing of it")
        press(page, "Escape", "b")
        assert marks(page, "current") == ["base"]


def test_everything_by_clicks(tmp_path):
    with playing(make_history(tmp_path / "app"), "ko", "dark") as page:
        page.locator('g[data-revision="a1"]').click()
        done(page)
        selected = page.locator('section[data-name="selected"]')
        assert "create users" in selected.inner_text()
        assert "CREATE TABLE users" in selected.inner_text()
        selected.locator('[data-act="go"]').click()
        done(page)
        assert marks(page, "현재") == ["a1"]
        parts = page.locator('section[data-name="parts"]')
        assert "alembic upgrade a1" in parts.inner_text()
        page.get_by_placeholder("새 리비전의 메시지").first.fill("가격 추가")
        page.get_by_text("빈 리비전", exact=True).click()
        done(page)
        assert "가격 추가" in page.locator('section[data-name="graph"]').inner_text()
        page.get_by_role("button", name="되돌리기").click()
        done(page)
        assert "가격 추가" not in page.locator('section[data-name="graph"]').inner_text()
        scheme = "getComputedStyle(document.querySelector('#playground')).backgroundColor"
        assert page.evaluate(scheme) == "rgb(20, 24, 29)"


def test_a_history_that_alembic_cannot_load(tmp_path):
    source = make_history(tmp_path / "app")
    add_revision(source, "d4", "c3")
    with playing(source, "en") as page:
        assert marks(page, "missing") == ["c3"]
        assert "Restore the deleted file" in page.locator('[data-name="selected"]').inner_text()
        press(page, "u")
        assert "exit code 1" in terminal(page)
        page.reload()
        done(page)
        assert "exit code 1" in terminal(page), "a page that was loaded anew shows the same"
