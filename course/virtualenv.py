"""`.venv` at the top of a checkout, and what it says of itself. Standard library only.

`.venv/course.json` records what was installed. It says `complete: false` while an installation
runs: pip takes a package that is half installed for installed, so an installation that did not
finish is done again from nothing.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

RECORD = "course.json"
LOCK = "course.lock"
PANEL = "course/panel/front/share/jupyter/labextensions/alembic-course"
LEARNERS = (
    *("requirements.txt", "pyproject.toml"),
    *(f"{PANEL}/{name}" for name in ("package.json", "static/panel.js", "static/view.js")),
)
"""What is installed: the packages, and what a plain `jupyter lab` shows beside a notebook."""
EXTRAS = {
    name: f"requirements-{name}.txt" for name in ("system", "postgresql", "application", "site")
}
"""What is installed beside when it is asked for: for the second group of tests, for lessons, and to
build the browser edition."""


class VirtualEnv:
    """The virtual environment of a checkout."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.lock = self.folder / LOCK
        self._record = self.folder / RECORD

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def state(self) -> str:
        """Say how it stands: ready, missing, unknown, unfinished, moved, orphaned or changed.

        unknown: not made here. moved: the checkout is in another place, and scripts in `.venv`
        name the old one. orphaned: the Python it was made from is gone or another. changed:
        requirements.txt or pyproject.toml is not the one that was installed.
        """
        try:
            record = self._read()
        except FileNotFoundError:
            return "unknown" if (self.folder / "pyvenv.cfg").exists() else "missing"
        except ValueError:
            return "unfinished"
        if not record.get("complete"):
            return "unfinished"
        if record["checkout"] != str(self.root):
            return "moved"
        base = str(record["interpreter"])
        if not self.python.exists() or not Path(base).exists() or base != self._base():
            return "orphaned"
        return "ready" if record["requirements"] == self.digest(LEARNERS) else "changed"

    def extras(self) -> frozenset[str]:
        """Give those of EXTRAS that are there as they are locked now."""
        try:
            known = self._read().get("extras")
        except (FileNotFoundError, ValueError):
            return frozenset()
        there = known if isinstance(known, dict) else {}
        return frozenset(
            name for name, lock in EXTRAS.items() if there.get(name) == self.digest((lock,))
        )

    def digest(self, names: tuple[str, ...]) -> str:
        """Give a hash of files of the checkout. Raises OSError when one is missing."""
        texts = [(self.root / name).read_bytes() for name in names]
        return hashlib.sha256(b"\0".join(texts)).hexdigest()

    def record_unfinished(self) -> bytes | None:
        """Record that an installation has begun; give the record that was there, as it was."""
        before = self._record.read_bytes() if self._record.exists() else None
        self._write({"complete": False, "checkout": str(self.root)})
        return before

    def record_finished(self, extras: Iterable[str] = ()) -> None:
        """Record what is installed now: the learner's packages, and those of EXTRAS."""
        record = {
            "complete": True,
            "checkout": str(self.root),
            "interpreter": self._base(),
            "requirements": self.digest(LEARNERS),
            "extras": {name: self.digest((EXTRAS[name],)) for name in sorted(extras)},
        }
        self._write(record)

    def restore_record(self, before: bytes | None) -> None:
        """Bring back the record that `record_unfinished` gave."""
        self._record.unlink()
        if before is not None:
            self._record.write_bytes(before)

    def has_pip(self) -> bool:
        """Tell whether its interpreter runs, is new enough and has pip."""
        code = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
        try:
            tried = subprocess.run([self.python, "-c", code], stderr=subprocess.DEVNULL)
        except OSError:
            return False
        return tried.returncode == 0

    def clear(self) -> None:
        """Empty it but for the record and the lock, which must outlive an interruption."""
        for child in self.folder.iterdir():
            if child.name in (RECORD, LOCK):
                continue
            if child.is_dir() and not child.is_symlink():
                shutil.rmtree(child)
            else:
                child.unlink()

    def _base(self) -> str:
        """The interpreter behind it; on Windows it has a copy of its own, so the recorded one."""
        if os.name != "nt":
            return os.path.realpath(self.python)
        settings = (self.folder / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
        values = dict(line.split(" = ", 1) for line in settings if " = " in line)
        return values.get("executable", "")

    def _read(self) -> dict[str, object]:
        record = json.loads(self._record.read_text(encoding="utf-8"))
        if not isinstance(record, dict):
            raise ValueError(f"{RECORD} is no record")
        return record

    def _write(self, record: dict[str, object]) -> None:
        new = self.folder / f"{RECORD}.new"
        new.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        new.replace(self._record)
