"""What a build has to do for a lesson, and why, before it does anything."""

from dataclasses import dataclass, field
from pathlib import Path

from course.author import agreement
from course.author.compose import WORDS, Target, closing, heading, targets
from course.author.fingerprint import Inputs, changed, code_hash, inputs
from course.author.notebook import Notebook, code_cells, file_hash, read, text_hash
from course.author.reach import Sources, read_module, table_hash
from course.author.record import Record
from course.author.source import LessonSource, read_lesson
from course.author.teaching.source import TEACHING
from course.contents import Course, LessonEntry, Minutes

COMPOSED_BY = (
    *("author/compose.py", "author/source.py", "author/notebook.py"),
    "author/minutes.py",
)


@dataclass
class Plan:
    """A lesson's notebooks as they have to be; `stale` says of which outputs must be made, why."""

    course: Course
    source: LessonSource
    targets: list[Target]
    record: Record
    stale: dict[str, list[str]] = field(default_factory=dict)
    left_over: list[Path] = field(default_factory=list)

    @property
    def entry(self) -> LessonEntry:
        """The lesson."""
        return self.source.entry

    @property
    def to_execute(self) -> list[Target]:
        """The notebooks of which outputs must be made."""
        return [target for target in self.targets if target.name in self.stale]


def plan(course: Course, entry: LessonEntry, sources: Sources | None = None) -> Plan | None:
    """Look at a lesson and give what must be done; None when every file is as it has to be.

    `sources` are the modules of the course, where they were read before. Raises LessonProblem.
    """
    before = Record.of(entry)
    text = text_of(course, entry)
    left_over = moved_away(course, entry, before)
    if text == before.text and not left_over and _as_recorded(course, entry, before):
        there = [read(path) for path in notebooks(course, entry).values()]
        if inputs(course, entry, there, sources) == before.inputs:
            return None
    source = read_lesson(course, entry)
    made = targets(course, source)
    now = inputs(course, entry, [target.notebook for target in made], sources)
    record = Record(text, "", now, {})
    planned = Plan(course, source, made, record, left_over=left_over)
    for target in made:
        code = code_of(target, made)
        reasons = why(target, code, before, now)
        if reasons:
            planned.stale[target.name] = reasons
        else:
            take_over(read(target.path), target.notebook)
    return planned


def why(target: Target, code: str, before: Record, now: dict[str, Inputs]) -> list[str]:
    """Say why a notebook must be executed; nothing when the outputs that are there can stay."""
    written = before.file(target.lang, target.solved)
    if not written:
        return ["new" if target.path.is_file() else "missing"]
    differing = (["code"] if code != before.code(target) else []) + changed(
        before.inputs, now, target.lang
    )
    if not target.path.is_file():
        return differing or ["missing"]
    return differing if file_hash(target.path) == written else ["edited"]


def code_of(target: Target, made: list[Target]) -> str:
    """Give the hash of a target's code."""
    [solved] = [other for other in made if other.lang == target.lang and other.solved]
    return code_hash(target.notebook, solved.notebook, target.meant_to_fail)


def take_over(there: Notebook, wanted: Notebook) -> None:
    """Give the notebook the outputs of the one that is there, whose code is the same."""
    outputs = {cell["id"]: cell for cell in code_cells(there)}
    for cell in code_cells(wanted):
        cell["outputs"] = outputs[cell["id"]]["outputs"]
        cell["execution_count"] = outputs[cell["id"]]["execution_count"]


def notebooks(course: Course, entry: LessonEntry) -> dict[tuple[str, bool], Path]:
    """Give where a lesson's notebooks are, by language, and unsolved or solved."""
    return {
        (lang, solved): entry.notebook(lang, solved)
        for lang in course.languages
        for solved in (False, True)
    }


def _as_recorded(course: Course, entry: LessonEntry, record: Record) -> bool:
    if file_hash(entry.folder / agreement.AGREED) != record.agreed:
        return False
    paths = notebooks(course, entry)
    return len(record.notebooks) == len(paths) and all(
        path.is_file() and file_hash(path) == record.file(*which) for which, path in paths.items()
    )


def text_of(course: Course, entry: LessonEntry, minutes: Minutes | None = None) -> str:
    """Give a hash of all that the cells of a lesson's notebooks follow from.

    `minutes` is how long it takes, where that was counted anew.
    """
    parts = [composing(course.root)]
    for lang in course.languages:
        parts += [heading(course, entry, lang, minutes), table_hash(WORDS, lang)]
        parts += [closing(course, entry, lang, solved) for solved in (False, True)]
    parts += [file_hash(entry.folder / name) for name in ("lesson.md", "messages.toml")]
    teaching = entry.folder / TEACHING
    parts += [file_hash(teaching)] if teaching.is_file() else []
    # The text of a lesson names others by their numbers.
    parts += [other.stem for other in course.lessons]
    return text_hash(repr(parts))


def composing(root: Path) -> str:
    """Give a hash of the code that composes notebooks."""
    starts = [root / "course" / name for name in COMPOSED_BY]
    return text_hash(repr([read_module(path).digest for path in starts]))


def moved_away(course: Course, entry: LessonEntry, record: Record) -> list[Path]:
    """Give the notebooks that the build wrote when the lesson had another place in the course.

    What somebody else wrote, or changed since, is not among them.
    """
    written = {built.get("file", "") for built in record.notebooks.values()}
    named = (course.root / "notebooks").rglob(f"[0-9][0-9]_{entry.slug}.ipynb")
    return sorted(path for path in named if path.stem != entry.stem and file_hash(path) in written)
