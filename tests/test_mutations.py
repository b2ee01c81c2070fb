"""The tests of the tests: a lesson is spoiled in one way at a time, and a check must say so."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from course.author import notebook
from course.author.agreement import one_sided
from course.author.build import build
from course.author.compose import targets
from course.author.execute import ExecutionError, LessonClient, as_node, client, run_cell
from course.author.notebook import code, file_hash
from course.author.proof.lesson import lesson_problems, notebook_problems, stray_notebooks
from course.author.record import Record
from course.author.rehearse import rehearse
from course.author.source import Code, LessonSource, LessonSourceError, opening, read_lesson
from course.contents import Course, LessonEntry, load_course
from course.lesson.beside import stray_tables
from course.lesson.start import fill
from course.project.project import Project
from tests.checkout import SLUG
from tests.opened import alembic


def sample(course: Course) -> LessonEntry:
    return load_course(course.root).lesson(SLUG)


def source(course: Course) -> LessonSource:
    return read_lesson(course, sample(course))


def name(course: Course, lang: str, solved: bool = False) -> str:
    return sample(course).notebook(lang, solved).relative_to(course.root).as_posix()


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
    path.write_text(text.replace(old, new), encoding="utf-8")


def spoil_cell(path: Path, key: str, **changes: object) -> None:
    spoiled = notebook.read(path)
    [cell] = [cell for cell in spoiled["cells"] if cell["id"] == key]
    cell.update(changes)
    notebook.write(spoiled, path)


def forge(course: Course, lang: str, solved: bool, key: str, **changes: object) -> Path:
    """Spoil a notebook's cell, and the record so that the build seems to have written it."""
    entry = sample(course)
    path = entry.notebook(lang, solved)
    spoil_cell(path, key, **changes)
    record = Record.of(entry)
    record.notebooks[f"{lang} solved" if solved else lang]["file"] = file_hash(path)
    record.write(entry)
    return path


def problems(course: Course) -> list[str]:
    lesson = source(course)
    return [*lesson_problems(course, lesson), *notebook_problems(course, lesson)]


def rehearsed(course: Course) -> list[str]:
    with rehearse(course, source(course)) as rehearsal:
        return rehearsal.problems


def nbval(root: Path, *notebooks: Path) -> str:
    options = ["-p", "course.author.proof.nbval_plugin", "--nbval", "--nbval-current-env"]
    quiet = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-c", os.devnull]
    command = [sys.executable, "-m", "pytest", *quiet, *options, *map(str, notebooks)]
    return subprocess.run(command, capture_output=True, text=True, cwd=root).stdout


def test_the_unspoiled_lesson_passes(course):
    assert problems(course) == []
    assert stray_notebooks(course) == []


# --- what is written ---


def test_prose_dropped_in_one_language(course):
    lesson = sample(course).folder / "lesson.md"
    text = lesson.read_text(encoding="utf-8")
    start = text.index('+++ {"key": "remember", "lang": "en"}')
    lesson.write_text(text[:start], encoding="utf-8")
    assert f"{SLUG}: prose 'remember' lacks en" in problems(course)


def test_prose_changed_in_one_language(course, capsys):
    edit(sample(course).folder / "lesson.md", "- One thing.", "- Another thing.")
    assert f"{SLUG}: prose 'remember' is not accepted as it stands" in problems(course)
    assert build(course, [SLUG]) == 1
    assert "prose 'remember' was changed in en and not in ko" in capsys.readouterr().err
    assert build(course, [SLUG], accept=True) == 0
    assert problems(course) == []


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("There is no revision.", "There is a revision.", "add_revision.not_started"),
        ("Keep one.", "Keep both.", "add_revision.not_yet.two"),
        ("`alembic revision` takes `-m`.", "It takes nothing.", "add_revision.hint.1"),
    ],
)
def test_a_message_or_a_hint_turned_round_in_one_language(course, capsys, old, new, key):
    edit(sample(course).folder / "messages.toml", old, new)
    key = key.replace(".not_yet", "")
    assert f"{SLUG}: message '{key}' is not accepted as it stands" in problems(course)
    assert build(course, [SLUG]) == 1
    assert f"message '{key}' was changed in en and not in ko" in capsys.readouterr().err


def test_a_word_that_the_course_does_not_use(course):
    edit(sample(course).folder / "lesson.md", "- One thing.", "- Simply one thing.")
    assert f"{SLUG}: prose 'remember' (en) says 'Simply'" in problems(course)


def test_verdict_without_words_in_one_language(course):
    messages = sample(course).folder / "messages.toml"
    edit(messages, 'en = "There are {count} revisions. Keep one."\n', "")
    assert f"{SLUG}: message 'add_revision.two' lacks en" in problems(course)


def test_too_few_answers(course):
    answers = sample(course).folder / "answers.md"
    answers.write_text("", encoding="utf-8")
    said = [line for line in problems(course) if "are wanted" in line]
    assert f"{SLUG}: exercise 'lay_out': 0 right answers, and 1 are wanted" in said
    assert f"{SLUG}: exercise 'set_file': 0 right answers, and 4 are wanted" in said
    assert f"{SLUG}: exercise 'set_file': 0 wrong answers, and 6 are wanted" in said


