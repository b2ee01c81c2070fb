"""The tests of the tests: a lesson is spoiled in one way at a time, and a check must say so."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course.author.build import build, restore, targets
from course.author.execute import ExecutionError, execute
from course.author.proof.lesson import lesson_problems, notebook_problems, stray_notebooks
from course.author.rehearse import rehearse
from course.author.source import Code, LessonSource, LessonSourceError, read_lesson
from course.contents import Course, load_course
from tests.checkout import SLUG, import_path, skeleton_checkout

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with one new lesson, built."""
    root = tmp_path_factory.mktemp("built") / "kit"
    course = skeleton_checkout(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", import_path(root))
        assert build(course) == 0
    return root


@pytest.fixture
def course(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A copy of the built checkout, to be spoiled."""
    root = tmp_path / "kit"
    shutil.copytree(built, root)
    monkeypatch.setenv("PYTHONPATH", import_path(root))
    return load_course(root)


def source(course: Course) -> LessonSource:
    return read_lesson(course, load_course(course.root).lesson(SLUG))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
    path.write_text(text.replace(old, new), encoding="utf-8")


def spoil_cell(path: Path, id: str, **changes: object) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    [cell] = [cell for cell in notebook["cells"] if cell["id"] == id]
    cell.update(changes)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def problems(course: Course) -> list[str]:
    lesson = source(course)
    return [*lesson_problems(course, lesson), *notebook_problems(course, lesson)]


def rehearsed(course: Course) -> list[str]:
    with rehearse(course, source(course)) as rehearsal:
        return rehearsal.problems


def nbval(notebook: Path, root: Path) -> subprocess.CompletedProcess:
    options = [
        "-p",
        "course.author.proof.nbval_plugin",
        "--nbval",
        "--nbval-current-env",
        "-p",
        "no:cacheprovider",
    ]
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, *options, str(notebook)]
    return subprocess.run(command, capture_output=True, text=True, cwd=root)


def test_the_unspoiled_lesson_passes(course):
    assert problems(course) == []
    assert stray_notebooks(course) == []


def test_building_again_changes_nothing(course):
    def content():
        files = sorted(course.root.rglob("notebooks/**/*.ipynb"))
        return {path: path.read_bytes() for path in files}

    before = content()
    assert build(course) == 0
    assert content() == before


def test_executing_again_gives_the_same_bytes(course):
    notebook = course.lesson(SLUG).notebook("en", True)
    before = notebook.read_bytes()
    notebook.unlink()
    assert build(course) == 0
    assert notebook.read_bytes() == before


def test_only_a_notebook_whose_inputs_changed_is_executed(course, monkeypatch):
    executed = []
    monkeypatch.setattr("course.author.build.execute", lambda *words: executed.append(words[2]))
    lesson = course.lesson(SLUG).folder / "lesson.md"
    edit(lesson, "- One thing.", "- Another thing.")
    edit(lesson, "- 한 가지를 씁니다.", "- 다른 한 가지를 씁니다.")
    assert build(course) == 0
    assert executed == []
    assert "Another thing." in course.lesson(SLUG).notebook("en", False).read_text(encoding="utf-8")


def test_prose_dropped_in_one_language(course):
    lesson = course.lesson(SLUG).folder / "lesson.md"
    text = lesson.read_text(encoding="utf-8")
    start = text.index('+++ {"key": "remember", "lang": "en"}')
    lesson.write_text(text[:start], encoding="utf-8")
    assert f"{SLUG}: prose 'remember' lacks en" in lesson_problems(course, source(course))


def test_prose_changed_in_one_language(course, capsys):
    lesson = course.lesson(SLUG).folder / "lesson.md"
    edit(lesson, "- One thing.", "- Another thing.")
    assert f"{SLUG}: prose 'remember' is not accepted as it stands" in problems(course)
    assert build(course) == 1
    assert "was changed in en" in capsys.readouterr().err
    assert build(course, accept=True) == 0
    assert problems(course) == []


def test_a_word_that_the_course_does_not_use(course):
    edit(course.lesson(SLUG).folder / "lesson.md", "- One thing.", "- Simply one thing.")
    assert f"{SLUG}: prose 'remember' (en) says 'simply'" in problems(course)


def test_code_cell_edited_in_one_notebook(course):
    notebook = course.lesson(SLUG).notebook("ko", False)
    spoil_cell(notebook, "init", source="!alembic init scripts")
    assert problems(course) == [
        f"notebooks/ko/01_{SLUG}.ipynb: cell 'init' is not what the lesson builds"
    ]


def test_prose_edited_in_one_notebook(course):
    notebook = course.lesson(SLUG).notebook("en", True)
    spoil_cell(notebook, "do", source="## Edited by hand")
    assert f"notebooks/solutions/en/01_{SLUG}.ipynb: cell 'do' is not what the lesson builds" in (
        problems(course)
    )


def test_outputs_and_counts_cleared(course):
    notebook = course.lesson(SLUG).notebook("en", False)
    spoil_cell(notebook, "init", outputs=[], execution_count=None)
    assert problems(course) == [
        f"notebooks/en/01_{SLUG}.ipynb: its outputs are not those of the build",
        f"notebooks/en/01_{SLUG}.ipynb: its cells were not run once, in order",
    ]


def test_stale_output(course):
    notebook = course.lesson(SLUG).notebook("en", False)
    stale = {"name": "stdout", "output_type": "stream", "text": "Creating directory ... done\n"}
    spoil_cell(notebook, "init", outputs=[stale])
    said = nbval(notebook, course.root)
    code = [cell for cell in source(course).shown(solved=False) if isinstance(cell, Code)]
    assert f"1 failed, {len(code) - 1} passed" in said.stdout
    assert "mismatch 'stdout'" in said.stdout
    assert problems(course) == [
        f"notebooks/en/01_{SLUG}.ipynb: its outputs are not those of the build"
    ]


def test_notebook_that_a_learner_ran_is_restored(course):
    notebook = course.lesson(SLUG).notebook("ko", False)
    before = notebook.read_bytes()
    mine = {"name": "stdout", "output_type": "stream", "text": "on my machine\n"}
    spoil_cell(notebook, "init", outputs=[mine], execution_count=39)
    assert restore(course, course.lesson(SLUG)) == [notebook]
    assert notebook.read_bytes() == before


def test_stale_inputs(course):
    edit(course.lesson(SLUG).folder / "checks.py", '"shop.db" else', '"store.db" else')
    said = [problem for problem in problems(course) if "of other inputs" in problem]
    assert len(said) == 4


@pytest.mark.parametrize("marker", ["nbval-skip", "nbval-ignore-output", "raises-exception"])
def test_skip_marker_as_a_tag(course, marker):
    spoil_cell(course.lesson(SLUG).notebook("ko", True), "init", metadata={"tags": [marker]})
    assert any("has a marker that weakens nbval" in problem for problem in problems(course))


def test_skip_marker_as_a_comment(course):
    notebook = course.lesson(SLUG).notebook("ko", True)
    spoil_cell(notebook, "init", source="# NBVAL_SKIP\n!alembic init migrations")
    assert any("has a marker that weakens nbval" in problem for problem in problems(course))


def test_solution_broken(course):
    lesson = course.lesson(SLUG).folder / "lesson.md"
    edit(
        lesson,
        ':role: solution\n:exercise: set_file\n\nwrite_url("sqlite:///shop.db")',
        ':role: solution\n:exercise: set_file\n\nwrite_url("sqlite:///shops.db")',
    )
    [problem] = rehearsed(course)
    assert problem.startswith(f"{SLUG}: set_file: solution earns 'other_file' instead of 'passed'")


def test_start_that_already_passes(course):
    lesson = course.lesson(SLUG).folder / "lesson.md"
    edit(
        lesson, 'write_url("driver://user:pass@localhost/dbname")', 'write_url("sqlite:///shop.db")'
    )
    [problem] = rehearsed(course)
    assert problem.startswith(
        f"{SLUG}: set_file: untouched earns 'passed' instead of 'not_started'"
    )


def test_check_that_lost_a_mistake(course):
    checks = course.lesson(SLUG).folder / "checks.py"
    edit(
        checks,
        '    if len(revisions) > 1:\n        return not_yet("two", count=len(revisions))\n',
        "",
    )
    [problem] = rehearsed(course)
    assert f"{SLUG}: add_revision: wrong answer 'two' earns 'passed' instead of 'two'" in problem


def test_verdict_without_words_in_one_language(course):
    messages = course.lesson(SLUG).folder / "messages.toml"
    edit(messages, 'en = "There are {count} revisions. Keep one."\n', "")
    assert f"{SLUG}: exercise 'add_revision': 'two' lacks en" in problems(course)


def test_message_that_no_wrong_answer_earns(course):
    with (course.lesson(SLUG).folder / "messages.toml").open("a", encoding="utf-8") as file:
        file.write('\n[add_revision.not_yet.never]\nko = "없음"\nen = "None"\n')
    assert f"{SLUG}: exercise 'add_revision': no wrong answer earns 'never'" in problems(course)


def execute_one(course: Course) -> None:
    """Execute the beginning of one notebook: the kernel, the first cell, and `init`."""
    target = targets(course, source(course))[0]
    cells = target.notebook.cells
    del cells[[cell.id for cell in cells].index("init") + 1 :]
    execute(target.notebook, target.path.parent, target.name, target.meant_to_fail)


def test_unmarked_failure_stops_the_build(course):
    lesson = course.lesson(SLUG).folder / "lesson.md"
    edit(lesson, "!alembic init migrations", "!alembic init migrations\n!alembic nonsense")
    with pytest.raises(ExecutionError, match=r"cell init: \['alembic nonsense'\] failed"):
        execute_one(course)


def test_marked_failure_that_does_not_fail_stops_the_build(course):
    edit(course.lesson(SLUG).folder / "lesson.md", ":key: init\n", ":key: init\n:fails: true\n")
    with pytest.raises(ExecutionError, match="marked `:fails: true` and nothing failed"):
        execute_one(course)


def test_cell_that_raises_stops_the_build(course):
    edit(course.lesson(SLUG).folder / "lesson.md", "!alembic init migrations", "1 / 0")
    with pytest.raises(ExecutionError, match="cell init: ZeroDivisionError: division by zero"):
        execute_one(course)


def test_marking_a_failure_executes_again(course):
    edit(course.lesson(SLUG).folder / "lesson.md", ":key: init\n", ":key: init\n:fails: true\n")
    assert any("of other inputs" in problem for problem in problems(course))


def test_shell_line_that_not_every_machine_has(course):
    lesson = course.lesson(SLUG).folder / "lesson.md"
    edit(lesson, "!alembic init migrations", "!alembic init migrations | cat")
    said = [problem for problem in problems(course) if "has |" in problem]
    assert said == [f"{SLUG}: cell 'init': !alembic init migrations | cat: has |"]


def test_cell_without_a_key(course):
    edit(course.lesson(SLUG).folder / "lesson.md", ":key: init\n", "")
    with pytest.raises(LessonSourceError, match=r"lesson.md: cell 6 \(no key\): a code cell needs"):
        source(course)


def test_notebook_that_no_lesson_builds(course):
    path = course.root / "notebooks" / "ko" / "99_stray.ipynb"
    path.write_text("{}", encoding="utf-8")
    assert stray_notebooks(course) == ["notebooks/ko/99_stray.ipynb"]
