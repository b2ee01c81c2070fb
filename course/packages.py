"""Packages that a file of choices names, and which of them are not there. Standard library only."""

import re
from pathlib import Path


def chosen_packages(root: Path, choice: str) -> list[str]:
    """Give the names of the packages in a file of choices, without the checkout itself."""
    lines = (root / choice).read_text(encoding="utf-8").splitlines()
    return [name[0] for line in lines if (name := re.match(r"\w[\w.-]*", line))]


def lacking_packages(root: Path, choice: str) -> list[str]:
    """Give the packages that a file of choices names and the running Python does not have."""
    from importlib import metadata

    lacking = []
    for name in chosen_packages(root, choice):
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            lacking.append(name)
    return lacking
