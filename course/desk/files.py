"""Files of the desk are written whole or not at all."""

import os
import shutil
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. Raises OSError."""
    prepare(path, content).replace(path)


def prepare(path: Path, content: bytes) -> Path:
    """Write the content beside the file that it will replace; give its place. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        new.write_bytes(content)
    except OSError:
        new.unlink(missing_ok=True)
        raise
    return new


def move(path: Path, target: Path) -> None:
    """Move a file to a place that is not there yet, with the folders above it. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(path, target)
