"""Have a kernel in the browser import bytecode: compiling is half of what it does before a cell.

What the first lesson imports is compiled once, by the Python that will run it (`compile.mjs`), and
takes the place of its source. The sources stand apart, in SOURCES: a traceback shows lines of them,
and then the kernel brings them (`course.site.kernel.sources`).
"""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from course.contents import Course
from course.site.kernel.sources import SOURCES
from course.site.runtime import PACKAGES, STARTUP, NoRuntimeError, NotBuiltError
from course.site.wheels import archive, digest, of_wheel

SCRIPT = Path(__file__).with_name("compile.mjs")
STDLIB = "python_stdlib.zip"
SHOWN = ("alembic/",)
"""Packages of which a lesson shows where a module's source is."""
IN_LIBRARY, IN_PACKAGES = ".zip/", "/site-packages/"
"""What stands, in the place of a module, before its place in an archive."""


def compile_first(course: Course, pyodide: Path, folder: Path, first: str, python: str) -> None:
    """Compile what the first lesson imports: in Python's library, and in what a kernel loads first.

    The folder has that, and a lock that names it; the library comes to stand there, too. `python`
    is the version of Pyodide's Python. Raises NoRuntimeError and NotBuiltError.
    """
    compiled = _compiled(course, pyodide, folder, python)
    sources: dict[str, bytes] = {}
    for source, part in ((pyodide / STDLIB, IN_LIBRARY), (folder / first, IN_PACKAGES)):
        known = {place.partition(part)[2]: place for place in compiled if part in place}
        files = of_wheel(source)
        sources |= {
            place.removeprefix("/"): files[inside]
            for inside, place in known.items()
            if not inside.startswith(SHOWN)
        }
        bytecode = {inside: compiled[place] for inside, place in known.items()}
        swapped = _swapped(files, bytecode, python)
        archive(folder / source.name, swapped)
    archive(folder / SOURCES, sources)
    lock = folder / PACKAGES
    content = json.loads(lock.read_text(encoding="utf-8"))
    for entry in content["packages"].values():
        if entry["file_name"] == first:
            entry["sha256"] = digest(folder / first)
    lock.write_text(json.dumps(content), encoding="utf-8")


def _swapped(
    files: Mapping[str, bytes], compiled: Mapping[str, bytes], python: str
) -> dict[str, bytes]:
    """Give the files with bytecode in the place of the sources that have some, or beside them."""
    swapped: dict[str, bytes] = {}
    for place, content in files.items():
        if place not in compiled:
            swapped[place] = content
        elif place.startswith(SHOWN):
            swapped |= {place: content, cached(place, python): compiled[place]}
        else:
            swapped[f"{place}c"] = compiled[place]
    return swapped


def cached(place: str, python: str) -> str:
    """Say where a version of Python looks for the bytecode of a source that stays."""
    folder, name = place.rsplit("/", 1)
    tag = f"cpython-{python.replace('.', '')}"
    return f"{folder}/__pycache__/{name.removesuffix('.py')}.{tag}.pyc"


def _compiled(course: Course, pyodide: Path, folder: Path, python: str) -> dict[str, bytes]:
    program = shutil.which("node")
    if program is None:
        raise NoRuntimeError("npm")
    notebook = course.lessons[0].notebook(next(iter(course.languages)), solved=True)
    with tempfile.TemporaryDirectory(prefix="course-compiled-") as scratch:
        out = Path(scratch) / "compiled.zip"
        words = [program, SCRIPT, pyodide, folder, STARTUP.format(version=python), notebook, out]
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
        if done.returncode or not out.is_file():
            lines = [line for line in done.stderr.splitlines() if line.strip()]
            raise NotBuiltError(lines[-1] if lines else f"exit code {done.returncode}")
        return of_wheel(out)
