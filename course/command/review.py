"""`review`: what is risky in the migrations of any Alembic project."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from course.command.problem import CommandProblem
from course.phrases import phrase
from course.project.errors import ProjectError
from course.project.project import Project
from course.review import Review, review
from course.review.report import WORDS, as_json, print_text
from course.review.run import STEPS


def review_project(lang: str, path: Path, migrate: bool, as_text: bool) -> int:
    """Review the project and print the report; give 0 if it is clean, else 1.

    A revision file that could not be read counts as not clean: what nobody looked at must not pass.
    Raises CommandProblem, with exit code 2, when nothing can be read: no settings, no revision.
    """
    # Reading must leave no trace in the project.
    sys.dont_write_bytecode = True
    try:
        made = _review(_project(lang, path), migrate)
    except ProjectError as reason:
        raise CommandProblem(reason.words(lang), exit_code=2) from None
    if as_text:
        print_text(made, lang, Console(highlight=False, markup=False, emoji=False))
    else:
        print(as_json(made, lang))
    return 0 if made.is_clean else 1


def _project(lang: str, path: Path) -> Project:
    if not path.exists():
        raise CommandProblem(phrase(WORDS, "problem.no_path", lang, path=path), exit_code=2)
    path = path.resolve()
    if path.name == "pyproject.toml":
        path = path.parent
    project = Project(path) if path.is_dir() else Project(path.parent, path.name)
    if not project.has_settings():
        line = phrase(WORDS, "problem.no_settings", lang, path=path.name)
        raise CommandProblem(line, exit_code=2)
    return project


def _review(project: Project, migrate: bool) -> Review:
    """Review with a progress bar, which a terminal alone gets to see."""
    console = Console(stderr=True)
    columns = (BarColumn(), TextColumn("{task.description}"))
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=len(STEPS))

        def begin(step: str) -> None:
            bar.update(task, description=step, completed=STEPS.index(step))

        with _no_garbage_collection():
            return review(project, migrate, begin)


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Let syntax trees be: they are many small objects, and all of them live to the end."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
