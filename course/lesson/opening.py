"""Open a lesson: make its working folder, go there, make the kernel ready, and say so."""

import os
from pathlib import Path

from filelock import FileLock
from IPython import get_ipython

from course.contents import Course, LessonEntry, UnknownLesson, load_course
from course.lesson import kernel, workspace
from course.lesson.lesson import Lesson, LessonError
from course.lesson.verdict import WORDS
from course.phrases import phrase
from course.running import ways
from course.surroundings import already_acted


class _Held:
    """The lock on the working folder that this process has open."""

    lock: FileLock | None = None


def open_lesson(slug: str, lang: str) -> Lesson:
    """Make the lesson's working folder afresh, go there, and say so.

    What was in the folder is moved to `workspace/.old`. Raises LessonError for a lesson or a
    language that the course does not have, and where nothing can be written.
    """
    course = load_course()
    entry = _entry(course, slug, lang)
    kernel.close_sql()
    place = workspace.workspace(course.root)
    opened = _open_folder(course, entry, lang)
    steering = already_acted(os.environ)
    shell = get_ipython()
    if shell is not None:
        kernel.prepare(shell, lang)
    lesson = Lesson(course, entry, lang, opened.path)
    print(f"{entry.number} · {entry.title[lang]}")
    for key, folder in (
        ("folder", opened.path),
        ("shared", opened.shared),
        ("moved", opened.moved),
    ):
        if folder:
            print(phrase(WORDS, key, lang, folder=_below(folder, place)))
    if steering:
        print(phrase(WORDS, "steered", lang, names=", ".join(steering)))
    if shell is not None:
        ways.get_ready(os.environ)
    return lesson


def _entry(course: Course, slug: str, lang: str) -> LessonEntry:
    if lang not in course.languages:
        raise LessonError(f"lang={lang!r} is none of {', '.join(course.languages)}.")
    try:
        return course.lesson(slug)
    except UnknownLesson:
        known = ", ".join(lesson.slug for lesson in course.lessons)
        raise LessonError(phrase(WORDS, "unknown", lang, slug=slug, known=known)) from None


def _open_folder(course: Course, entry: LessonEntry, lang: str) -> workspace.WorkingFolder:
    """Make the folder, go there, and hold its lock in the place of the one before."""
    place = workspace.workspace(course.root)
    try:
        workspace.make_workspace(course.root)
        os.chdir(place)
        opened = workspace.open_folder(entry, _Held.lock)
        os.chdir(opened.path)
    except workspace.WorkspaceError as error:
        raise LessonError(phrase(WORDS, error.key, lang, **error.values)) from None
    except OSError as error:
        where, why = error.filename or place, error.strerror or error
        raise LessonError(phrase(WORDS, "unwritable", lang, where=where, why=why)) from None
    if _Held.lock is not None and _Held.lock is not opened.lock:
        _Held.lock.release()
    _Held.lock = opened.lock
    return opened


def _below(folder: Path, place: Path) -> str:
    return f"{place.name}/{folder.relative_to(place).as_posix()}"
