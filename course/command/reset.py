"""`reset`: a lesson back to its start. What a learner made is deleted only where they say so."""

import sys

from filelock import Timeout

from course.command.language import say
from course.command.problem import CommandProblem, find_lesson
from course.contents import Course
from course.desk import copies, start_page
from course.lesson import progress, working_folder
from course.workspace import workspace as workspace_of


def reset_lesson(course: Course, lang: str, name: str) -> int:
    """Move the lesson's folder and the copies that were worked in aside; say what went where.

    Fresh copies take their place and what was passed is forgotten. Raises CommandProblem.
    """
    entry = find_lesson(course, name, lang)
    try:
        moved = working_folder.move_aside(entry)
    except Timeout:
        raise CommandProblem(say("reset.open", lang, stem=entry.stem)) from None
    if moved is not None:
        print(say("reset.folder", lang, folder=moved))
    place = moved or working_folder.new_place(entry)
    for copy, kept in copies.renew(course, entry, place):
        print(say("reset.notebook", lang, notebook=copy, kept=kept))
    if aside := progress.forget(workspace_of(course.root), entry.slug):
        print(say("progress.spoiled", lang, kept=aside), file=sys.stderr)
    start_page.refresh(course, progress.load(workspace_of(course.root)))
    print(say("reset.forgotten", lang, title=entry.title[lang]))
    old = working_folder.old_folders(course.root, entry)
    if old.are_much:
        print(said_of(old, lang))
    return 0


def clean_up(course: Course, lang: str, name: str, yes: bool) -> int:
    """Delete what was moved aside, of the named lesson or of all, if the learner agrees.

    `yes` is the agreement of who cannot be asked. Raises CommandProblem.
    """
    entry = find_lesson(course, name, lang) if name else None
    old = working_folder.old_folders(course.root, entry)
    if not old.paths:
        print(say("reset.clean_none", lang))
        return 0
    values = {"count": old.count, "mb": f"{old.mb:.1f}"}
    if not yes:
        if not sys.stdin.isatty():
            raise CommandProblem(say("reset.clean_unasked", lang, **values))
        if not _agrees(say("reset.clean_question", lang, **values)):
            print(say("reset.clean_kept", lang))
            return 0
    working_folder.remove(old.paths)
    print(say("reset.cleaned", lang, **values))
    return 0


def said_of(old: working_folder.OldFolders, lang: str) -> str:
    """Say how much the folders that were moved aside take, and how to be rid of them."""
    return say("reset.much", lang, count=old.count, mb=f"{old.mb:.0f}")


def _agrees(question: str) -> bool:
    try:
        answer = input(f"{question} [y/N] ")
    except EOFError:
        return False
    return answer.strip().lower() in ("y", "yes")
