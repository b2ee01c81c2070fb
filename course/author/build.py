"""The build command: lessons to notebooks, executing only what changed."""

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

from course.author import agreement, readme
from course.author.compose import WORDS, Target, heading
from course.author.minutes import minutes_of
from course.author.notebook import file_hash, write
from course.author.plan import Plan, code_of, plan, text_of
from course.author.problem import LessonProblem
from course.author.reach import Sources
from course.author.record import key
from course.author.source import read_lesson
from course.contents import Course, LessonEntry
from course.phrases import phrase
from course.virtualenv import VirtualEnv

REASONS = ("missing", "new", "edited", "code")
NAMES_SHOWN = 4


def build(
    course: Course,
    names: Iterable[str] = (),
    accept: bool = False,
    carry: bool = False,
    lang: str = "en",
) -> int:
    """Build the named lessons' notebooks, or all, and the READMEs' tables; give the exit code.

    It says which notebooks it executes, and why, before it executes the first. A text of which
    one language was changed alone stops the build until `accept` says that the languages agree
    again. `carry` then writes the end of each lesson into the start of the next.
    """
    entries = [course.lesson(name) for name in names] or list(course.lessons)
    try:
        plans = plan_all(course, entries, accept)
        for line in [*announced(plans, lang), *lacking(course, entries, plans, lang)]:
            print(line, file=sys.stderr)
        if any(planned.stale for planned in plans.values()):
            see_to_the_packages(course, lang)
        for entry in entries:
            planned = plan(course, entry) if carry else plans.get(entry.slug)
            if planned is not None:
                make(planned)
            if carry:
                from course.author.chain import carry_forward

                carry_forward(course, read_lesson(course, entry))
        for entry in linked(course, entries):
            relink(course, entry)
        readme.write(course)
    except LessonProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def see_to_the_packages(course: Course, lang: str) -> None:
    """Raise LessonProblem where `.venv` isn't what is locked.

    A cell that starts the course's own command would show how it is brought up to date.
    """
    if VirtualEnv(course.root).state() == "changed":
        raise LessonProblem(phrase(WORDS, "outdated", lang))


def linked(course: Course, entries: list[LessonEntry]) -> list[LessonEntry]:
    """Give the other lessons whose notebooks link to these: the ones before, and who needs them."""
    slugs, numbers = {entry.slug for entry in entries}, {entry.number for entry in entries}
    return [
        entry
        for entry in course.lessons
        if entry.slug not in slugs
        and (entry.number + 1 in numbers or not slugs.isdisjoint(entry.needs))
    ]


def relink(course: Course, entry: LessonEntry) -> None:
    """Write a lesson's notebooks where they follow from its text alone; it executes nothing."""
    planned = plan(course, entry)
    if planned is not None and not planned.stale and not agreement.one_sided(planned.source):
        make(planned)


def plan_all(course: Course, entries: Iterable[LessonEntry], accept: bool) -> dict[str, Plan]:
    """Plan the lessons that something must be done for, by their names.

    Raises LessonProblem for a lesson that cannot be read, and for texts of which one language
    was changed alone.
    """
    sources = Sources(course.root)
    looked = {entry.slug: plan(course, entry, sources) for entry in entries}
    sources.keep()
    plans = {slug: planned for slug, planned in looked.items() if planned is not None}
    if not accept:
        one_sided = [
            line for planned in plans.values() for line in agreement.one_sided(planned.source)
        ]
        if one_sided:
            raise LessonProblem("\n".join(one_sided))
    return plans


def announced(plans: dict[str, Plan], lang: str) -> Iterator[str]:
    """Say which notebooks will be executed, and why: a line for each lesson and reason."""
    for slug, planned in plans.items():
        for reasons, count in Counter(map(tuple, planned.stale.values())).items():
            why = _reason(reasons, lang)
            yield phrase(WORDS, "executes", lang, lesson=slug, count=count, why=why)


def _reason(reasons: Sequence[str], lang: str) -> str:
    said = [phrase(WORDS, f"why.{name}", lang) for name in reasons if name in REASONS]
    names = [name for name in reasons if name not in REASONS]
    if names:
        shown = ", ".join(names[:NAMES_SHOWN])
        more = len(names) - NAMES_SHOWN
        which = "inputs" if more <= 0 else "more_inputs"
        said.append(phrase(WORDS, f"why.{which}", lang, names=shown, more=more))
    return "; ".join(said)


def lacking(
    course: Course, entries: Iterable[LessonEntry], plans: dict[str, Plan], lang: str
) -> list[str]:
    """Say what is not said in every language yet; the words of another language stand there."""
    lines = []
    for entry in entries:
        planned = plans.get(entry.slug)
        said = agreement.hashes(planned.source) if planned else agreement.accepted(entry)
        for spoken, names in agreement.missing(course, entry, said).items():
            if names:
                shown, count = ", ".join(names[:NAMES_SHOWN]), len(names)
                values = {"lesson": entry.slug, "language": spoken, "names": shown, "count": count}
                more = count - NAMES_SHOWN
                key = "lacks" if more <= 0 else "lacks_more"
                lines.append(phrase(WORDS, key, lang, **values, more=more))
    return [phrase(WORDS, "lacking", lang), *lines] if lines else []


def make(planned: Plan) -> None:
    """Write a lesson's notebooks as planned, and record what they were made of.

    Nothing is written before every notebook is there. Raises ExecutionError.
    """
    if planned.stale:
        _execute(planned)
    course, entry = planned.course, planned.entry
    minutes = minutes_of(entry, planned.targets)
    notebooks = {}
    for target in planned.targets:
        target.notebook["cells"][0]["source"] = heading(course, entry, target.lang, minutes)
        write(target.notebook, target.path)
        notebooks[key(target.lang, target.solved)] = {
            "code": code_of(target, planned.targets),
            "file": file_hash(target.path),
        }
    for path in planned.left_over:
        path.unlink()
    agreement.accept(planned.source)
    planned.record.agreed = file_hash(planned.entry.folder / agreement.AGREED)
    planned.record.notebooks = notebooks
    planned.record.minutes = asdict(minutes)
    planned.record.text = text_of(course, entry, minutes)
    planned.record.write(planned.entry)


def _execute(planned: Plan) -> None:
    """Execute what the plan says, as many notebooks at once as there are cores."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    from course.author.execute import execute, write_apart

    scratch = tempfile.TemporaryDirectory(prefix="course-notebooks-")
    composed = Path(scratch.name)

    def run(target: Target) -> None:
        execute(target.notebook, target.path.parent, target.name, target.meant_to_fail, composed)

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    workers = ThreadPoolExecutor(max_workers=os.cpu_count())
    with scratch, Progress(*columns, console=Console(stderr=True)) as progress, workers:
        write_apart(planned.targets, composed)
        bar = progress.add_task(planned.entry.stem, total=len(planned.to_execute))
        for done in as_completed([workers.submit(run, target) for target in planned.to_execute]):
            done.result()
            progress.advance(bar)