def test_message_that_no_wrong_answer_earns(course):
    with (sample(course).folder / "messages.toml").open("a", encoding="utf-8") as file:
        file.write('\n[add_revision.not_yet.never]\nko = "없음"\nen = "None"\n')
    assert f"{SLUG}: exercise 'add_revision': no wrong answer earns 'never'" in problems(course)


def test_a_message_for_every_exercise_that_is_one_exercises_own(course):
    messages = sample(course).folder / "messages.toml"
    edit(messages, "[add_revision.not_yet.two]", "[every.not_yet.two]")
    assert f"{SLUG}: every: 'two' is earned in 1 exercises, not in 2" in problems(course)
    entry = load_course(course.root).lesson(SLUG)
    assert {name for name in entry.messages if "two" in entry.messages[name]["not_yet"]} == {
        *entry.exercises,
        *entry.tries,
    }


def test_shell_line_that_not_every_machine_has(course):
    lesson = sample(course).folder / "lesson.md"
    edit(lesson, "!alembic current", "!alembic current | cat")
    said = [problem for problem in problems(course) if "has |" in problem]
    assert said == [f"{SLUG}: cell 'look': !alembic current | cat: has |"]


def test_a_value_that_only_some_kernels_hide(course):
    edit(sample(course).folder / "lesson.md", "!alembic current\n", "1 + 1;\n")
    assert any("cell 'look': ends in `;`" in problem for problem in problems(course))


def test_cell_without_a_key(course):
    edit(sample(course).folder / "lesson.md", ":key: look\n", "")
    with pytest.raises(
        LessonSourceError, match=r"lesson.md: cell 17 \(no key\): a code cell needs"
    ):
        source(course)


# --- the notebooks ---


def test_code_cell_edited_in_one_notebook(course):
    forge(course, "ko", False, "look", source="!alembic heads")
    assert problems(course) == [f"{name(course, 'ko')}: cell 'look' is not what the lesson builds"]


def test_prose_edited_in_one_notebook(course):
    forge(course, "en", True, "do", source="## Edited by hand")
    assert problems(course) == [
        f"{name(course, 'en', True)}: cell 'do' is not what the lesson builds"
    ]


def test_outputs_and_counts_cleared(course):
    forge(course, "en", False, "look", outputs=[], execution_count=None)
    assert problems(course) == [f"{name(course, 'en')}: its cells were not run once, in order"]


@pytest.mark.parametrize("marker", ["nbval-skip", "nbval-ignore-output", "raises-exception"])
def test_skip_marker_as_a_tag(course, marker):
    forge(course, "ko", True, "look", metadata={"tags": [marker]})
    assert any("has a marker that weakens nbval" in problem for problem in problems(course))


def test_skip_marker_as_a_comment(course):
    forge(course, "ko", True, "look", source="# NBVAL_SKIP\n!alembic current")
    assert any("has a marker that weakens nbval" in problem for problem in problems(course))


def test_stale_inputs(course):
    edit(sample(course).folder / "checks.py", '"shop.db").resolve()', '"store.db").resolve()')
    said = [problem for problem in problems(course) if "of other inputs: checks" in problem]
    assert len(said) == 4


def test_marking_a_failure_is_another_input(course):
    edit(sample(course).folder / "lesson.md", ":key: look\n", ":key: look\n:fails: true\n")
    assert any("of other inputs: its code" in problem for problem in problems(course))


MINE = [{"name": "stdout", "output_type": "stream", "text": "on my machine\n"}]
STALE = [{"name": "stdout", "output_type": "stream", "text": "0001 (head)\n"}]


@pytest.mark.slow
def test_nbval_runs_what_the_build_wrote_and_refuses_the_rest_in_a_line(course):
    stale = forge(course, "en", False, "look", outputs=STALE)
    edited = sample(course).notebook("ko", False)
    spoil_cell(edited, "look", outputs=MINE)
    truncated = sample(course).notebook("ko", True)
    truncated.write_text(truncated.read_text(encoding="utf-8")[:500], encoding="utf-8")
    stray = edited.with_name("Untitled.ipynb")
    stray.write_text("", encoding="utf-8")
    code = [cell for cell in source(course).shown(solved=False) if isinstance(cell, Code)]

    said = nbval(course.root, stale, edited, truncated, stray)
    assert f"4 failed, {len(code) - 1} passed" in said
    assert "mismatch 'stdout'" in said
    assert "Traceback (most recent call last)" not in said
    number, build_it = sample(course).number, f"`python3 -m course build {SLUG}`"
    assert (
        f"{name(course, 'ko')}: was run and saved, or edited; "
        f"`python3 -m course reset {number}` brings it back\n"
    ) in said
    assert re.search(rf"{name(course, 'ko', True)}: is no whole notebook .*; {build_it}", said)
    assert "notebooks/ko/Untitled.ipynb: no lesson builds it; move it out of notebooks/" in said
    assert [line.partition(": ")[0] for line in stray_notebooks(course)] == [
        "notebooks/ko/Untitled.ipynb"
    ]
    found = notebook_problems(course, source(course))
    assert [line.partition(": ")[2].split("; ")[0][:20] for line in found] == [
        "was run and saved, o",
        "is no whole notebook",
    ]


