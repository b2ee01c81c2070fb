"""The build command: lessons to notebooks, executing only what changed."""

import hashlib
import json
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import nbformat
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from course.author import agreement as pairs
from course.author.compose import compose, inputs
from course.author.execute import ExecutionError, execute
from course.author.source import LessonSource, LessonSourceError, read_lesson
from course.contents import Course, LessonEntry


@dataclass(frozen=True)
class Target:
    """One notebook to build: where it goes, and what it is before it is executed."""

    path: Path
    notebook: nbformat.NotebookNode
    meant_to_fail: frozenset[str]

    @property
    def name(self) -> str:
        """The notebook's room and file, as messages name it."""
        return "/".join(self.path.parts[self.path.parts.index("notebooks") :])


def build(
    course: Course, names: Iterable[str] = (), accept: bool = False, carry: bool = False
) -> int:
    """Build the named lessons' notebooks, or all; give the exit code.

    Prose of which one language was changed alone stops the build until `accept` says that the
    languages agree again. `carry` then writes the end of each lesson into the start of the next.
    """
    console = Console(stderr=True)
    entries = [course.lesson(name) for name in names] or list(course.lessons)
    try:
        for entry in entries:
            source = read_lesson(course, entry)
            one_sided = pairs.one_sided(source)
            if one_sided and not accept:
                raise LessonSourceError("\n".join(one_sided))
            _execute_all(targets(course, source), console)
            pairs.accept(source)
            if carry:
                from course.author.chain import carry_forward

                carry_forward(course, source)
    except (LessonSourceError, ExecutionError) as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        return 1
    return 0


def targets(course: Course, source: LessonSource) -> list[Target]:
    """Give the lesson's notebooks in every language, unsolved and solved, not yet executed."""
    meant_to_fail = frozenset(cell.key for cell in source.code if cell.fails)
    made = []
    for lang in course.languages:
        for solved in (False, True):
            notebook = compose(course, source, lang, solved)
            notebook.metadata["course"]["inputs"] = inputs(course, source, notebook)
            made.append(Target(source.entry.notebook(lang, solved), notebook, meant_to_fail))
    return made


def _execute_all(wanted: list[Target], console: Console) -> None:
    """Write every target; execute those whose inputs changed, two at a time on two cores."""
    stale = []
    for target in wanted:
        if not _keep_outputs(target):
            stale.append(target)
        else:
            save(target.notebook, target.path)
    if not stale:
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    workers = ThreadPoolExecutor(max_workers=os.cpu_count())
    with Progress(*columns, console=console) as progress, workers:
        bar = progress.add_task(stale[0].path.stem, total=len(stale))
        running = {
            workers.submit(execute, one.notebook, one.path.parent, one.name, one.meant_to_fail): one
            for one in stale
        }
        for done in as_completed(running):
            executed = done.result()
            executed.metadata["course"]["outputs"] = outputs_hash(executed)
            save(executed, running[done].path)
            progress.advance(bar)


def _keep_outputs(target: Target) -> bool:
    """Take over the outputs of the notebook that is there, if the build made them of the same.

    A notebook that somebody ran and saved has other outputs than the hash it carries says.
    """
    if not target.path.is_file():
        return False
    try:
        there = nbformat.read(target.path, as_version=4)
    except (nbformat.reader.NotJSONError, nbformat.ValidationError):
        return False
    made = outputs_hash(there)
    if there.metadata.get("course") != target.notebook.metadata["course"] | {"outputs": made}:
        return False
    outputs = {cell.id: cell for cell in there.cells if cell.cell_type == "code"}
    for cell in target.notebook.cells:
        if cell.cell_type == "code":
            old = outputs.get(cell.id)
            if old is None or old.source != cell.source:
                return False
            cell.outputs, cell.execution_count = old.outputs, old.execution_count
    target.notebook.metadata["course"]["outputs"] = made
    return True


def outputs_hash(notebook: nbformat.NotebookNode) -> str:
    """Give a hash of all outputs and execution counts of a notebook."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    made = [[cell.id, cell.execution_count, cell.outputs] for cell in code]
    return hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:16]


def save(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Write a notebook whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")
    new.replace(path)


def restore(course: Course, entry: LessonEntry) -> list[Path]:
    """Build a lesson's notebooks again where they differ; give those that were written."""
    paths = [entry.notebook(lang, solved) for lang in course.languages for solved in (False, True)]
    before = {path: path.read_bytes() if path.is_file() else b"" for path in paths}
    _execute_all(targets(course, read_lesson(course, entry)), Console(stderr=True))
    return [path for path in paths if path.read_bytes() != before[path]]
