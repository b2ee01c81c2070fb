"""Open a lesson: make its working folder, go there, make the kernel ready, and say so."""

import os
from pathlib import Path

from filelock import FileLock
from IPython import get_ipython

from course.contents import UnknownLesson, load_course
from course.lesson import kernel, workspace
from course.lesson.lesson import Lesson, LessonError
from course.lesson.verdict import WORDS
from course.phrases import phrase
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
    if lang not in course.languages:
        raise LessonError(f"lang={lang!r} is none of {', '.join(course.languages)}.")
    try:
        entry = course.lesson(slug)
    except UnknownLesson:
        known = ", ".join(lesson.slug for lesson in course.lessons)
        raise LessonError(phrase(WORDS, "unknown", lang, slug=slug, known=known)) from None
    kernel.close_sql()
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
    steering = already_acted(os.environ)
    shell = get_ipython()
    if shell is not None:
        kernel.prepare(shell, lang)
    lesson = Lesson(course, entry, lang, opened.path)
    print(f"{entry.number} · {entry.title[lang]}")
    print(phrase(WORDS, "folder", lang, folder=_below(opened.path, place)))
    if opened.shared:
        print(phrase(WORDS, "shared", lang, folder=_below(opened.shared, place)))
    if opened.moved:
        print(phrase(WORDS, "moved", lang, folder=_below(opened.moved, place)))
    if steering:
        print(phrase(WORDS, "steered", lang, names=", ".join(steering)))
    return lesson


def _below(folder: Path, place: Path) -> str:
    return f"{place.name}/{folder.relative_to(place).as_posix()}"
