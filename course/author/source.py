"""Read lesson.md: MyST Markdown, prose in every language side by side, each code cell once."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.author.notebook import text_hash
from course.author.problem import LessonProblem
from course.contents import Course, LessonEntry
from course.phrases import Words

if TYPE_CHECKING:
    from nbformat import NotebookNode

ROLES = ("plain", "answer", "solution", "wrong", "check")
CODE_KEYS = {"key", "role", "exercise", "verdict", "fails", "scrolled"}
PROSE_KEYS = {"key", "lang"}


class LessonSourceError(LessonProblem):
    """A lesson.md that is not written as CONTRIBUTING says; the message names file and cell."""


@dataclass(frozen=True)
class Prose:
    """One prose cell, with its text in every language; what one lacks falls back to another's."""

    key: str
    texts: Words[str]


@dataclass(frozen=True)
class Code:
    """One code cell. `fails` marks a command that is meant to fail."""

    key: str
    source: str
    role: str = "plain"
    exercise: str | None = None
    verdict: str | None = None
    fails: bool = False
    scrolled: bool = False


@dataclass(frozen=True)
class LessonSource:
    """A lesson as written: prose and code in order."""

    entry: LessonEntry
    cells: tuple[Prose | Code, ...]

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
        hidden = {"wrong", "answer" if solved else "solution"}
        return [cell for cell in self.cells if isinstance(cell, Prose) or cell.role not in hidden]


def short_hash(text: str) -> str:
    """Give a hash of a text that ignores white space at its ends."""
    return text_hash(text.strip())


def read_lesson(course: Course, entry: LessonEntry) -> LessonSource:
    """Read a lesson's lesson.md. Raises LessonSourceError."""
    # It takes a second to import, and a build with nothing to do needs none of it.
    import jupytext

    path = entry.folder / "lesson.md"
    if not path.is_file():
        raise LessonSourceError(f"{_name(path, course)}: the file is not there")
    notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="md:myst")
    cells: list[Prose | Code] = []
    seen: set[str] = set()
    for number, cell in enumerate(notebook.cells, start=1):
        where = f"{_name(path, course)}: cell {number} ({cell.metadata.get('key', 'no key')})"
        is_code = cell.cell_type == "code"
        made = _code(cell, where) if is_code else _prose(cell, cells, course, where)
        if made is None:
            continue
        if made.key in seen:
            raise LessonSourceError(f"{where}: another cell has this key")
        seen.add(made.key)
        cells.append(made)
    source = LessonSource(entry, tuple(cells))
    _check_first_cell(source, _name(path, course), first_language(course))
    return source


def _name(path: Path, course: Course) -> str:
    return path.relative_to(course.root).as_posix()


def _code(cell: "NotebookNode", where: str) -> Code:
    unknown = set(cell.metadata) - CODE_KEYS
    if unknown:
        raise LessonSourceError(f"{where}: unknown options {sorted(unknown)}")
    options: dict[str, Any] = {"key": ""} | dict(cell.metadata)
    made = Code(source=cell.source, **options)
    if not made.key:
        raise LessonSourceError(f"{where}: a code cell needs a :key:")
    if not made.source.strip():
        raise LessonSourceError(f"{where}: the cell is empty, and Jupyter does not run empty cells")
    if made.role not in ROLES:
        raise LessonSourceError(f"{where}: role {made.role!r} is none of {', '.join(ROLES)}")
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
