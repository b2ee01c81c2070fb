"""Read lesson.md and answers.md: MyST Markdown, each code cell once, prose in every language.

lesson.md has what a learner sees; answers.md has answers of learners, right and wrong, that only
rehearsals see.
"""

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from course.author.notebook import text_hash
from course.author.problem import LessonProblem
from course.contents import Course, LessonEntry
from course.phrases import Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbformat import NotebookNode

ROLES = ("plain", "answer", "solution", "check")
ANSWER_ROLES = ("right", "wrong")
CODE_KEYS = {"key", "role", "exercise", "verdict", "variant", "fails", "scrolled"}
LESSON, ANSWERS = "lesson.md", "answers.md"
PROSE_KEYS = {"key", "lang"}


class LessonSourceError(LessonProblem):
    """A lesson that is not written as CONTRIBUTING says; the message names file and cell."""


@dataclass(frozen=True)
class Prose:
    """One prose cell, with its text in every language; what one lacks falls back to another's."""

    key: str
    texts: Words[str]


@dataclass(frozen=True)
class Code:
    """One code cell. `fails` marks a command that is meant to fail.

    Neighbouring cells of answers.md with the same exercise, verdict and variant are one answer.
    """

    key: str
    source: str
    role: str = "plain"
    exercise: str | None = None
    verdict: str | None = None
    variant: str | None = None
    fails: bool = False
    scrolled: bool = False


@dataclass(frozen=True)
class LessonSource:
    """A lesson as written: prose and code in order, and the answers that rehearsals try."""

    entry: LessonEntry
    cells: tuple[Prose | Code, ...]
    answers: tuple[Code, ...] = ()

    @property
    def prose(self) -> list[Prose]:
        """The prose cells in order."""
        return [cell for cell in self.cells if isinstance(cell, Prose)]

    @property
    def code(self) -> list[Code]:
        """The code cells in order."""
        return [cell for cell in self.cells if isinstance(cell, Code)]

    def shown(self, solved: bool) -> list[Prose | Code]:
        """The cells that the unsolved or the solved notebook shows."""
        hidden = "answer" if solved else "solution"
        return [cell for cell in self.cells if isinstance(cell, Prose) or cell.role != hidden]

    def answers_to(self, exercise: str, role: str) -> list[list[Code]]:
        """The right or the wrong answers to an exercise, each as its cells."""
        mine = [cell for cell in self.answers if (cell.exercise, cell.role) == (exercise, role)]
        return [list(cells) for _, cells in groupby(mine, lambda it: (it.verdict, it.variant))]


def short_hash(text: str) -> str:
    """Give a hash of a text that ignores white space at its ends."""
    return text_hash(text.strip())


def read_lesson(course: Course, entry: LessonEntry) -> LessonSource:
    """Read a lesson's lesson.md. Raises LessonSourceError."""
    # It takes a second to import, and a build with nothing to do needs none of it.
    import jupytext

    path = entry.folder / LESSON
    if not path.is_file():
        raise LessonSourceError(f"{_name(path, course)}: the file is not there")
    seen: set[str] = set()
    cells: list[Prose | Code] = []
    for where, cell in _cells(jupytext, path, course):
        is_code = cell.cell_type == "code"
        made = _code(cell, where, ROLES) if is_code else _prose(cell, cells, course, where)
        if made is not None:
            cells.append(_new(made, seen, where))
    answers = [
        _new(_code(cell, where, ANSWER_ROLES), seen, where)
        for where, cell in _cells(jupytext, entry.folder / ANSWERS, course)
    ]
    source = LessonSource(entry, tuple(cells), tuple(answers))
    _check_first_cell(source, _name(path, course), first_language(course))
    return source


def _cells(jupytext: Any, path: Path, course: Course) -> "Iterator[tuple[str, NotebookNode]]":
    """Give a file's cells, each with the words that name it; none where there is no file."""
    if path.is_file():
        notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="md:myst")
        for number, cell in enumerate(notebook.cells, start=1):
            key = cell.metadata.get("key", "no key")
            if cell.source.strip() or cell.cell_type == "code" or cell.metadata:
                yield f"{_name(path, course)}: cell {number} ({key})", cell


_Cell = TypeVar("_Cell", Prose, Code, Prose | Code)


def _new(made: _Cell, seen: set[str], where: str) -> _Cell:
    if made.key in seen:
        raise LessonSourceError(f"{where}: another cell has this key")
    seen.add(made.key)
    return made


def _name(path: Path, course: Course) -> str:
    return path.relative_to(course.root).as_posix()


def _code(cell: "NotebookNode", where: str, roles: tuple[str, ...]) -> Code:
    if cell.cell_type != "code":
        raise LessonSourceError(f"{where}: {ANSWERS} has code cells alone")
    unknown = set(cell.metadata) - CODE_KEYS
    if unknown:
        raise LessonSourceError(f"{where}: unknown options {sorted(unknown)}")
    options: dict[str, Any] = {"key": ""} | dict(cell.metadata)
    made = Code(source=cell.source, **options)
    if not made.key:
        raise LessonSourceError(f"{where}: a code cell needs a :key:")
    if not made.source.strip():
        raise LessonSourceError(f"{where}: the cell is empty, and Jupyter does not run empty cells")
    if made.role not in roles:
        raise LessonSourceError(f"{where}: role {made.role!r} is none of {', '.join(roles)}")
    if (made.role != "plain") != bool(made.exercise):
        raise LessonSourceError(f"{where}: every role but plain, and no plain cell, has :exercise:")
    if (made.role == "wrong") != bool(made.verdict):
        raise LessonSourceError(f"{where}: wrong cells, and no others, have :verdict:")
    return made


def _prose(
    cell: "NotebookNode", before: list[Prose | Code], course: Course, where: str
) -> Prose | None:
    key, lang = cell.metadata.get("key"), cell.metadata.get("lang")
    if not cell.source.strip() and not key:
        return None
    if set(cell.metadata) != PROSE_KEYS or lang not in course.languages:
        known = ", ".join(course.languages)
        raise LessonSourceError(f"{where}: a prose cell has a key and a lang ({known})")
    if before and before[-1].key == key and isinstance(before[-1], Prose):
        if lang in before[-1].texts:
            raise LessonSourceError(f"{where}: {lang} is there twice")
        before[-1].texts[lang] = cell.source
        return None
    return Prose(key, Words({lang: cell.source}))


def _check_first_cell(source: LessonSource, name: str, lang: str) -> None:
    wanted = opening(source.entry, lang)
    if not source.code or source.code[0].source != wanted:
        said = wanted.replace("\n", "\\n")
        raise LessonSourceError(f"{name}: the first code cell must read {said}")


def first_language(course: Course) -> str:
    """Give the language in which lesson.md has what stands there once."""
    return next(iter(course.languages))


def opening(entry: LessonEntry, lang: str) -> str:
    """Give the source of the first cell, which says the notebook's language."""
    return f'from course import open_lesson\n\nlesson = open_lesson("{entry.slug}", lang="{lang}")'
