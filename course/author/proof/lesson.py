"""What must hold of a lesson and of its notebooks, beyond what nbval sees: one line a problem."""

import re
import tomllib
from itertools import groupby
from pathlib import Path
from typing import Any

from course.author.agreement import lacking, not_accepted, spoken, texts
from course.author.compose import Target, targets
from course.author.fingerprint import changed, inputs
from course.author.notebook import Cell, Notebook, NotebookError, code_cells, file_hash, read
from course.author.plan import code_of
from course.author.proof.style import STYLE, unwanted
from course.author.record import Record
from course.author.source import Code, LessonSource
from course.contents import SHARED, Course, LessonEntry
from course.lesson.verdict import Outcome, kit_mistakes
from course.phrases import all_phrases

COMMANDS = ("alembic", "python")
NOT_IN_SHELL = ("&&", "||", "|", ";", ">", "<", "`", "$")
MARKER = re.compile(r"NBVAL_|nbval-|raises-exception", re.IGNORECASE)
ANSWERS_OF_AN_EXERCISE = (4, 6, 2)
ANSWERS_OF_A_TRY = (1, 1, 1)
"""How many right answers, wrong answers and hints there are at least."""
FEWEST_SHARED = 2
"""In how many exercises a message for every one is earned at least."""
FIXED_MESSAGES = (Outcome.NOT_STARTED, Outcome.PASSED)


def lesson_problems(course: Course, source: LessonSource) -> list[str]:
    """Name what is wrong with a lesson as it is written."""
    answers = [cell for cell in source.answers if cell.role == "right"]
    return [
        *lacking(course, source),
        *style_problems(source),
        *not_accepted(source),
        *exercise_problems(source),
        *[problem for cell in (*source.code, *answers) for problem in shell_problems(source, cell)],
    ]


def style_problems(source: LessonSource) -> list[str]:
    """Prose, messages and hints keep to the words of the course."""
    entry = source.entry
    named: dict[str, dict[str, str]] = {
        "title": entry.title,
        "purpose": entry.purpose,
        "doing": entry.doing,
        **{spoken(key): words for key, words in texts(source).items()},
    }
    return [
        f"{entry.slug}: {name} ({lang}) says '{word}'"
        for name, words in named.items()
        for lang, text in words.items()
        for word in unwanted(text, lang)
    ]


def exercise_problems(source: LessonSource) -> list[str]:
    """Cells, messages and hints of each exercise belong together."""
    slug, messages = source.entry.slug, source.entry.messages
    found = _shared_problems(source)
    used = {cell.exercise for cell in (*source.code, *source.answers) if cell.exercise}
    found += [f"{slug}: exercise '{name}' has no messages" for name in sorted(used - set(messages))]
    found += [f"{slug}: exercise '{name}' has no cells" for name in sorted(set(messages) - used)]
    if len(source.entry.exercises) < 2:
        found.append(f"{slug}: a lesson has at least two exercises")
    for name in messages:
        cells = [cell for cell in source.code if cell.exercise == name]
        roles = {cell.role for cell in cells}
        found += [
            f"{slug}: exercise '{name}' has no {role} cell"
            for role in ("answer", "solution", "check")
            if role not in roles
        ]
        if len([1 for run, _ in groupby(source.code, lambda it: it.exercise) if run == name]) > 1:
            found.append(f"{slug}: exercise '{name}': its cells are not next to each other")
        table = source.entry.written_messages[name]
        found += _message_problems(f"{slug}: exercise '{name}'", table, source, name)
    return found


def _message_problems(
    name: str, table: dict[str, Any], source: LessonSource, exercise: str
) -> list[str]:
    mistakes = table.get("not_yet", {})
    wrong, right = (source.answers_to(exercise, role) for role in ("wrong", "right"))
    shared = set(_shared(source)) - set(mistakes)
    earned = _earned(source, exercise) - shared - (kit_mistakes() - set(mistakes))
    found = [f"{name}: no wrong answer earns '{key}'" for key in sorted(set(mistakes) - earned)]
    found += [f"{name}: '{key}' has no message" for key in sorted(earned - set(mistakes))]
    found += [f"{name}: '{key}' has no message" for key in FIXED_MESSAGES if key not in table]
    fewest = ANSWERS_OF_A_TRY if table.get("try") else ANSWERS_OF_AN_EXERCISE
    found += [
        f"{name}: {there} {kind}, and {least} are wanted"
        for kind, there, least in zip(
            ("right answers", "wrong answers", "hints"),
            (len(right), len(wrong), _hints(table)),
            fewest,
            strict=True,
        )
        if there < least
    ]
    return found


def _shared_problems(source: LessonSource) -> list[str]:
    """What is said for every exercise is earned in some of them; else it is one exercise's own."""
    name = f"{source.entry.slug}: {SHARED}"
    tables = source.entry.written_messages
    earned = [
        key
        for exercise in source.entry.messages
        for key in _earned(source, exercise) - set(tables[exercise].get("not_yet", {}))
    ]
    return [
        f"{name}: '{key}' is earned in {earned.count(key)} exercises, not in {FEWEST_SHARED}"
        for key in _shared(source)
        if earned.count(key) < FEWEST_SHARED
    ]


def _shared(source: LessonSource) -> dict[str, Any]:
    shared: dict[str, Any] = source.entry.written_messages.get(SHARED, {}).get("not_yet", {})
    return shared


