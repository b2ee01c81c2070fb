"""What must hold of a lesson and of its notebooks, beyond what nbval sees: one line a problem."""

import re
import tomllib
from pathlib import Path

import nbformat

from course.author.agreement import not_accepted
from course.author.build import Target, outputs_hash, targets
from course.author.source import Code, LessonSource
from course.contents import Course
from course.lesson.verdict import Outcome

STYLE = Path(__file__).with_name("style.toml")
COMMANDS = ("alembic", "python")
NOT_IN_SHELL = ("&&", "||", "|", ";", ">", "<", "`", "$")
MARKER = re.compile(r"NBVAL_|nbval-|raises-exception", re.IGNORECASE)
FIXED_MESSAGES = (Outcome.NOT_STARTED, Outcome.PASSED)


def lesson_problems(course: Course, source: LessonSource) -> list[str]:
    """Name what is wrong with a lesson as it is written."""
    return [
        *prose_problems(course, source),
        *not_accepted(source),
        *exercise_problems(course, source),
        *[problem for cell in source.code for problem in shell_problems(source, cell)],
    ]


def prose_problems(course: Course, source: LessonSource) -> list[str]:
    """Every prose cell is there in every language and keeps to the words of the course."""
    unwanted = tomllib.loads(STYLE.read_text(encoding="utf-8"))
    found = []
    for cell in source.prose:
        name = f"{source.entry.slug}: prose '{cell.key}'"
        found += [f"{name} lacks {lang}" for lang in course.languages if lang not in cell.texts]
        for lang, text in cell.texts.items():
            spoken = re.sub(r"```.*?```|`[^`]*`", " ", text, flags=re.DOTALL).lower()
            for word in unwanted.get(lang, []):
                pattern = rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word)
                if re.search(pattern, spoken):
                    found.append(f"{name} ({lang}) says '{word.strip()}'")
    return found


def exercise_problems(course: Course, source: LessonSource) -> list[str]:
    """Cells, messages and hints of each exercise belong together, in every language."""
    slug, messages = source.entry.slug, source.entry.messages
    found = []
    used = {cell.exercise for cell in source.code if cell.exercise}
    found += [f"{slug}: exercise '{name}' has no messages" for name in sorted(used - set(messages))]
    found += [f"{slug}: exercise '{name}' has no cells" for name in sorted(set(messages) - used)]
    if len(messages) < 2:
        found.append(f"{slug}: a lesson has at least two exercises")
    for name in messages:
        cells = [cell for cell in source.code if cell.exercise == name]
        roles = {cell.role for cell in cells}
        found += [
            f"{slug}: exercise '{name}' has no {role} cell"
            for role in ("answer", "solution", "wrong", "check")
            if role not in roles
        ]
        found += _message_problems(course, f"{slug}: exercise '{name}'", messages[name], cells)
    return found


def _message_problems(course: Course, name: str, table: dict, cells: list[Code]) -> list[str]:
    mistakes = table.get("not_yet", {})
    earned = {cell.verdict for cell in cells if cell.role == "wrong"} - {Outcome.CANNOT_CHECK}
    found = [f"{name}: no wrong answer earns '{key}'" for key in sorted(set(mistakes) - earned)]
    found += [f"{name}: '{key}' has no message" for key in sorted(earned - set(mistakes))]
    if len({cell.verdict for cell in cells if cell.role == "wrong"}) < 2:
        found.append(f"{name}: an exercise has two wrong answers or more")
    needed = {key: table.get(key, {}) for key in FIXED_MESSAGES} | {"hints": table.get("hints", {})}
    for key, words in (needed | mistakes).items():
        found += [
            f"{name}: '{key}' lacks {lang}" for lang in course.languages if not words.get(lang)
        ]
    lengths = {len(hints) for hints in table.get("hints", {}).values()}
    if len(lengths) > 1 or min(lengths, default=0) < 2:
        found.append(f"{name}: two hints or more, as many in each language")
    return found


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
    return found


def notebook_problems(course: Course, source: LessonSource) -> list[str]:
    """Name what is wrong with the lesson's committed notebooks, as far as nbval does not say it."""
    return [problem for target in targets(course, source) for problem in _compare(target)]


def _compare(target: Target) -> list[str]:
    if not target.path.is_file():
        return [f"{target.name}: is not built"]
    there = nbformat.read(target.path, as_version=4)
    wanted = target.notebook
    found = []
    if [cell.id for cell in there.cells] != [cell.id for cell in wanted.cells]:
        found.append(f"{target.name}: its cells are not those of the lesson")
    for cell, built in zip(there.cells, wanted.cells, strict=False):
        if (cell.source, cell.metadata) != (built.source, built.metadata):
            found.append(f"{target.name}: cell '{cell.id}' is not what the lesson builds")
        if MARKER.search(cell.source) or MARKER.search(str(cell.metadata)):
            found.append(f"{target.name}: cell '{cell.id}' has a marker that weakens nbval")
    made = there.metadata.get("course", {}).pop("outputs", None)
    if there.metadata != wanted.metadata:
        found.append(f"{target.name}: its outputs are of other inputs (course build)")
    if made != outputs_hash(there):
        found.append(f"{target.name}: its outputs are not those of the build")
    code = [cell for cell in there.cells if cell.cell_type == "code"]
    if [cell.execution_count for cell in code] != list(range(1, len(code) + 1)):
        found.append(f"{target.name}: its cells were not run once, in order")
    found += [f"{target.name}: {problem}" for cell in code for problem in _output_problems(cell)]
    return found


def _output_problems(cell: nbformat.NotebookNode) -> list[str]:
    found = []
    for output in cell.outputs:
        if output.output_type == "error":
            found.append(f"cell '{cell.id}' raised {output.ename}")
        if any(kind.startswith("image/") for kind in output.get("data", {})):
            found.append(f"cell '{cell.id}' has a picture that nbval does not compare")
    return found


def stray_notebooks(course: Course) -> list[str]:
    """Name files below notebooks/ that no lesson builds."""
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
    return sorted(path.relative_to(course.root).as_posix() for path in there - built)


def missing_words(course: Course) -> list[str]:
    """Name phrases of the kit itself that lack a language."""
    found = []
    for path in sorted((course.root / "course").rglob("*.toml")):
        if path.name != STYLE.name:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            found += [f"{path.name}: {key}" for key in _lacking(table, course, ())]
    return found


def _lacking(table: dict, course: Course, above: tuple[str, ...]) -> list[str]:
    if not all(isinstance(value, dict) for value in table.values()):
        missing = [lang for lang in course.languages if not table.get(lang)]
        return [f"{'.'.join(above)} lacks {lang}" for lang in missing]
    return [key for name, below in table.items() for key in _lacking(below, course, (*above, name))]
