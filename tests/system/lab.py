"""JupyterLab as the README starts it, and a browser in front of it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from course.command.programs import chromium
from course.contents import ROOT
from tests.system.port import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

SECONDS = 60
ANOTHER_MACHINE = "room.test"
"""A name of this machine that browsers don't know as such: to them, a page from elsewhere."""
RUN_MENU = {"ko": "실행", "en": "Run"}
RUN_ALL = {"ko": "모든 셀 실행", "en": "Run All Cells"}


@contextmanager
def lab(folder: Path, lang: str) -> Iterator[str]:
    """Run `python -m course lab` with a workspace of its own; give the address with its token."""
    places = {
        "COURSE_WORKSPACE": folder / "workspace",
        "JUPYTER_CONFIG_DIR": folder / "config",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": folder / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
    }
    log = folder / "lab.log"
    arguments = ["--no-browser", "--port", str(free_port())]
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "course", "lab", "--lang", lang, *arguments],
            cwd=ROOT,
            env={**os.environ, **{name: str(place) for name, place in places.items()}},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield address(log, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=SECONDS)


def address(log: Path, process: subprocess.Popen) -> str:
    """Wait for the address that JupyterLab prints. Raises RuntimeError with its log."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and process.poll() is None:
        said = log.read_text(encoding="utf-8")
        found = re.search(r"http://127\.0\.0\.1:\d+/lab\S*token=\w+", said)
        if found:
            return found[0]
        time.sleep(0.1)
    raise RuntimeError(log.read_text(encoding="utf-8"))


@contextmanager
def browser() -> "Iterator[Browser]":
    """Start the system's Chromium, headless. Raises RuntimeError when there is none."""
    from playwright.sync_api import sync_playwright

    program = chromium()
    if program is None:
        raise RuntimeError("no Chromium is on PATH")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", f"--host-resolver-rules=MAP {ANOTHER_MACHINE} 127.0.0.1"]
        started = playwright.chromium.launch(executable_path=program, args=arguments)
        yield started
        started.close()


def notebook_address(url: str, name: str) -> str:
    """Give the address of a copy, such as `ko/NAME.ipynb`, from that of the start page."""
    place, _, query = url.partition("/lab/tree/")
    return f"{place}/lab/tree/{name}?{query.rpartition('?')[2]}"


def open_page(browser: "Browser", url: str, scheme: str, height: int = 1000) -> "Page":
    """Open the address alone in a new window, on a light or dark system."""
    page = browser.new_page(
        viewport={"width": 1440, "height": height}, color_scheme=scheme, device_scale_factor=1
    )
    page.set_default_timeout(SECONDS * 1000)
    page.goto(f"{url}&reset")
    return page


def open_notebook(browser: "Browser", url: str, scheme: str, height: int = 1000) -> "Page":
    """Open a notebook's address alone in a new window; wait for the kernel."""
    page = open_page(browser, url, scheme, height)
    wait_for_kernel(page)
    return page


def wait_for_kernel(page: "Page") -> None:
    """Wait until a notebook is there and its kernel has nothing to do."""
    page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for()
    page.locator(".jp-KernelName", has_text="Python 3").wait_for()
    wait_until_idle(page)


def run_all(page: "Page", lang: str) -> None:
    """Run every cell from the menu and wait until the kernel has nothing left to do."""
    page.locator(".lm-MenuBar-itemLabel", has_text=RUN_MENU[lang]).first.click()
    page.locator(".lm-Menu-itemLabel").get_by_text(RUN_ALL[lang], exact=True).click()
    wait_until_idle(page)


def wait_until_idle(page: "Page") -> None:
    """Wait until no cell waits for the kernel."""
    page.wait_for_timeout(300)
    page.wait_for_function(
        "() => ![...document.querySelectorAll('.jp-InputPrompt')]"
        ".some(prompt => prompt.innerText.includes('*'))"
    )
    # Beside the panel a narrow toolbar hides it.
    idle = page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first
    idle.wait_for(state="attached")


def cell(page: "Page", notebook: str, cell_id: str, added: int = 0) -> "Locator":
    """Find a cell by its id in the committed notebook, and bring it into view.

    `added` is how many cells the learner has put above it.
    """
    cells = json.loads((ROOT / "notebooks" / notebook).read_text(encoding="utf-8"))["cells"]
    [index] = [number + added for number, one in enumerate(cells) if one["id"] == cell_id]
    found = page.locator(f'.jp-Cell[data-windowed-list-index="{index}"]')
    found.scroll_into_view_if_needed()
    return found


def panel(page: "Page", section: str) -> "Locator":
    """Find a section of the panel beside the notebook."""
    return page.locator(f"#alembic-course-live section[data-name={section}]")


def panel_text(page: "Page", section: str) -> str:
    """Give what a section of the panel says, as text."""
    return panel(page, section).locator(".text").text_content()


def add_cell(page: "Page", after: "Locator", source: str) -> "Locator":
    """Write a cell below another one, run it, and find it."""
    after.locator(".jp-InputPrompt").click()
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    added = page.locator(".jp-Notebook .jp-Cell.jp-mod-active")
    added.locator(".cm-content").click()
    page.keyboard.insert_text(source)
    page.keyboard.press("ControlOrMeta+Enter")
    wait_until_idle(page)
    return added


def restart_kernel(page: "Page") -> None:
    """Restart the kernel as its user does, by the keys, and wait until it is there again."""
    page.locator(".jp-Notebook .jp-Cell.jp-mod-active .jp-InputPrompt").click()
    page.keyboard.press("Escape")
    page.keyboard.press("0")
    page.keyboard.press("0")
    page.locator(".jp-Dialog .jp-mod-accept").click()
    page.locator(".jp-Dialog").wait_for(state="detached")
    wait_until_idle(page)


def write(page: "Page", where: "Locator", source: str) -> None:
    """Put a source into a cell and run it."""
    where.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(source)
    run(page, where)


def run(page: "Page", where: "Locator") -> None:
    """Run a cell where it stands."""
    where.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+Enter")
    wait_until_idle(page)


def output(where: "Locator") -> str:
    """Give the text of a cell's output."""
    return where.locator(".jp-OutputArea-output").first.text_content()