def _earned(source: LessonSource, exercise: str) -> set[str]:
    """Give the mistakes that the exercise's wrong answers earn."""
    verdicts = {str(cells[0].verdict) for cells in source.answers_to(exercise, "wrong")}
    return verdicts - {Outcome.CANNOT_CHECK, Outcome.NOT_STARTED}


def _hints(table: dict[str, Any]) -> int:
    """Count the hints of the language that has fewest."""
    return min(map(len, table.get("hints", {}).values()), default=0)


def shell_problems(source: LessonSource, cell: Code) -> list[str]:
    """A `!` line calls alembic or python, alone, so that it runs alike everywhere."""
    found = []
    lines = cell.source.splitlines()
    for line in [] if lines[0].startswith("%%writefile") else lines:
        if not line.startswith("!"):
            continue
        name = f"{source.entry.slug}: cell '{cell.key}': {line}"
        unquoted = re.sub(r"\"[^\"]*\"|'[^']*'", "", line)
        if line[1:].split()[0] not in COMMANDS:
            found.append(f"{name}: only {' and '.join(COMMANDS)} are called")
        found += [f"{name}: has {sign}" for sign in NOT_IN_SHELL if sign in unquoted]
    if not lines[0].startswith("%%") and lines[-1].rstrip().endswith(";"):
        name = f"{source.entry.slug}: cell '{cell.key}'"
        found.append(f"{name}: ends in `;`, which not every kernel heeds; write `_ =`")
    return found


def notebook_problems(course: Course, source: LessonSource) -> list[str]:
    """Name what is wrong with the lesson's committed notebooks, as far as nbval does not say it."""
    made = targets(course, source)
    record = Record.of(source.entry)
    now = inputs(course, source.entry, [target.notebook for target in made])
    found = []
    for target in made:
        problem = file_problem(target.path, target.name, source.entry, record)
        if problem:
            found.append(problem)
            continue
        differing = changed(record.inputs, now, target.lang)
        if code_of(target, made) != record.code(target):
            differing.insert(0, "its code")
        if differing:
            names = ", ".join(differing)
            found.append(
                f"{target.name}: its outputs are of other inputs: {names}. "
                f"`python3 -m course build {source.entry.slug}` executes it again"
            )
        found += [f"{target.name}: {problem}" for problem in _compare(read(target.path), target)]
    return found


def file_problem(path: Path, name: str, entry: LessonEntry, record: Record) -> str | None:
    """Say in one line why a notebook's file is not the one that the build wrote, and the fix."""
    build = f"`python3 -m course build {entry.slug}`"
    if not path.is_file():
        return f"{name}: is not built; {build} makes it"
    try:
        read(path)
    except NotebookError as error:
        return f"{name}: is no whole notebook ({error}); {build} writes it again"
    if file_hash(path) in {built.get("file") for built in record.notebooks.values()}:
        return None
    return (
        f"{name}: was run and saved, or edited; "
        f"`python3 -m course reset {entry.number}` brings it back"
    )


def _compare(there: Notebook, target: Target) -> list[str]:
    wanted = target.notebook
    found = []
    if [cell["id"] for cell in there["cells"]] != [cell["id"] for cell in wanted["cells"]]:
        found.append("its cells are not those of the lesson")
    for cell, built in zip(there["cells"], wanted["cells"], strict=False):
        if (cell["source"], cell["metadata"]) != (built["source"], built["metadata"]):
            found.append(f"cell '{cell['id']}' is not what the lesson builds")
        if MARKER.search(cell["source"]) or MARKER.search(str(cell["metadata"])):
            found.append(f"cell '{cell['id']}' has a marker that weakens nbval")
    if there["metadata"] != wanted["metadata"]:
        found.append("its metadata is not what the lesson builds")
    code = code_cells(there)
    if [cell["execution_count"] for cell in code] != list(range(1, len(code) + 1)):
        found.append("its cells were not run once, in order")
    return [*found, *[problem for cell in code for problem in _output_problems(cell)]]


def _output_problems(cell: Cell) -> list[str]:
    found = []
    for output in cell["outputs"]:
        if output["output_type"] == "error":
            found.append(f"cell '{cell['id']}' raised {output['ename']}")
        if any(kind.startswith("image/") for kind in output.get("data", {})):
            found.append(f"cell '{cell['id']}' has a picture that nbval does not compare")
    return found


def stray_notebooks(course: Course) -> list[str]:
    """Name files below notebooks/ that no lesson builds, and what to do with them."""
    built = {
        entry.notebook(lang, solved)
        for entry in course.lessons
        for lang in course.languages
        for solved in (False, True)
    }
    there = {
        path
        for path in (course.root / "notebooks").rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts
    }
    return [stray(course, path) for path in sorted(there - built)]


def stray(course: Course, path: Path) -> str:
    """Say in one line that no lesson builds a notebook, and what to do with it."""
    name = path.relative_to(course.root).as_posix()
    return f"{name}: no lesson builds it; move it out of notebooks/, to workspace/ for example"


def kit_problems(course: Course) -> list[str]:
    """Name phrases of the kit itself that lack a language, or say what the course does not say."""
    found = []
    for path in sorted((course.root / "course").rglob("*.toml")):
        if path.name == STYLE.name:
            continue
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        for key, words in all_phrases(table):
            missing = [lang for lang in course.languages if not words.get(lang)]
            found += [f"{path.name}: {key} lacks {lang}" for lang in missing]
            found += [
                f"{path.name}: {key} ({lang}) says '{word}'"
                for lang, text in words.items()
                for word in (unwanted(text, lang) if isinstance(text, str) else ())
            ]
    return found
