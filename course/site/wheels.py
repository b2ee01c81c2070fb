"""Wheels for the browser's Python, made of what is installed here: so both have one version.

What is compiled is left out. Every package that a kernel loads there (`KERNEL`) works without it:
MarkupSafe and SQLAlchemy have the same code in Python beside it.
"""

import hashlib
import shutil
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path, PurePosixPath

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LEFT_OUT = (".so", ".pyd", ".pyx", ".pxd", ".c", ".pyc", ".js.map")
TESTS = ("test", "tests")
TESTING = ("pytest_alembic",)
"""Packages whose tests are what they are for."""
UNUSED = (*("alembic/testing/", "sqlalchemy/testing/"),)
"""What only tests of others import."""
LEXERS = "pygments/lexers/"
KNOWN = (
    *("__init__", "_mapping", "python", "special", "shell", "css", "data", "html", "javascript"),
    *("jvm", "lilypond", "lisp", "markup", "perl", "ruby", "diff"),
    *("_css_builtins", "_lilypond_builtins", "_scheme_builtins", "sql"),
    *("_googlesql_builtins", "_mysql_builtins", "_postgres_builtins", "_sql_builtins"),
    "_tsql_builtins",
)
"""Of the languages that Pygments can color, those that IPython's own one, pytest and the playground
import.
"""
DESCRIBED = ("METADATA", "entry_points.txt")
"""What is kept of a package's own description."""
TEMPLATE = ("script.py.mako", "README", "env.py", "alembic.ini.mako")
ELSEWHERE = {
    "sys_platform": "emscripten",
    "platform_system": "Emscripten",
    "platform_machine": "wasm32",
    "os_name": "posix",
    "platform_python_implementation": "CPython",
    "implementation_name": "cpython",
}
"""What markers of requirements say of the browser's Python."""
WHEN = (1980, 1, 1, 0, 0, 0)
"""The time of each file, so that the same files give the same bytes."""
WHEEL = "Wheel-Version: 1.0\nGenerator: alembic-course\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@dataclass(frozen=True)
class Wheel:
    """A wheel for the browser: its file, and what a lock of Pyodide's says of it."""

    name: str
    version: str
    file: Path
    imports: tuple[str, ...]
    depends: tuple[str, ...] = ()

    def entry(self) -> dict[str, object]:
        """Give its entry in a lock of Pyodide's."""
        return {
            "depends": list(self.depends),
            "file_name": self.file.name,
            "imports": list(self.imports),
            "install_dir": "site",
            "name": self.name,
            "package_type": "package",
            "sha256": digest(self.file),
            "unvendored_tests": False,
            "version": self.version,
        }


def digest(file: Path) -> str:
    """Give the hash that a lock of Pyodide's names a wheel by."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def closure(names: Iterable[str], python: str, without: Iterable[str] = ()) -> list[str]:
    """Give the packages and what they ask for in a browser with this Python, such as `3.14`.

    `without` are left out, with what only they ask for. Raises PackageNotFoundError for one that
    is not installed here.
    """
    versions = {"python_version": python, "python_full_version": f"{python}.0"}
    environment: dict[str, str] = {**_own_environment(), **ELSEWHERE, **versions, "extra": ""}
    out = {canonicalize_name(name) for name in without}
    found: dict[str, None] = {}
    todo = [canonicalize_name(name) for name in names]
    while todo:
        name = todo.pop(0)
        if name in found or name in out:
            continue
        found[name] = None
        for text in metadata.distribution(name).requires or ():
            asked = Requirement(text)
            if asked.marker is None or asked.marker.evaluate(environment):
                todo.append(canonicalize_name(asked.name))
    return sorted(found)


def _own_environment() -> dict[str, str]:
    return {name: str(value) for name, value in default_environment().items()}


def installed(name: str) -> dict[str, bytes]:
    """Give an installed package's files by their place in a wheel, without what is compiled."""
    files: dict[str, bytes] = {}
    for path in sorted(metadata.distribution(name).files or (), key=_in_order):
        if _is_wanted(path):
            files[path.as_posix()] = Path(str(path.locate())).read_bytes()
    return files


def _in_order(path: PurePosixPath) -> tuple[PurePosixPath, int, str]:
    """Sort files by name, but for those of Alembic's templates.

    `alembic init` names them as the folder lists them: in a browser, as they came. The lessons'
    outputs have another order.
    """
    listed = TEMPLATE.index(path.name) if path.name in TEMPLATE else len(TEMPLATE)
    return path.parent, listed, path.name


def _is_wanted(place: PurePosixPath) -> bool:
    if place.parts[0].endswith(".dist-info"):
        return place.name in DESCRIBED
    is_test = set(place.parts[1:-1]) & set(TESTS) and place.parts[0] not in TESTING
    is_unused = is_test or str(place).startswith(UNUSED)
    is_unused |= str(place).startswith(LEXERS) and place.stem not in KNOWN
    return not (place.parts[0] == ".." or place.suffix in LEFT_OUT or is_unused)


def of_wheel(file: Path) -> dict[str, bytes]:
    """Give the files of a wheel."""
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def write(folder: Path, name: str, version: str, files: Mapping[str, bytes]) -> Wheel:
    """Write a wheel with the files."""
    own = f"{name.replace('-', '_')}-{version}"
    info = f"{own}.dist-info"
    plain = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    every = {f"{info}/METADATA": plain.encode(), **files, f"{info}/WHEEL": WHEEL.encode()}
    file = folder / f"{own}-py3-none-any.whl"
    archive(file, every)
    return Wheel(name, version, file, _imports(files))


def copied(folder: Path, name: str, wheel: Path) -> Wheel:
    """Copy a wheel that is for a browser as it is."""
    file = folder / wheel.name
    shutil.copyfile(wheel, file)
    return Wheel(name, wheel.name.split("-")[1], file, _imports(of_wheel(wheel)))


def write_together(folder: Path, name: str, files: Mapping[str, bytes]) -> Wheel:
    """Write an archive with the files of several packages, each with its own description."""
    file = folder / f"{name}.zip"
    archive(file, files)
    return Wheel(name, "0", file, _imports(files))


def archive(file: Path, files: Mapping[str, bytes]) -> None:
    """Write a zip that is the same for the same files."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as written:
        for place, content in files.items():
            written.writestr(zipfile.ZipInfo(place, WHEN), content, zipfile.ZIP_DEFLATED, 9)


def _imports(files: Iterable[str]) -> tuple[str, ...]:
    tops = {place.split("/")[0].removesuffix(".py") for place in files}
    return tuple(sorted(top for top in tops if top.isidentifier()))
