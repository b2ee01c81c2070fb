"""The databases of a server that belong to a folder: each has a dump in it.

So a database of a server is a file like others: it is kept with the folder, comes back with it,
and is copied with it. In the folder that is live the dump follows the database, and the database
comes back from the dump.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from course.server import dumps

FOLDER = ".postgresql"
LIVE = "COURSE_POSTGRESQL"
"""The environment variable with the folder whose databases are those of libpq's variables."""

_marks: dict[Path, str] = {}


def kept(folder: Path) -> dict[str, Path]:
    """Give the dumps in a folder by the names of their databases."""
    return {file.stem: file for file in sorted((folder / FOLDER).glob("*.sql"))}


def is_live(folder: Path) -> bool:
    """Tell whether the databases themselves are there, and the dumps follow them."""
    live = os.environ.get(LIVE, "")
    return bool(live) and Path(live).resolve() == folder.resolve()


def keep(folder: Path) -> None:
    """Write the dumps of those databases anew that have changed.

    What somebody is changing now, and has locked, is as it was. Raises dumps.DumpError.
    """
    for name, file in kept(folder).items() if is_live(folder) else ():
        mark = dumps.mark(name)
        if _marks.get(file) == mark:
            continue
        try:
            text = dumps.dump(name)
        except dumps.DumpError as error:
            if not error.is_locked:
                raise
            continue
        if text != file.read_text(encoding="utf-8"):
            file.write_text(text, encoding="utf-8")
        _marks[file] = mark


def bring_back(folder: Path, contents: Mapping[str, Path]) -> None:
    """Fill the databases of those paths that are dumps: each from the file with its content.

    Paths are relative to the folder; the dumps themselves are not written. Raises dumps.DumpError,
    also where somebody holds a lock on a table.
    """
    for path, content in contents.items() if is_live(folder) else ():
        file = folder / path
        if file in kept(folder).values():
            dumps.fill(file.stem, content.read_text(encoding="utf-8"))
            _marks.pop(file, None)
