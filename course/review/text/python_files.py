"""The Python files of a project: its own, without those of tests and of projects below it."""

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

NOT_OURS = ("__pycache__", "node_modules", "site-packages", "venv")
TESTS = ("test", "tests", "testing")


def python_files(folder: Path) -> list[Path]:
    """Give the files, sorted. Links to folders are not followed; what is no file is left out."""
    return sorted(_python_files(folder))


def _python_files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if _is_ours(Path(parent, name))]
        for name in names:
            path = Path(parent, name)
            if path.suffix == ".py" and not _is_test(path) and path.is_file():
                yield path


def _is_test(path: Path) -> bool:
    """Tell whether a file's own name says that it is for tests."""
    return path.name.startswith(("test_", "conftest.")) or path.stem.endswith("_test")


def _is_ours(folder: Path) -> bool:
    if folder.name.startswith(".") or folder.name in (*NOT_OURS, *TESTS):
        return False
    if (folder / "pyvenv.cfg").is_file() or (folder / "alembic.ini").is_file():
        return False
    return not _has_alembic_table(folder / "pyproject.toml")


def _has_alembic_table(file: Path) -> bool:
    if not file.is_file():
        return False
    try:
        return "alembic" in tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return False
