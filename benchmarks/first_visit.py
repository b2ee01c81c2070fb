"""How long a first visit to the browser edition takes, from opening the page to the first cell.

Beside it, in the same run, stands what a JupyterLite site with a Pyodide kernel takes that has
nothing of ours: JupyterLite's own pages and extensions, the kernel's own packages alone, and no
start-up file. Prints medians and their ratio (wanted: at most 1.0); what goes over the network, as
it is and as gzip makes it (at most 30 and 16 MB for a lesson with SQLite); what a second visit
sends (at most 1 MB); and the median of `!alembic` (at most 0.15 s, and 0.3 s on PostgreSQL, whose
lesson may send 18 MB more). Needs Chromium, the second group's packages, and what
`python3 -m course site` installs:

    .venv/bin/python -m benchmarks.first_visit [rounds]
"""

import functools
import gzip
import json
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from course.command.programs import chromium as chromium_program
from course.contents import ROOT, load_course
from course.site import runtime, serving, wheels
from course.site.build import KERNEL, SERVED, build, run_lite
from course.site.bytecode import STDLIB
from course.site.kernel_wheels import INSTALLERS, NOTHING, OWN, of_extension
from course.site.wheels import closure
from tests.site.lite import Visit
from tests.system.lab import browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PARTS = ROOT / "build" / "site-parts"
WANTED = 1.0
OURS = ("alembic-course",)
FIRST = "ko/01_init.ipynb"
CONFIGURATION = "jupyter-lite.json"
WITH_SERVER = "ko/18_postgresql.ipynb"
"""A lesson with a server."""


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as room, browser() as chromium:
        ours, stock = Path(room, "ours"), Path(room, "stock")
        build(load_course(), ours, PARTS)
        make_stock(ours, stock)
        seconds: dict[str, list[float]] = {"course": [], "stock": []}
        for number in range(rounds):
            for name in list(seconds)[:: 1 if number % 2 else -1]:
                folder = ours if name == "course" else stock
                seconds[name].append(first_cell(chromium, folder, name))
        medians = {name: statistics.median(times) for name, times in seconds.items()}
        for name, median in medians.items():
            print(
                f"{name}: {median:.1f} s to the first cell {[round(t, 1) for t in seconds[name]]}"
            )
        print(f"ratio {medians['course'] / medians['stock']:.2f} (wanted: at most {WANTED})")
        second_visit(chromium, ours)
        alone = commands(chromium, ours, FIRST)
        more = commands(chromium, ours, WITH_SERVER) - alone
        print(f"{WITH_SERVER}: {more:.1f} MB more (wanted: at most 18)")


def make_stock(ours: Path, stock: Path) -> None:
    """Make a site with nothing of the course in its kernel and its pages."""
    served = json.loads((ours / CONFIGURATION).read_text(encoding="utf-8"))
    kernel = served["jupyter-config-data"]["litePluginSettings"][KERNEL]
    kernel["pyodideUrl"] = f"./{SERVED}/pyodide.mjs"
    options = kernel["loadPyodideOptions"]
    options["env"] = {"HOME": "/home/pyodide"}
    data = {"exposeAppInBrowser": True, "litePluginSettings": {KERNEL: kernel}}
    settings = {"jupyter-lite-schema-version": 0, "jupyter-config-data": data}
    with tempfile.TemporaryDirectory() as place:
        room, kernels = Path(place, "site"), Path(place, "kernel")
        options["packages"] = stock_packages(kernels)
        shutil.copytree(ours / "files", room / "contents")
        (room / CONFIGURATION).write_text(json.dumps(settings), encoding="utf-8")
        run_lite(room, stock)
        shutil.copytree(ours / SERVED, stock / SERVED, dirs_exist_ok=True)
        shutil.copytree(kernels, stock / SERVED, dirs_exist_ok=True)
    built = json.loads((stock / CONFIGURATION).read_text(encoding="utf-8"))
    data = built["jupyter-config-data"]
    data["federated_extensions"] = [
        one for one in data["federated_extensions"] if one["name"] not in OURS
    ]
    (stock / CONFIGURATION).write_text(json.dumps(built), encoding="utf-8")


