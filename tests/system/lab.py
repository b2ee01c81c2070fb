"""JupyterLab as the README starts it, and a browser in front of it."""

import json
import os
import re
import shutil
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

SECONDS = 120
RUN_MENU = {"ko": "실행", "en": "Run"}
RUN_ALL = {"ko": "모든 셀 실행", "en": "Run All Cells"}


@contextmanager
def lab(folder: Path, lang: str) -> Iterator[str]:
    """Run `python -m course lab` on a copy of the notebooks; give the address with its token.

    The copy keeps JupyterLab's saving away from the committed notebooks.
    """
    shutil.copytree(ROOT / "notebooks", folder / "top" / "notebooks")
    places = {
        "COURSE_WORKSPACE": folder / "workspace",
        "JUPYTER_CONFIG_DIR": folder / "config",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": folder / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
    }
    log = folder / "lab.log"
    top = f"--ServerApp.root_dir={folder / 'top'}"
    arguments = ["--no-browser", "--port", str(free_port()), top]
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
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


def open_notebook(browser: "Browser", url: str, scheme: str, height: int = 1000) -> "Page":
    """Open the address alone in a new window, on a light or dark system; wait for the kernel."""
    page = browser.new_page(
        viewport={"width": 1440, "height": height}, color_scheme=scheme, device_scale_factor=1
    )
    page.set_default_timeout(SECONDS * 1000)
    page.goto(f"{url}&reset")
    page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for()
    page.locator(".jp-KernelName", has_text="Python 3").wait_for()
    wait_until_idle(page)
    return page


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
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first.wait_for()


def cell(page: "Page", notebook: str, cell_id: str) -> "Locator":
    """Find a cell by its id in the committed notebook, and bring it into view."""
    cells = json.loads((ROOT / "notebooks" / notebook).read_text(encoding="utf-8"))["cells"]
    [index] = [number for number, one in enumerate(cells) if one["id"] == cell_id]
    found = page.locator(f'.jp-Cell[data-windowed-list-index="{index}"]')
    found.scroll_into_view_if_needed()
    return found


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
