"""The wheels that a kernel loads before its first cell, and the lock file that names them."""

import json
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from course.contents import Course
from course.site import wheels
from course.site.own import course_files
from course.site.wheels import Wheel

WANTED = (
    *("alembic", "sqlalchemy", "typing-extensions", "filelock"),
    *("ipython-sql", "prettytable", "ipython"),
)
"""What the lessons' cells and the course import."""
KERNEL = ("comm", "jedi")
"""What the kernel asks for by name beside `ipython` and its own."""
OWN = ("ipykernel", "pyodide_kernel")
"""Wheels that the kernel's extension brings along, for its own Python."""
EXTENSION = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
NO_PIPLITE = {"piplite/__init__.py": b"", "piplite/piplite.py": b""}
"""The kernel configures `piplite.piplite` before anything else; nothing is installed by it."""


def make_wheels(course: Course, folder: Path, info: dict[str, Any]) -> list[Wheel]:
    """Write the wheels into a folder, and the lock file beside them; give the wheels."""
    folder.mkdir(parents=True, exist_ok=True)
    python = ".".join(info["python"].split(".")[:2])
    made = [
        wheels.write(folder, "micropip", "0", {"micropip/__init__.py": b""}),
        wheels.write(folder, "piplite", "0", NO_PIPLITE),
        wheels.write(folder, "alembic-course", "0", course_files(course)),
    ]
    for name in wheels.closure([*WANTED, *KERNEL], python):
        version = metadata.version(name)
        made.append(wheels.write(folder, name, version, wheels.installed(name)))
    for name in OWN:
        [file] = Path(sys.prefix, EXTENSION).glob(f"{name}-*.whl")
        version = file.name.split("-")[1]
        files = wheels.of_wheel(file)
        made.append(wheels.write(folder, name.replace("_", "-"), version, files))
    lock = {"info": info, "packages": {wheel.name: wheel.entry() for wheel in made}}
    (folder / "pyodide-lock.json").write_text(json.dumps(lock), encoding="utf-8")
    return made