def stock_packages(served: Path) -> list[str]:
    """Write the kernel's packages as wheels, one each, beside Pyodide's own library; name them."""
    served.mkdir()
    pyodide = runtime.bring(PARTS / "npm") / "pyodide"
    shutil.copyfile(pyodide / STDLIB, served / STDLIB)
    files = {name: wheels.installed(name) for name in closure(["ipython", "jedi", "comm"], "3.14")}
    files |= {name: of_extension(name) for name in OWN}
    files |= {"piplite": INSTALLERS, "micropip": {"micropip/__init__.py": NOTHING}}
    made = [
        wheels.write(served, name.replace("_", "-"), version(content), content)
        for name, content in files.items()
    ]
    lock = {
        "info": runtime.python_of(pyodide),
        "packages": {wheel.name: wheel.entry() for wheel in made},
    }
    (served / runtime.PACKAGES).write_text(json.dumps(lock), encoding="utf-8")
    return [wheel.name for wheel in made]


def version(files: Iterable[str]) -> str:
    """Give the version that a package's files say of it."""
    found = [place.split("/")[0] for place in files if ".dist-info/" in place]
    return found[0].removesuffix(".dist-info").split("-")[-1] if found else "0"


class Counting(serving._Handler):  # noqa: SLF001
    """Counts what is sent, and how much it is compressed."""

    sent: Counter[str]

    def copyfile(self, source, outputfile):  # type: ignore[no-untyped-def]
        """Send a file, and count it."""
        content = source.read()
        self.sent[self.path.partition("?")[0]] += len(content)
        outputfile.write(content)


@contextmanager
def counted(folder: Path) -> Iterator[tuple[str, Counter[str]]]:
    """Serve a folder; give the address, and the bytes that were sent by path."""
    sent: Counter[str] = Counter()
    handler = type("Handler", (Counting,), {"sent": sent})
    made = functools.partial(handler, directory=str(folder))
    with serving._Server((serving.HERE, 0), made) as server:  # noqa: SLF001
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{serving.HERE}:{server.server_port}", sent
        server.shutdown()


def first_cell(chromium: "Browser", folder: Path, name: str) -> float:
    """Open a notebook as a first visitor, and run a cell; print what that sent."""
    with counted(folder) as (address, sent):
        context = chromium.new_context()
        context.set_default_timeout(240_000)
        visiting = Visit(context.new_page(), address)
        start = time.monotonic()
        visiting.open(FIRST)
        seen = time.monotonic() - start
        ran = visiting.run("open", None if name == "course" else "1 + 1")
        taken = time.monotonic() - start
        assert ran["outputs"], ran
        print(
            f"{name}: notebook {seen:.1f} s, cell {taken:.1f} s; {mb(sent):.1f} MB"
            f" ({compressed(folder, sent):.1f} gzip)",
            flush=True,
        )
        context.close()
    return taken


def second_visit(chromium: "Browser", folder: Path) -> None:
    """Visit twice with an ordinary profile, which keeps a cache; print what the second one sent."""
    with counted(folder) as (address, sent), tempfile.TemporaryDirectory() as profile:
        for _ in range(2):
            sent.clear()
            context = chromium.browser_type.launch_persistent_context(
                profile, executable_path=chromium_program(), args=["--no-sandbox"]
            )
            context.set_default_timeout(240_000)
            visiting = Visit(context.new_page(), address)
            visiting.open(FIRST)
            visiting.run("open")
            context.close()
    print(f"second visit: {mb(sent):.2f} MB (wanted: at most 1)")


def commands(chromium: "Browser", folder: Path, notebook: str) -> float:
    """Run a lesson, and print the median of a command; give what was sent in MB."""
    with counted(folder) as (address, sent):
        page = chromium.new_page()
        page.set_default_timeout(240_000)
        visiting = Visit(page, address)
        visiting.open(notebook)
        ran = visiting.run_all()
        sources = {name: "".join(cell["source"]) for name, (cell, _) in ran.items()}
        alone = [name for name, text in sources.items() if text.startswith("!alembic")]
        times = sorted(ran[name][1] for name in alone if sources[name].count("!") == 1)
        print(f"{notebook}: opened in {ran['open'][1]:.1f} s, {mb(sent):.1f} MB")
        print(f"!alembic: median {statistics.median(times):.2f} s {[round(t, 2) for t in times]}")
        page.close()
        return mb(sent)


def mb(sent: Counter[str]) -> float:
    """Give what was sent in MB."""
    return sum(sent.values()) / 1e6


def compressed(folder: Path, sent: Counter[str]) -> float:
    """Give what it would be in MB if a server compressed it."""
    total = 0
    for path in sent:
        file = folder / path.lstrip("/")
        content = file.read_bytes() if file.is_file() else b""
        total += min(len(content), len(gzip.compress(content)))
    return total / 1e6


if __name__ == "__main__":
    main()
