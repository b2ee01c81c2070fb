"""Compose a notebook without outputs from a lesson, for one language, unsolved or solved."""

import hashlib
import os
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.author.source import Code, LessonSource, Prose, opening
from course.contents import Course, LessonEntry
from course.lesson.start import start_files
from course.phrases import phrase

WORDS = Path(__file__).with_name("words.toml")
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def compose(course: Course, source: LessonSource, lang: str, solved: bool) -> nbformat.NotebookNode:
    """Make the notebook: a heading, the lesson's cells, a closing with links."""
    cells = [new_markdown_cell(heading(course, source.entry, lang), id="heading")]
    for cell in source.shown(solved):
        if isinstance(cell, Prose):
            cells.append(new_markdown_cell(cell.texts[lang], id=cell.key))
        else:
            cells.append(_code(cell, source, lang))
    cells.append(new_markdown_cell(closing(course, source.entry, lang, solved), id="closing"))
    metadata = {
        "course": {"lesson": source.entry.slug, "lang": lang, "solved": solved},
        "kernelspec": KERNEL,
        "language_info": {"name": "python"},
    }
    return new_notebook(cells=cells, metadata=metadata)


def _code(cell: Code, source: LessonSource, lang: str) -> nbformat.NotebookNode:
    first = cell is source.code[0]
    made = new_code_cell(opening(source.entry, lang) if first else cell.source, id=cell.key)
    if cell.role != "plain":
        made.metadata.update(role=cell.role, exercise=cell.exercise)
    if cell.scrolled:
        made.metadata["scrolled"] = True
    return made


def heading(course: Course, entry: LessonEntry, lang: str) -> str:
    """Title, purpose, minutes, and what the lesson builds on, from the manifest."""
    lines = [
        f"# {entry.number} · {entry.title[lang]}",
        f"*{course.parts[entry.part][lang]}* · {phrase(WORDS, 'minutes', lang, n=entry.minutes)}",
        entry.purpose[lang],
    ]
    if entry.needs:
        before = ", ".join(_link(course.lesson(slug), lang) for slug in entry.needs)
        lines.append(phrase(WORDS, "needs", lang, lessons=before))
    return "\n\n".join(lines)


def closing(course: Course, entry: LessonEntry, lang: str, solved: bool) -> str:
    """Links to the other notebook of the pair and to the next lesson."""
    other = entry.notebook(lang, not solved)
    here = entry.notebook(lang, solved).parent
    path = Path(os.path.relpath(other, here)).as_posix()
    lines = [phrase(WORDS, "unsolved" if solved else "solved", lang, path=path)]
    following = [one for one in course.lessons if one.number == entry.number + 1]
    lines += [phrase(WORDS, "next", lang, lesson=_link(one, lang)) for one in following]
    return "---\n\n" + "\n\n".join(lines)


def _link(entry: LessonEntry, lang: str) -> str:
    return f"[{entry.number} · {entry.title[lang]}]({entry.stem}.ipynb)"


def inputs(course: Course, source: LessonSource, notebook: nbformat.NotebookNode) -> str:
    """Give a hash of all that the notebook's outputs follow from.

    That is its code, the lesson's start and checks, what notebooks and checks import, and the
    versions of the packages; prose is not in it.
    """
    digest = hashlib.sha256()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            digest.update(f"{cell.id}\n{cell.source}\n".encode())
    digest.update(repr(sorted(cell.key for cell in source.code if cell.fails)).encode())
    entry = source.entry
    files = [entry.folder / "checks.py", entry.folder / "messages.toml"]
    files += start_files(entry.folder).values()
    files += [course.root / "requirements.txt", course.root / "lessons" / "course.toml"]
    files += (course.root / "course" / "notebook").glob("*.*")
    files += (course.root / "course" / "review").glob("*.*")
    for path in sorted(files):
        if "__pycache__" not in path.parts and path.is_file():
            digest.update(path.relative_to(course.root).as_posix().encode())
            digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]
