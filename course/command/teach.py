"""`teach`: the instructor's edition of the notebooks, slides, schedules."""

import sys
from collections.abc import Sequence
from pathlib import Path

from course.command.language import say
from course.command.problem import CommandProblem, find_lesson
from course.contents import Course
from course.workspace import make_workspace


def teach(course: Course, lang: str, names: Sequence[str], to: Path | None) -> int:
    """Make what instructors need of the named lessons, or of all; give the exit code.

    A lesson that is not built, or whose notes cannot be read, is named, and the others are made.
    Raises CommandProblem for a name that is not known and a folder that cannot be used.
    """
    entries = [find_lesson(course, name, lang) for name in names] or list(course.lessons)
    from course.author.notebook import NotebookError
    from course.author.problem import LessonProblem
    from course.author.teaching.folder import TeachingFolder, usual_folder

    if to is None:
        make_workspace(course.root)
    folder = TeachingFolder(course, lang, (to or usual_folder(course, lang)).absolute())
    if folder.path.is_relative_to(course.root / "notebooks"):
        raise CommandProblem(say("teach.notebooks", lang), exit_code=2)
    if folder.path.exists() and not folder.path.is_dir():
        raise CommandProblem(say("teach.no_folder", lang, path=folder.path), exit_code=2)
    failed = 0
    for entry in entries:
        print(f"{entry.number} · {entry.title[lang]}", flush=True)
        try:
            folder.lesson(entry)
        except FileNotFoundError as error:
            failed += 1
            name = Path(error.filename or "").name
            print(say("teach.not_built", lang, name=name, slug=entry.slug), file=sys.stderr)
        except NotebookError as error:
            failed += 1
            print(say("teach.broken", lang, slug=entry.slug, said=error), file=sys.stderr)
        except LessonProblem as problem:
            failed += 1
            print(problem, file=sys.stderr)
    try:
        index = folder.index()
    except LessonProblem as problem:
        raise CommandProblem(str(problem)) from None
    for path in folder.kept:
        print(say("teach.kept", lang, name=path.name))
    print(say("teach.done", lang, index=index))
    return 1 if failed else 0
