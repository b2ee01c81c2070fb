"""Build the site: JupyterLite, the notebooks as learners get them, and what a kernel loads."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from course.contents import Course
from course.desk.copying import as_bytes, fresh_copy, read
from course.site import around, compiled, postgresql, runtime
from course.site.bytecode import compile_first
from course.site.kernel.keeping import NAME
from course.site.kernel.place import HOME
from course.site.kernel.sources import SOURCES
from course.site.kernel_wheels import FIRST, make_wheels

KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
SERVED = "static/pyodide"
POSTGRESQL = "static/pglite"
STORE = "alembic-course"
"""The browser's store of files, which JupyterLab and the kernels share."""
DISABLED = (
    "@jupyterlite/application-extension:service-worker-manager",
    "jupyterlab-jupytext",
)
"""Extensions that cost time at the start. A service worker lets a kernel reach files one by one;
ours keep theirs in the same store at once, also where there is no service worker (a private window,
a site that a room reaches by plain HTTP).
"""


def build(course: Course, target: Path, cache: Path) -> None:
    """Build the site into a folder, which is replaced. `cache` keeps what need not be made again.

    Raises NoRuntimeError, NotBuiltError and OSError.
    """
    modules = runtime.bring(cache / "npm")
    pyodide = modules / "pyodide"
    info = runtime.python_of(pyodide)
    compiled_wheels = compiled.bring(cache / "compiled", info)
    with tempfile.TemporaryDirectory(dir=cache, prefix="lite-") as scratch:
        room = Path(scratch)
        _write_notebooks(course, room / "contents")
        first = make_wheels(course, room / "kernel", info, compiled_wheels)
        compile_first(course, pyodide, room / "kernel", first, runtime.version(info))
        brought = [*(pyodide / name for name in runtime.PYODIDE), *(room / "kernel").iterdir()]
        settings = _settings(info)
        settings["jupyter-config-data"]["alembicCourse"] = around.settings(
            course, [path for path in brought if is_first(path.name)]
        )
        (room / "jupyter-lite.json").write_text(json.dumps(settings), encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        run_lite(room, target)
        served = target / SERVED
        served.mkdir(parents=True, exist_ok=True)
        for path in brought:
            shutil.copyfile(path, served / path.name)
        postgresql.write(modules, cache, target / POSTGRESQL)
        around.put(course, target, served)


def is_first(name: str) -> bool:
    """Tell whether a kernel loads the file of this name before its first cell."""
    return (not name.endswith(".whl") and name != SOURCES) or name.startswith("micropip")


def _write_notebooks(course: Course, folder: Path) -> None:
    for lang in course.languages:
        for solved in (False, True):
            shelf = (folder / "solutions" if solved else folder) / lang
            shelf.mkdir(parents=True)
            for entry in course.lessons:
                committed = entry.notebook(lang, solved)
                (shelf / committed.name).write_bytes(as_bytes(fresh_copy(read(committed))))


def _settings(info: dict[str, Any]) -> dict[str, Any]:
    kernel = {
        "pyodideUrl": f"./{SERVED}/{around.LOADING}",
        "pipliteUrls": [],
        "disablePyPIFallback": True,
        "loadPyodideOptions": {
            "lockFileURL": f"./{SERVED}/{runtime.PACKAGES}",
            "packages": [FIRST],
            "env": {
                "HOME": str(HOME),
                # As in commands of a desktop's lesson: sets are listed in one order.
                "PYTHONHASHSEED": "0",
                "PYTHONSTARTUP": runtime.STARTUP.format(version=runtime.version(info)),
                NAME: STORE,
            },
        },
    }
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "Alembic",
            "exposeAppInBrowser": True,
            "contentsStorageName": STORE,
            "disabledExtensions": list(DISABLED),
            "litePluginSettings": {KERNEL: kernel},
        },
    }


def run_lite(room: Path, target: Path) -> None:
    """Have JupyterLite build a site of a folder's settings and contents. Raises NotBuiltError."""
    program = [sys.executable, "-m", "jupyterlite_core", "build"]
    options = {
        "--lite-dir": room,
        "--contents": room / "contents",
        "--output-dir": target,
        "--apps": "lab",
    }
    words = [str(part) for pair in options.items() for part in pair]
    done = subprocess.run(
        [*program, *words, "--no-sourcemaps"],
        cwd=room,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise runtime.NotBuiltError(done.stdout)