# --- exercises ---


@pytest.mark.slow
def test_answers_that_earn_another_verdict(course):
    lesson, checks = sample(course).folder / "lesson.md", sample(course).folder / "checks.py"
    comment = (
        "# alembic.ini를 고친 다음 확인 셀을 실행하세요 · edit alembic.ini, then run the check"
    )
    solved = lesson.read_text(encoding="utf-8").partition("from pathlib import Path\n\nini")[2]
    solving = "from pathlib import Path\n\nini" + solved.partition("```")[0]
    edit(lesson, solving, solving.replace("sqlite:///shop.db", "sqlite:///shops.db"))
    edit(lesson, comment, solving)
    answers = sample(course).folder / "answers.md"
    edit(answers, "sqlite:///./shop.db", "sqlite:///./shops.db")
    two = '    if len(revisions) > 1:\n        return not_yet("two", count=len(revisions))\n'
    edit(checks, two, "")
    untouched, refused, broken, *lost = rehearsed(course)
    assert untouched.startswith(f"{SLUG}: set_file: untouched earns 'passed' instead of")
    assert broken.startswith(f"{SLUG}: set_file: solution earns 'other_file' instead of 'passed'")
    assert refused.startswith(f"{SLUG}: set_file: right answer 'dot' earns 'other_file' instead")
    names = ("two", "three", "and-another")
    said = [f"{SLUG}: add_revision: wrong answer '{name}' earns 'passed' instead" for name in names]
    assert [line.partition(" of ")[0] for line in lost] == said


@pytest.mark.slow
def test_a_table_that_no_revision_makes(tmp_path):
    """A solution that leaves a table beside what its revisions make."""
    folder = tmp_path / "shop"
    fill(load_course().lesson("branches").folder, folder)
    assert alembic(folder, "upgrade", "head").returncode == 0
    assert stray_tables(str(folder)) == []
    with Project(folder).database().engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE left_behind (id INTEGER)")
        connection.exec_driver_sql("DROP TABLE orders")
    assert stray_tables(str(folder)) == [
        "the end has a table 'left_behind' that no revision makes",
        "the end lacks the table 'orders' of its revisions",
    ]


# --- what is executed ---


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LessonClient]:
    """A kernel in which lesson `init` was opened."""
    workspace = tmp_path_factory.mktemp("beginning")
    entry = load_course().lesson("init")
    with client(notebook.notebook([]), entry.root, workspace, way="fork") as running:
        run(running, "open", opening(entry, "en"))
        yield running


def run(running: LessonClient, key: str, text: str, fails: bool = False) -> None:
    cell = as_node(code(key, text))
    running.nb.cells.append(cell)
    run_cell(running, cell, len(running.nb.cells) - 1, "lesson", fails)


def test_unmarked_failure_stops_the_build(beginning):
    with pytest.raises(ExecutionError, match=r"cell init: \['alembic nonsense'\] failed"):
        run(beginning, "init", "!alembic --version\n!alembic nonsense")


def test_marked_failure_that_does_not_fail_stops_the_build(beginning):
    with pytest.raises(ExecutionError, match="marked `:fails: true` and nothing failed"):
        run(beginning, "init", "!alembic --version", fails=True)


def test_cell_that_raises_stops_the_build(beginning):
    with pytest.raises(ExecutionError, match="cell init: ZeroDivisionError: division by zero"):
        run(beginning, "init", "1 / 0")


def test_a_cell_that_ends_the_kernel_stops_the_build(tmp_path):
    with (
        client(notebook.notebook([]), tmp_path, tmp_path) as running,
        pytest.raises(ExecutionError, match="lesson: cell init: Kernel died"),
    ):
        run(running, "init", "import os\nos._exit(3)")


def test_what_fails_by_intent_is_marked(course):
    edit(sample(course).folder / "lesson.md", ":key: look\n", ":key: look\n:fails: true\n")
    assert {target.meant_to_fail for target in targets(course, source(course))} == {
        frozenset({"look"})
    }


def test_a_kernel_that_does_not_start_says_why(course, monkeypatch, tmp_path):
    (tmp_path / "ipykernel_launcher.py").write_text("raise SystemExit('no kernel today')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with (
        pytest.raises(ExecutionError, match="no kernel today"),
        client(notebook.notebook([]), tmp_path, tmp_path),
    ):
        pass


def test_messages_are_paired_by_every_text_that_there_is(course):
    entry = sample(course)
    agreed = json.loads((entry.folder / "agreed.json").read_text(encoding="utf-8"))
    messages = (entry.folder / "messages.toml").read_text(encoding="utf-8")
    assert sum(key.startswith("messages.") for key in agreed) == messages.count("ko = ") + 2
    assert one_sided(source(course)) == []
    shutil.rmtree(entry.folder / "start", ignore_errors=True)
