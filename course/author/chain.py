"""The end of a lesson is the start of the next: compare them, and carry one into the other."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from course.author.execute import ExecutionError
from course.author.rehearse import rehearse
from course.author.source import LessonSource
from course.author.steady import rewrite
from course.contents import Course, LessonEntry


def following(course: Course, entry: LessonEntry) -> LessonEntry | None:
    """Give the next lesson if it goes on from this one: the same part, and it needs this one."""
    for one in course.lessons:
        if one.number == entry.number + 1 and one.part == entry.part and entry.slug in one.needs:
            return one
    return None


def state(folder: Path) -> dict[str, str]:
    """Give a project's files by name, as text; a database as the SQL that makes it.

    Dates of revisions are left out of the comparison (`course.author.steady`).
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or "__pycache__" in path.parts:
            continue
        if path.suffix == ".db":
            with closing(sqlite3.connect(path)) as connection:
                found[name] = dump(connection)
        elif name.endswith(".db.sql"):
            with closing(sqlite3.connect(":memory:")) as connection:
                connection.executescript(path.read_text(encoding="utf-8"))
                found[name.removesuffix(".sql")] = dump(connection)
        else:
            found[name] = rewrite(path.read_text(encoding="utf-8"), folder)
    return found


def dump(connection: sqlite3.Connection) -> str:
    """Give the SQL that makes a database anew."""
    return "\n".join(connection.iterdump()) + "\n"


def differences(end: Path, start: Path) -> list[str]:
    """Name the files in which a lesson's end and the next one's start differ."""
    one, other = state(end), state(start)
    return [
        f"{name}: " + ("differs" if name in one and name in other else "is in one of them only")
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    ]


def carry_forward(course: Course, source: LessonSource) -> bool:
    """Rehearse the lesson and write its end as the start of the next; tell whether it changed.

    Raises ExecutionError, and writes nothing, when the rehearsal finds a problem.
    """
    after = following(course, source.entry)
    if after is None:
        return False
    start = after.folder / "start"
    with rehearse(course, source) as rehearsal:
        if rehearsal.problems:
            raise ExecutionError("\n".join(rehearsal.problems))
        if start.is_dir() and not differences(rehearsal.folder, start):
            return False
        shutil.rmtree(start, ignore_errors=True)
        for name, text in state(rehearsal.folder).items():
            target = start / (f"{name}.sql" if name.endswith(".db") else name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")
    return True
