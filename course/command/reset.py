"""`reset`: a lesson back to its start. What a learner made is deleted only where they say so."""

import shutil
import sys
from pathlib import Path

from filelock import Timeout

from course.command.language import say
from course.command.problem import CommandProblem, find_lesson
from course.contents import Course, LessonEntry
from course.lesson import progress, workspace


def reset_lesson(course: Course, lang: str, name: str) -> int:
    """Move the lesson's folder and edited notebooks aside, and say what went where.

    The notebooks are restored and what was passed is forgotten. Raises CommandProblem.
    """
    entry = find_lesson(course, name, lang)
    try:
        moved = workspace.move_aside(entry)
    except Timeout:
        raise CommandProblem(say("reset.open", lang, stem=entry.stem)) from None
    if moved is not None:
        print(say("reset.folder", lang, folder=moved))
    place = moved or workspace.new_place(entry)
    for notebook, kept in _restore_notebooks(course, entry, place):
        shown = notebook.relative_to(course.root).as_posix()
        print(say("reset.notebook", lang, notebook=shown, kept=kept))
    if aside := progress.forget(workspace.workspace(course.root), entry.slug):
        print(say("progress.spoiled", lang, kept=aside), file=sys.stderr)
    print(say("reset.forgotten", lang, title=entry.title[lang]))
    old = workspace.old_folders(course.root, entry)
    if old.are_much:
        print(said_of(old, lang))
    return 0


def clean_up(course: Course, lang: str, name: str, yes: bool) -> int:
    """Delete what was moved aside, of the named lesson or of all, if the learner agrees.

    `yes` is the agreement of who cannot be asked. Raises CommandProblem.
    """
    entry = find_lesson(course, name, lang) if name else None
    old = workspace.old_folders(course.root, entry)
    if not old.paths:
        print(say("reset.clean_none", lang))
        return 0
    values = {"count": len(old.paths), "mb": f"{old.mb:.1f}"}
    if not yes:
        if not sys.stdin.isatty():
            raise CommandProblem(say("reset.clean_unasked", lang, **values))
        if not _agrees(say("reset.clean_question", lang, **values)):
            print(say("reset.clean_kept", lang))
            return 0
    workspace.remove(old.paths)
    print(say("reset.cleaned", lang, **values))
    return 0


def said_of(old: workspace.OldFolders, lang: str) -> str:
    """Say how much the folders that were moved aside take, and how to be rid of them."""
    return say("reset.much", lang, count=len(old.paths), mb=f"{old.mb:.0f}")


def _agrees(question: str) -> bool:
    try:
        answer = input(f"{question} [y/N] ")
    except EOFError:
        return False
    return answer.strip().lower() in ("y", "yes")


def _restore_notebooks(course: Course, entry: LessonEntry, place: Path) -> list[tuple[Path, Path]]:
    """Restore the lesson's notebooks; give each one that was edited and where it is kept."""
    from course.author.build import restore
    from course.author.execute import ExecutionError
    from course.author.source import LessonSourceError

    built = course.root / "notebooks"
    kept = {}
    for lang in course.languages:
        for solved in (False, True):
            notebook = entry.notebook(lang, solved)
            if notebook.is_file():
                kept[notebook] = place / "notebooks" / notebook.relative_to(built)
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
    notebooks = folder / "notebooks"
    for path in [*sorted(notebooks.rglob("*"), reverse=True), notebooks, folder]:
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
