"""`reset`: a lesson back to its start. Nothing a learner made is deleted."""

import shutil
from datetime import datetime
from pathlib import Path

from filelock import Timeout

from course.command.language import say
from course.command.problem import CommandProblem, find_lesson
from course.contents import Course, LessonEntry, load_course
from course.lesson import progress
from course.lesson.workspace import move_aside, workspace


def reset_lesson(lang: str, name: str) -> int:
    """Move the lesson's folder and edited notebooks aside, and say what went where.

    The notebooks are restored and what was passed is forgotten. Raises CommandProblem.
    """
    course = load_course()
    entry = find_lesson(course, name, lang)
    try:
        moved = move_aside(entry)
    except Timeout:
        raise CommandProblem(say("reset.open", lang, stem=entry.stem)) from None
    if moved is not None:
        print(say("reset.folder", lang, folder=moved))
    for notebook, kept in _restore_notebooks(course, entry, moved or _new_place(entry)):
        shown = notebook.relative_to(course.root).as_posix()
        print(say("reset.notebook", lang, notebook=shown, kept=kept))
    progress.forget(workspace(course.root), entry.slug)
    print(say("reset.forgotten", lang, title=entry.title[lang]))
    return 0


def _new_place(entry: LessonEntry) -> Path:
    """A folder beside the working folders that were moved aside, named as they are."""
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
    return workspace(entry.root) / ".old" / f"{entry.stem}.{stamp}"


def _restore_notebooks(course: Course, entry: LessonEntry, place: Path) -> list[tuple[Path, Path]]:
    """Restore the lesson's notebooks; give each one that was edited and where it is kept."""
    from course.author.build import restore
    from course.author.execute import ExecutionError
    from course.author.source import LessonSourceError

    room = course.root / "notebooks"
    kept = {}
    for lang in course.languages:
        for solved in (False, True):
            notebook = entry.notebook(lang, solved)
            if notebook.is_file():
                kept[notebook] = place / "notebooks" / notebook.relative_to(room)
                kept[notebook].parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(notebook, kept[notebook])
    try:
        written = restore(course, entry)
    except (LessonSourceError, ExecutionError) as error:
        raise CommandProblem(str(error)) from None
    for notebook, copy in kept.items():
        if notebook not in written:
            copy.unlink()
    _remove_empty(place)
    return [(notebook, kept[notebook]) for notebook in written if notebook in kept]


def _remove_empty(folder: Path) -> None:
    room = folder / "notebooks"
    for path in [*sorted(room.rglob("*"), reverse=True), room, folder]:
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
