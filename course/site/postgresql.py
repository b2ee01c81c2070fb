"""What a page loads of PGlite: its modules, and the rest packed, whatever the web server does.

An empty cluster is made when the site is built, so that nobody's browser runs `initdb`.
"""

import gzip
import re
import shutil
import subprocess
from pathlib import Path

from course.site.runtime import NoRuntimeError

PACKED = ("pglite.wasm", "pglite.data")
"""What PGlite needs beside its modules; its extensions are left out."""
CLUSTER = "cluster.tar"
IMPORTED = re.compile(r'\b(?:from|import)"\./([\w.-]+\.js)"')
BAKE = Path(__file__).with_name("bake.mjs")
SUFFIX = ".packed"
"""No `.gz`: some servers say of such a file that it is another one, encoded."""


def write(modules: Path, cache: Path, folder: Path) -> None:
    """Write the files into a folder; `cache` keeps them for the next build.

    Raises NoRuntimeError.
    """
    dist = modules / "@electric-sql" / "pglite" / "dist"
    made = cache / "pglite"
    note = made / "locked.json"
    locked = (modules / "locked.json").read_bytes()
    if not note.is_file() or note.read_bytes() != locked:
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
        for path in _modules(dist):
            shutil.copyfile(path, made / path.name)
        _bake(dist / "index.js", made / CLUSTER)
        for path in (*(dist / name for name in PACKED), made / CLUSTER):
            packed = gzip.compress(path.read_bytes(), 9, mtime=0)
            (made / f"{path.name}{SUFFIX}").write_bytes(packed)
        (made / CLUSTER).unlink()
        note.write_bytes(locked)
    ignored = shutil.ignore_patterns(note.name)
    shutil.copytree(made, folder, ignore=ignored, dirs_exist_ok=True)


def _modules(dist: Path) -> list[Path]:
    """Give PGlite's module and what it imports, in turn."""
    found: dict[Path, None] = {}
    todo = [dist / "index.js"]
    while todo:
        path = todo.pop()
        if path not in found:
            found[path] = None
            text = path.read_text(encoding="utf-8")
            todo += [dist / name for name in IMPORTED.findall(text)]
    return list(found)


def _bake(module: Path, target: Path) -> None:
    program = shutil.which("node")
    if program is None:
        raise NoRuntimeError("npm")
    done = subprocess.run(
        [program, str(BAKE), str(module), str(target)], capture_output=True, text=True
    )
    if done.returncode or not target.is_file():
        lines = (done.stdout + done.stderr).strip().splitlines()
        raise NoRuntimeError(lines[-1] if lines else f"exit code {done.returncode}")
