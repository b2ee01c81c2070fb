"""`progress`: the exercises that are passed, and what is next."""

import sys
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from course.command.language import say
from course.command.reset import said_of
from course.contents import Course, LessonEntry
from course.desk.copies import Shelf
from course.desk.standing import following, standings
from course.lesson import progress
from course.lesson.working_folder import old_folders
from course.workspace import workspace


def show_progress(course: Course, lang: str) -> int:
    """Print a table of the lessons and the next exercise."""
    if aside := progress.put_spoiled_aside(workspace(course.root)):
        print(say("progress.spoiled", lang, kept=aside), file=sys.stderr)
    remembered = progress.load(workspace(course.root))
    table = Table(box=box.SIMPLE, pad_edge=False)
    for column in ("lesson", "exercises", "state"):
        table.add_column(say(f"progress.{column}", lang))
    stand = standings(course, remembered)
    for standing in stand:
        entry = standing.entry
        title = f"{entry.number} · {entry.title[lang]}"
        count = f"{len(standing.passed)}/{len(entry.exercises)}"
        table.add_row(title, count, say(f"progress.{standing.state}", lang))
    console = Console(highlight=False, markup=False)
    console.print(table)
    next_one = following(stand)
    if next_one is None:
        console.print(say("progress.all_passed", lang))
    else:
        entry, exercise = next_one
        notebook = _shown(course, _notebook(course, entry, lang))
        values = {"title": entry.title[lang], "exercise": exercise, "notebook": notebook}
        console.print(say("progress.next", lang, **values), soft_wrap=True)
    old = old_folders(course.root)
    if old.are_much:
        console.print(said_of(old, lang), soft_wrap=True)
    return 0


def _notebook(course: Course, entry: LessonEntry, lang: str) -> Path:
    """Give the learner's copy of a lesson, or the committed notebook before there is one."""
    copy = Shelf(course, lang, solved=False).path(entry)
    return copy if copy.is_file() else entry.notebook(lang, solved=False)


def _shown(course: Course, path: Path) -> str:
    """Give a path as it is shown: from the top of the checkout where it is below."""
    return (path.relative_to(course.root) if path.is_relative_to(course.root) else path).as_posix()
