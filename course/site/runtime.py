"""Pyodide and PGlite: from npm, by its own client, at the versions and hashes of `npm/`."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parent / "npm"
FILES = ("package.json", "package-lock.json", ".npmrc")
PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
"""What a page needs of Pyodide beside a lock file."""

PGLITE = ("pglite.wasm", "pglite.data", "initdb.wasm")
"""What PGlite needs beside its modules; its extensions are left out."""
IMPORTED = re.compile(r'\b(?:from|import)"\./([\w.-]+\.js)"')


class NoRuntimeError(RuntimeError):
    """npm is not there, or could not bring what is locked; the message is its last line."""


def bring(cache: Path) -> Path:
    """Give the folder with the packages, brought there if it has not those of the lock yet.

    Raises NoRuntimeError.
    """
    modules = cache / "node_modules"
    if _is_there(cache):
        return modules
    program = shutil.which("npm")
    if program is None:
        raise NoRuntimeError("npm")
    cache.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(LOCK / name, cache / name)
    done = subprocess.run([program, "ci"], cwd=cache, capture_output=True, text=True)
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines()
        raise NoRuntimeError(lines[-1] if lines else f"exit code {done.returncode}")
    # npm itself writes last; a run that was stopped before does not count as done.
    shutil.copyfile(LOCK / "package-lock.json", modules / "locked.json")
    return modules


def pglite_files(modules: Path) -> list[Path]:
    """Give the files that a page needs of PGlite: its module, what that imports, and its own."""
    dist = modules / "@electric-sql" / "pglite" / "dist"
    found: dict[Path, None] = {}
    todo = [dist / "index.js"]
    while todo:
        path = todo.pop()
        if path not in found:
            found[path] = None
            text = path.read_text(encoding="utf-8")
            todo += [dist / name for name in IMPORTED.findall(text)]
    return [*found, *(dist / name for name in PGLITE)]


def _is_there(cache: Path) -> bool:
    done = cache / "node_modules" / "locked.json"
    return done.is_file() and done.read_bytes() == (LOCK / "package-lock.json").read_bytes()


def python_of(pyodide: Path) -> dict[str, Any]:
    """Give what Pyodide's own lock file says of its Python: `python`, `platform`, …"""
    info: dict[str, Any] = json.loads((pyodide / "pyodide-lock.json").read_bytes())["info"]
    return info
