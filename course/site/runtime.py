"""Pyodide and PGlite: from npm, by its own client, at the versions and hashes of `npm/`."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parent / "npm"
PACKAGES = "pyodide-lock.json"
"""Pyodide's own name for the file that says which packages there are, and of its Python."""
STARTUP = "/lib/python{version}/site-packages/course/site/kernel/startup.py"
"""What a kernel runs before its first cell."""
FILES = ("package.json", "package-lock.json", ".npmrc")
PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")
"""What a page needs of Pyodide beside a lock file and the library (`course.site.bytecode`)."""


class NoRuntimeError(RuntimeError):
    """npm is not there, or could not bring what is locked; the message is its last line."""


class NotBuiltError(RuntimeError):
    """JupyterLite, or the first lesson in Node, did not run; the message is what it said."""


def bring(cache: Path, lock: Path = LOCK) -> Path:
    """Give the folder with the packages, brought there if it has not those of the lock yet.

    `lock` is the folder with npm's own files. Raises NoRuntimeError.
    """
    modules = cache / "node_modules"
    if _is_there(cache, lock):
        return modules
    program = shutil.which("npm")
    if program is None:
        raise NoRuntimeError("npm")
    cache.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(lock / name, cache / name)
    done = subprocess.run([program, "ci"], cwd=cache, capture_output=True, text=True)
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines()
        raise NoRuntimeError(lines[-1] if lines else f"exit code {done.returncode}")
    # npm itself writes last; a run that was stopped before does not count as done.
    shutil.copyfile(lock / "package-lock.json", modules / "locked.json")
    return modules


def _is_there(cache: Path, lock: Path) -> bool:
    done = cache / "node_modules" / "locked.json"
    return done.is_file() and done.read_bytes() == (lock / "package-lock.json").read_bytes()


def python_of(pyodide: Path) -> dict[str, Any]:
    """Give what Pyodide's own lock file says of its Python: `python`, `platform`, …"""
    info: dict[str, Any] = json.loads((pyodide / PACKAGES).read_bytes())["info"]
    return info


def version(info: dict[str, Any]) -> str:
    """Give the version of that Python as paths name it, such as `3.14`."""
    return ".".join(info["python"].split(".")[:2])
