"""The end of a lesson is the start of the next: compare them, and carry one into the other."""

import json
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from course.author.execute import ExecutionError
from course.author.rehearse import rehearse
from course.author.source import LessonSource
from course.author.steady import rewrite
from course.contents import Course, LessonEntry
from course.lesson.start import BASE, DUMP, OWN, Base, base_of, files_of, start_files


def following(course: Course, entry: LessonEntry) -> LessonEntry | None:
    """Give the next lesson if it goes on from this one.

    That is: it needs this one, in the same part, and starts from nothing else.
    """
    for one in course.lessons:
        if one.number == entry.number + 1 and one.part == entry.part and entry.slug in one.needs:
            based = base_of(one.folder)
            return one if based is None or based.folder == entry.folder else None
    return None


def state(files: Mapping[str, Path], folder: Path) -> dict[str, str]:
    """Give the text of a project's files by name; a database as the SQL that makes it.

    Dates of revisions, and the folder that the files stand in, are left out of the comparison
    (`course.author.steady`).
    """
    texts = {}
    for name, path in files.items():
        if path.suffix == ".db":
            with closing(sqlite3.connect(path)) as connection:
                texts[name] = dump(connection)
        elif name.endswith(DUMP):
            with closing(sqlite3.connect(":memory:")) as connection:
                connection.executescript(path.read_text(encoding="utf-8"))
                texts[name.removesuffix(".sql")] = dump(connection)
        else:
            texts[name] = rewrite(path.read_text(encoding="utf-8"), folder)
    return texts


def dump(connection: sqlite3.Connection) -> str:
    """Give the SQL that makes a database anew."""
    return "\n".join(connection.iterdump()) + "\n"


def differences(end: Path, lesson: Path) -> list[str]:
    """Name the files in which a project and the start of a lesson's folder differ."""
    ends, starts = state(files_of(end), end), state(start_files(lesson), lesson)
    return [
        f"{name}: " + ("differs" if name in ends and name in starts else "is in one of them only")
        for name in sorted(ends.keys() | starts.keys())
        if ends.get(name) != starts.get(name)
    ]


def carry_forward(course: Course, source: LessonSource) -> bool:
    """Rehearse the lesson and write its end as the start of the next; tell whether it changed.

    Raises ExecutionError, and writes nothing, when the rehearsal finds a problem.
    """
    after = following(course, source.entry)
    if after is None:
        return False
    with rehearse(course, source) as rehearsal:
        if rehearsal.problems:
            raise ExecutionError("\n".join(rehearsal.problems))
        if not differences(rehearsal.folder, after.folder):
            return False
        write_start(after.folder, state(files_of(rehearsal.folder), rehearsal.folder))
    return True


def write_start(lesson: Path, texts: Mapping[str, str]) -> None:
    """Write what a lesson starts from: as files of its own only what its base does not have."""
    base = base_of(lesson)
    below: dict[str, str] = {}
    if base is not None:
        below = state(replace(base, without=()).files(), base.folder)
        without = tuple(name for name in below if name not in texts)
        write_base(lesson, replace(base, without=tuple(map(in_start, without))))
    own = lesson / OWN
    shutil.rmtree(own, ignore_errors=True)
    for name, text in texts.items():
        if below.get(name) != text:
            target = own / in_start(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")


def write_base(lesson: Path, base: Base) -> None:
    """Write the start.toml that says what the lesson's start builds on."""
    keys = {"base": base.folder.name, "into": base.into, "without": list(base.without)}
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in keys.items() if value]
    (lesson / BASE).write_text("".join(lines), encoding="utf-8", newline="\n")


def in_start(name: str) -> str:
    """Give the name that a project's file has in a start: a database stands there as a dump."""
    return f"{name}.sql" if name.endswith(".db") else name
