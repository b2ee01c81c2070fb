"""The wheels that kernels load, before their first cell or later, and the lock that names them."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from course.contents import Course, LessonEntry
from course.site import runtime, wheels
from course.site.kernel import later
from course.site.own import course_files
from course.site.wheels import Wheel


@dataclass(frozen=True)
class Later:
    """Packages for the lessons in which one of the `signs` stands: in a cell, or in a check.

    Those for a kind of `server`, or for an `extra`, are for the lessons that have it, too.
    """

    packages: tuple[str, ...]
    signs: tuple[str, ...]
    server: str = ""
    extra: str = ""

    def is_for(self, course: Course, entry: LessonEntry) -> bool:
        """Tell whether the lesson needs them."""
        if (self.server and entry.server == self.server) or (
            self.extra and entry.extra == self.extra
        ):
            return True
        texts = [entry.folder / "checks.py"]
        texts += [entry.notebook(lang, solved=True) for lang in course.languages]
        found = [path.read_text(encoding="utf-8") for path in texts if path.is_file()]
        return any(sign in text for sign in self.signs for text in found)


WANTED = (
    *("alembic", "sqlalchemy", "typing-extensions", "filelock"),
    *("ipython-sql", "prettytable", "ipython"),
)
"""What the lessons' cells and the course import."""
KERNEL = ("comm",)
"""What the kernel imports beside `ipython` and its own."""
UNUSED = ("jedi", "parso", "prompt-toolkit")
"""What IPython asks for and imports in a terminal alone, or to complete what was not run yet."""
SETS_URL = '_URL\\"] = \\"postgresql://'
"""A cell, as a notebook's JSON has it, in which a project gets the URL of a server."""
APPLICATION = ("fastapi", "flask-migrate", "pydantic-settings", "sqlmodel")
"""What the lesson `application` imports. Django is not there: it keeps too much in mind to be run
again and again in one interpreter.
"""
LATER = (
    Later(("rich",), ("-m course",)),
    Later(("pytest", "pytest-alembic", "pyyaml"), ("-m pytest", "import yaml")),
    Later(("aiosqlite",), ("+aiosqlite:",)),
    Later(("httpx",), ("from httpx", "rollout.py release.txt")),
    Later(APPLICATION, (), extra="application"),
    Later(("psycopg",), ("import psycopg", SETS_URL), "postgresql"),
)
OWN = ("ipykernel", "pyodide_kernel")
"""Wheels that the kernel's extension brings along, for its own Python."""
EXTENSION = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
NOTHING = b"async def install(*_, **__):\n    pass\n"
INSTALLERS = {"piplite/__init__.py": NOTHING, "piplite/piplite.py": b""}
"""The kernel's own asks these for its packages; they are in the archive already."""
FIRST = "alembic-course"
"""The archive that a kernel loads before its first cell: one, because each costs time."""


def make_wheels(
    course: Course, folder: Path, info: dict[str, Any], compiled: Mapping[str, Path]
) -> str:
    """Write the wheels into a folder, and the lock file beside them.

    `info` is what Pyodide's own lock says of its Python; `compiled` are the wheels for it of what
    is compiled. Gives the file name of FIRST's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    python = runtime.version(info)
    first = wheels.closure([*WANTED, *KERNEL], python, without=UNUSED)
    asked = {one: wheels.closure(one.packages, python) for one in LATER}
    others = sorted({name for names in asked.values() for name in names} - set(first))
    files = {**INSTALLERS, **course_files(course), _place(course): _needs(course, asked, first)}
    files["requirements-application.in"] = "\n".join(APPLICATION).encode()
    for name in OWN:
        files |= of_extension(name)
    for name in first:
        files |= wheels.installed(name)
    own = wheels.write_together(folder, FIRST, files)
    made = [
        own,
        wheels.write(folder, "micropip", "0", {"micropip/__init__.py": NOTHING}),
        *(
            wheels.copied(folder, name, compiled[name])
            if name in compiled
            else _of_installed(folder, name)
            for name in others
        ),
    ]
    lock = {"info": info, "packages": {wheel.name: wheel.entry() for wheel in made}}
    (folder / runtime.PACKAGES).write_text(json.dumps(lock), encoding="utf-8")
    return own.file.name


def _place(course: Course) -> str:
    return later.PLACE.relative_to(course.root).as_posix()


def _needs(course: Course, asked: dict[Later, list[str]], first: Sequence[str]) -> bytes:
    """Give, for each lesson that needs more than a kernel has at first, what it needs."""
    needs = {
        entry.slug: sorted(
            {name for one in LATER if one.is_for(course, entry) for name in asked[one]} - set(first)
        )
        for entry in course.lessons
    }
    return json.dumps({slug: names for slug, names in needs.items() if names}).encode()


def _of_installed(folder: Path, name: str) -> Wheel:
    return wheels.write(folder, name, metadata.version(name), wheels.installed(name))


def of_extension(name: str) -> dict[str, bytes]:
    """Give the files of a wheel that the kernel's extension brings along."""
    [file] = Path(sys.prefix, EXTENSION).glob(f"{name}-*.whl")
    return wheels.of_wheel(file)
