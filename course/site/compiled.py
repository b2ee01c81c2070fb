"""Compiled packages for the browser's Python: their own wheels, by pip, at locked hashes.

Such a wheel's platform is `pyemscripten_ABI_wasm32` (PEP 783), with the ABI of Pyodide's lock.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from course.site.runtime import NotBuiltError
from course.surroundings import cleaned

LOCK = Path(__file__).with_name("compiled.txt")


def locked(lock: Path = LOCK) -> dict[str, str]:
    """Give the version of each package that is locked."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE))


def bring(cache: Path, info: dict[str, Any]) -> dict[str, Path]:
    """Give the wheels by their packages, brought into a folder if they aren't there yet.

    `info` is what Pyodide's own lock says of its Python. Raises NotBuiltError.
    """
    done = cache / LOCK.name
    if not (done.is_file() and done.read_bytes() == LOCK.read_bytes()):
        shutil.rmtree(cache, ignore_errors=True)
        _download(cache, info)
        shutil.copyfile(LOCK, done)
    wheels = {path.name.split("-")[0].replace("_", "-"): path for path in cache.glob("*.whl")}
    return {name: wheels[name] for name in locked()}


def _download(cache: Path, info: dict[str, Any]) -> None:
    python = "".join(info["python"].split(".")[:2])
    words = [sys.executable, "-m", "pip", "download", "--dest", str(cache), "--requirement"]
    words += [str(LOCK), "--require-hashes", "--no-deps", "--only-binary", ":all:"]
    words += ["--platform", f"pyemscripten_{info['abi_version']}_wasm32"]
    words += ["--implementation", "cp", "--python-version", python, "--abi", f"cp{python}"]
    done = subprocess.run(words, env=cleaned(os.environ), capture_output=True, text=True)
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines()
        raise NotBuiltError(lines[-1] if lines else f"exit code {done.returncode}")
