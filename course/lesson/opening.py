"""Open a lesson: make its working folder, go there, make the kernel ready, and say so."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from IPython import get_ipython

from course.contents import Course, LessonEntry, UnknownLesson, load_course
from course.lesson import kernel, progress
from course.lesson.beginning import begin
from course.lesson.lesson import Lesson
from course.lesson.live import Live
from course.lesson.places import section_of
from course.lesson.problem import LessonError
from course.lesson.serving import Served
from course.lesson.session import Session, current, follow
from course.lesson.steps import latest_aside
from course.lesson.verdict import WORDS
from course.phrases import phrase
from course.running import ways
from course.surroundings import already_acted
from course.workspace import workspace as workspace_of


def open_lesson(slug: str, lang: str) -> Lesson:
    """Make the lesson's working folder afresh, go there, and say so.

    What was in the folder is moved to `workspace/.old`. Raises LessonError for a lesson or a
    language that the course does not have, and where nothing can be written.
    """
    course = load_course()
    entry = _entry(course, slug, lang)
    before = current()
    opened, served, steps = begin(entry, lang, before.lock if before else None)
    if before is not None and before.lock is not opened.lock:
        before.lock.release()
    place = workspace_of(course.root)
    steering = already_acted(os.environ)
    shell = get_ipython()
    if shell is not None:
        kernel.prepare(shell, lang)
    session = Session(shell, entry, lang, steps, opened.lock)
    lesson = Lesson(course, session)
    print(f"{entry.number} · {entry.title[lang]}")
    for key, folder in (
        ("folder", opened.path),
        ("shared", opened.shared),
        ("moved", opened.moved),
    ):
        if folder:
            print(phrase(WORDS, key, lang, folder=_below(folder, place)))
    for line in _of_server(served, lang) if served else ():
        print(line)
    if where := _where_it_was_left(course, entry, lang):
        print(where)
    if steering:
        print(phrase(WORDS, "steered", lang, names=", ".join(steering)))
    follow(session)
    if shell is not None:
        ways.get_ready(os.environ)
        session.panel = Live(opened.path, entry, lang)
    return lesson


def _of_server(served: Served, lang: str) -> Iterator[str]:
    yield phrase(WORDS, "server_own" if served.own else "server", lang, url=served.own)
    for dump in served.aside:
        yield phrase(WORDS, "database_moved", lang, file=dump)


def _where_it_was_left(course: Course, entry: LessonEntry, lang: str) -> str | None:
    """Say where the learner was in what was moved aside; None when no cell had run there."""
    place = workspace_of(course.root)
    steps = latest_aside(place, entry.stem, place)
    if steps is None:
        return None
    last = steps.cells[-1]
    passed = set(progress.load(place).get(entry.slug, ())) & set(entry.exercises)
    section = section_of(entry, lang, last.cell)
    return phrase(
        WORDS,
        "left_at" if section else "left",
        lang,
        time=_said_time(last.time),
        section=section,
        passed=len(passed),
        count=len(entry.exercises),
    )


def _said_time(time: datetime) -> str:
    today = datetime.now().astimezone().date()
    return f"{time:%H:%M}" if time.date() == today else f"{time:%Y-%m-%d %H:%M}"


def _entry(course: Course, slug: str, lang: str) -> LessonEntry:
    if lang not in course.languages:
        raise LessonError(f"lang={lang!r} is none of {', '.join(course.languages)}.")
    try:
        return course.lesson(slug)
    except UnknownLesson:
        known = ", ".join(lesson.slug for lesson in course.lessons)
        raise LessonError(phrase(WORDS, "unknown", lang, slug=slug, known=known)) from None


def _below(folder: Path, place: Path) -> str:
    return f"{place.name}/{folder.relative_to(place).as_posix()}"
