"""A lesson's beginning: its working folder made and gone to, its steps begun anew."""

import os
from pathlib import Path

from filelock import FileLock

from course.contents import LessonEntry
from course.lesson.open_sql import close_sql
from course.lesson.problem import LessonError, problem_words
from course.lesson.serving import Served, serve
from course.lesson.steps import Steps, steps_place
from course.lesson.verdict import WORDS
from course.lesson.working_folder import WorkingFolder, open_folder
from course.packages import lacking_packages
from course.phrases import phrase
from course.workspace import make_workspace, workspace


def begin(
    entry: LessonEntry, lang: str, held: FileLock | None
) -> tuple[WorkingFolder, Served | None, Steps]:
    """Make the lesson's working folder afresh, go there, give it its server, begin its steps.

    What was in the folder is moved aside. `held` is the lock that this process has already.
    Raises LessonError, in the language, where a package is lacking and where nothing can be
    written.
    """
    _see_to_packages(entry, lang)
    close_sql()
    before = Path.cwd()
    place = workspace(entry.root)
    try:
        make_workspace(entry.root)
        # A folder that is moved must not be the current one.
        os.chdir(place)
        opened = open_folder(entry, held)
        os.chdir(opened.path)
        served = serve(opened.path, place, lang)
        return opened, served, Steps.begin(steps_place(place, opened.path), opened.path)
    except OSError as error:
        if before.is_dir():
            os.chdir(before)
        raise LessonError(problem_words(error, place, lang)) from None


def _see_to_packages(entry: LessonEntry, lang: str) -> None:
    """Raise LessonError where a package is not there that only lessons such as this one need."""
    requirements = f"requirements-{entry.extra}"
    if entry.extra and (lacking := lacking_packages(entry.root, f"{requirements}.in")):
        words = {"names": ", ".join(lacking), "extra": entry.extra, "file": f"{requirements}.txt"}
        raise LessonError(phrase(WORDS, "no_packages", lang, **words))
