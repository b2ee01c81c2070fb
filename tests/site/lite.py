"""The browser edition in a browser: built once, served, its cells run and compared."""

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from filelock import FileLock

from course.author.steady import rewrite
from course.contents import ROOT, load_course
from course.site.build import build
from course.site.kernel.place import WORKSPACE
from course.site.serving import server

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as ChromiumPage

SECONDS = 240
"""A kernel that starts on a machine with much else to do takes a minute."""
PACKAGES = "/lib/python3.14/site-packages"
UNCOMPARED = ("text/latex", "image/png", "image/jpeg")
"""What nbval does not compare of an output's data."""

SETS = (
    re.compile(r"(?:^ +-> .+\n?){2,}", re.MULTILINE),
    re.compile(r"(?<=^Branches into: ).+$", re.MULTILINE),
)
"""What Alembic lists of a set: in another order where hashes are shorter, as in a browser."""

RUN = """async (number) => {
  const app = window.jupyterapp;
  const panel = app.shell.currentWidget;
  await panel.sessionContext.ready;
  panel.content.activeCellIndex = number;
  await app.commands.execute("notebook:run-cell");
  return panel.content.model.toJSON().cells[number];
}"""
CELLS = "() => window.jupyterapp.shell.currentWidget.content.model.toJSON().cells"
LOADED = """() => {
  const panel = window.jupyterapp?.shell.currentWidget;
  if (!panel?.context?.isReady || !panel.node.querySelector(".jp-Cell")) return false;
  const cells = panel.content?.model?.toJSON().cells;
  return Boolean(cells?.length) && cells.every((cell) => cell.id);
}"""
"""A page that shows the notebook may still have another one's cells, or none."""
WRITE = """([number, source]) => {
  const panel = window.jupyterapp.shell.currentWidget;
  panel.content.widgets[number].model.sharedModel.setSource(source);
}"""


@contextmanager
def built_site(shared: Path) -> Iterator[tuple[Path, str]]:
    """Build the site once for all processes of the tests, and serve it.

    Gives its folder and its address.
    """
    target = shared / "site"
    with FileLock(shared / "site.lock"):
        if not (shared / "site.done").exists():
            build(load_course(), target, ROOT / "build" / "site-parts")
            (shared / "site.done").touch()
    with server(target) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield target, f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()


class Page(Protocol):
    """What a visit takes of a page, whoever drives the browser: Playwright's own has it."""

    def goto(self, url: str, /) -> Any:
        """Go to an address, and wait until it is loaded."""

    def reload(self) -> Any:
        """Load the page again."""

    def evaluate(self, expression: str, arg: Any = None, /) -> Any:
        """Call a JavaScript function with a value and give what it gives, or what it promises."""


AnyPage = TypeVar("AnyPage", bound=Page)


@dataclass
class Visit(Generic[AnyPage]):
    """A visitor's browser with the site in it, and what it asked of other hosts."""

    page: AnyPage
    address: str
    elsewhere: list[str] = field(default_factory=list)

    def open(self, notebook: str) -> None:
        """Open a notebook, such as `ko/NAME.ipynb`, and wait until it is seen."""
        self.page.goto(f"{self.address}/lab/index.html?path={notebook}")
        self.wait_for_notebook()

    def wait_for_notebook(self) -> None:
        """Wait until the notebook that was opened is seen and read."""
        until = time.monotonic() + SECONDS
        while not self.page.evaluate(LOADED):
            assert time.monotonic() < until, "no notebook is seen"
            time.sleep(0.1)

    def cells(self) -> list[dict[str, Any]]:
        """Give the notebook's cells as they stand."""
        return self.page.evaluate(CELLS)

    def run(self, cell_id: str, source: str | None = None) -> dict[str, Any]:
        """Run a cell by its id, with another source where one is given; give it as it is then."""
        [number] = [at for at, cell in enumerate(self.cells()) if cell["id"] == cell_id]
        if source is not None:
            self.page.evaluate(WRITE, [number, source])
        return self.page.evaluate(RUN, number)

    def run_all(self) -> dict[str, tuple[dict[str, Any], float]]:
        """Run each code cell from the top; give it, by its id, with the seconds that it took."""
        ran = {}
        for number, cell in enumerate(self.cells()):
            if cell["cell_type"] == "code":
                start = time.monotonic()
                after = self.page.evaluate(RUN, number)
                ran[cell["id"]] = after, time.monotonic() - start
        return ran


@contextmanager
def visit(browser: "Browser", address: str, **options: Any) -> "Iterator[Visit[ChromiumPage]]":
    """Open a window in Chromium with a store of its own, as a first visitor has it.

    `options` are Playwright's for it.
    """
    context = browser.new_context(**{"viewport": {"width": 1440, "height": 1000}, **options})
    context.set_default_timeout(SECONDS * 1000)
    visiting = Visit(context.new_page(), address)

    def note(request: Any) -> None:
        if not request.url.startswith((f"{address}/", "data:", "blob:")):
            visiting.elsewhere.append(request.url)

    context.on("request", note)
    yield visiting
    context.close()


def committed(notebook: str) -> dict[str, dict[str, Any]]:
    """Give the code cells of a committed notebook by their ids."""
    cells = json.loads((ROOT / "notebooks" / notebook).read_text(encoding="utf-8"))["cells"]
    return {cell["id"]: cell for cell in cells if cell["cell_type"] == "code"}


def compared(cell: dict[str, Any]) -> dict[str, list[str]]:
    """Give what nbval compares of a cell's outputs, with the build's rules for dates and paths."""
    parts: dict[str, list[str]] = {}
    for output in cell["outputs"]:
        kind = output["output_type"]
        if kind == "stream":
            name, text = output["name"], "".join(output["text"])
            parts.setdefault(name, [""])[0] += text
        elif kind == "error":
            parts.setdefault("error", []).append(f"{output['ename']}: {output['evalue']}")
        else:
            for mime, value in output["data"].items():
                if mime not in UNCOMPARED:
                    text = "".join(value) if isinstance(value, list) else str(value)
                    parts.setdefault(mime, []).append(text)
    return {name: [steady(text) for text in texts] for name, texts in parts.items()}


def steady(text: str) -> str:
    """Apply the build's rules to what was printed in the browser."""
    text = re.sub(re.escape(PACKAGES), "/path/to/site-packages", text)
    for listed in SETS:
        text = listed.sub(_in_order, text)
    return rewrite(text, WORKSPACE)


def _in_order(found: "re.Match[str]") -> str:
    text = found[0]
    if "\n" not in text:
        return ", ".join(sorted(text.split(", ")))
    return "".join(f"{line}\n" for line in sorted(text.splitlines()))


def different(notebook: str, ran: dict[str, tuple[dict[str, Any], float]]) -> list[str]:
    """Give the ids of the cells whose outputs are not the committed ones."""
    wanted = committed(notebook)
    assert ran.keys() == wanted.keys()
    return [name for name in wanted if compared(ran[name][0]) != compared(wanted[name])]
