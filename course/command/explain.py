"""`explain`: what an error from a terminal means, what to do, and which lesson shows it."""

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from course.command.language import say
from course.command.problem import CommandProblem
from course.contents import Course
from course.lesson.shown_errors import Shown, shown_errors
from course.project.meanings import meaning
from course.project.pasted import Pasted, read_pasted

END = "Ctrl-Z" if sys.platform == "win32" else "Ctrl-D"


def explain(course: Course, lang: str, words: Sequence[str], with_lessons: bool) -> int:
    """Print what the error in the words, or in what is pasted, means; give 0 where it is known.

    `with_lessons` names the lessons that show it, too. Give 1 for an error that is not known.
    Raises CommandProblem, with exit code 2, for a text without an error.
    """
    text = " ".join(words) or _read(lang)
    pasted = read_pasted(text)
    if pasted is None:
        raise CommandProblem(say("explain.no_error", lang), exit_code=2)
    console = Console(highlight=False, markup=False, emoji=False)
    parts = _parts(lang, pasted)
    if with_lessons and pasted.key:
        parts += _lessons(course, lang, pasted.key)
    for part in parts:
        console.print(part, soft_wrap=True)
    return 0 if pasted.key else 1


def _read(lang: str) -> str:
    if sys.stdin.isatty():
        print(say("explain.paste", lang, end=END), file=sys.stderr)
    return sys.stdin.read()


def _parts(lang: str, pasted: Pasted) -> list[str]:
    parts = [pasted.said]
    if pasted.file:
        parts += ["", say("explain.place", lang, file=_short(pasted.file), line=pasted.line)]
    if not pasted.key:
        return [*parts, "", say("explain.unknown", lang)]
    return [*parts, "", meaning(pasted.said, lang)]


def _lessons(course: Course, lang: str, key: str) -> list[str]:
    shown = [_line(course, lang, one) for one in shown_errors(course, lang) if one.key == key]
    return ["", say("explain.shown", lang), *shown] if shown else []


def _line(course: Course, lang: str, shown: Shown) -> str:
    notebook = shown.entry.notebook(lang, solved=False).relative_to(course.root)
    title = f"{shown.entry.number} · {shown.entry.title[lang]}"
    return f"  {title} · {shown.section} ({notebook.as_posix()})"


def _short(file: str) -> str:
    """Name a file from here where it lies below."""
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file
