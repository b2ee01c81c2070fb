"""`progress`: the exercises that are passed, and what is next."""

import sys

from rich import box
from rich.console import Console
from rich.table import Table

from course.command.language import say
from course.command.reset import said_of
from course.contents import Course
from course.lesson import progress
from course.lesson.workspace import old_folders, workspace


def show_progress(course: Course, lang: str) -> int:
    """Print a table of the lessons and the next exercise."""
    if aside := progress.put_spoiled_aside(workspace(course.root)):
        print(say("progress.spoiled", lang, kept=aside), file=sys.stderr)
    remembered = progress.load(workspace(course.root))
    table = Table(box=box.SIMPLE, pad_edge=False)
    for column in ("lesson", "exercises", "state"):
        table.add_column(say(f"progress.{column}", lang))
    following = None
    for entry in course.lessons:
        # An exercise that a newer course no longer has does not count.
        passed = [name for name in entry.exercises if name in remembered.get(entry.slug, ())]
        if len(passed) == len(entry.exercises):
            state = "passed"
        else:
            state = "begun" if passed else "not_started"
            open_exercise = next(name for name in entry.exercises if name not in passed)
            following = following or (entry, open_exercise)
        title = f"{entry.number} · {entry.title[lang]}"
        count = f"{len(passed)}/{len(entry.exercises)}"
        table.add_row(title, count, say(f"progress.{state}", lang))
    console = Console(highlight=False, markup=False)
    console.print(table)
    if following is None:
        console.print(say("progress.all_passed", lang))
    else:
        entry, exercise = following
        notebook = entry.notebook(lang, solved=False).relative_to(course.root).as_posix()
        values = {"title": entry.title[lang], "exercise": exercise, "notebook": notebook}
        console.print(say("progress.next", lang, **values), soft_wrap=True)
    old = old_folders(course.root)
    if old.are_much:
        console.print(said_of(old, lang), soft_wrap=True)
    return 0
