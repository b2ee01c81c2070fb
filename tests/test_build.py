"""The build: what it executes and says, and what is there when a lesson is added or moved."""

import os
import subprocess
import sys

import pytest

from course.author import notebook
from course.author.build import build
from course.author.check import check
from course.author.compose import compose
from course.author.notebook import code_cells
from course.author.plan import plan
from course.author.proof.lesson import lesson_problems
from course.author.source import read_lesson
from course.contents import load_course
from tests.checkout import ROOT, SLUG, built_files, import_path

HELD = ("lessons", "notebooks", "coverage", "exercises")


@pytest.fixture
def executed(monkeypatch):
    """The names of the notebooks that a build would execute; it does not."""
    names = []

    def pretend(made, folder, name, meant_to_fail, notebooks):
        names.append(name)
        for number, cell in enumerate(code_cells(made), start=1):
            cell["execution_count"] = number

    monkeypatch.setattr("course.author.execute.execute", pretend)
    return names


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def sample(course):
    return load_course(course.root).lesson(SLUG)


@pytest.mark.slow
def test_a_new_lesson_executes_itself_alone_and_the_suite_passes(built):
    """`course new` and `course build`, and then whatever holds all lessons and notebooks."""
    lines = [line for line in built.said.splitlines() if "to execute" in line]
    assert lines == [f"{SLUG}: 4 notebooks to execute: there is no file"]
    before, now = built_files(ROOT), built_files(built.root)
    added = {name for name in now if SLUG in name}
    assert len(added) == 4 + 2
    # The link to the next lesson is in the four notebooks of the one that was the last.
    last = load_course().lessons[-1]
    assert {name for name in before if now[name] != before[name]} <= {
        name for name in before if last.slug in name
    }
    files = [f"tests/test_{name}.py" for name in HELD]
    chosen = ["-k", f"not test_exercises or {SLUG}", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-n0", "-v", *chosen, *files],
        cwd=built.root,
        env={**os.environ, "PYTHONPATH": import_path(built.root)},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout[-4000:]
    for test in ("is_whole", "are_what_the_lesson_builds", "and_the_end_is_right"):
        assert f"{test}[{SLUG}] PASSED" in ran.stdout


def test_building_again_changes_nothing(course, executed):
    before = built_files(course.root)
    times = {path: path.stat().st_mtime_ns for path in course.root.rglob("*.ipynb")}
    assert plan(course, sample(course)) is None
    assert build(course, [SLUG]) == 0
    assert built_files(course.root) == before
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert executed == []


@pytest.mark.slow
def test_what_somebody_ran_is_executed_again_and_comes_out_the_same(course, capsys):
    before = built_files(course.root)
    path = sample(course).notebook("ko", False)
    edited = notebook.read(path)
    code_cells(edited)[1]["outputs"] = []
    notebook.write(edited, path)
    assert build(course, [SLUG]) == 0
    assert built_files(course.root) == before
    assert "WARNING" not in capsys.readouterr().err


def test_prose_is_taken_over_and_executes_nothing(course, executed):
    lesson = sample(course).folder / "lesson.md"
    edit(lesson, "- One thing.", "- Another thing.")
    edit(lesson, "- 한 가지를 씁니다.", "- 다른 한 가지를 씁니다.")
    assert build(course, [SLUG]) == 0
    assert executed == []
    there = sample(course).notebook("en", False)
    assert "Another thing." in there.read_text(encoding="utf-8")
    assert plan(course, sample(course)) is None


def test_nothing_is_executed_with_packages_that_are_not_the_locked_ones(
    course, executed, capsys, monkeypatch
):
    monkeypatch.setattr("course.author.build.VirtualEnv.state", lambda _: "changed")
    assert build(course, [SLUG]) == 0
    edit(sample(course).folder / "checks.py", '"shop.db").resolve()', '"store.db").resolve()')
    assert build(course, [SLUG], lang="en") == 1
    assert "Run `python3 -m course doctor` first" in capsys.readouterr().err
    assert executed == []


def test_the_build_says_what_it_executes_and_why(course, executed, capsys):
    edit(sample(course).folder / "checks.py", '"shop.db").resolve()', '"store.db").resolve()')
    messages = sample(course).folder / "messages.toml"
    edit(messages, "리비전이 없습니다.", "리비전이 아직 없습니다.")
    assert build(course, [SLUG], accept=True, lang="en") == 0
    assert capsys.readouterr().err.splitlines()[:2] == [
        f"{SLUG}: 2 notebooks to execute: changed: checks, messages",
        f"{SLUG}: 2 notebooks to execute: changed: checks",
    ]
    assert len(executed) == 4


def test_a_lesson_that_moves_takes_its_notebooks_along(course, executed, capsys):
    manifest = course.root / "lessons" / "course.toml"
    head, *others, entry = manifest.read_text(encoding="utf-8").split("[[lesson]]")
    manifest.write_text(
        "[[lesson]]".join([head, f"{entry}\n", *others]).replace("needs =", "# needs ="),
        encoding="utf-8",
    )
    stray = sample(course).notebook("ko", False).with_name(f"77_{SLUG}.ipynb")
    stray.write_text("somebody's", encoding="utf-8")
    moved = load_course(course.root)
    assert build(moved, [SLUG]) == 0
    there = sorted(path.name for path in course.root.rglob(f"*_{SLUG}.ipynb"))
    assert there == [f"01_{SLUG}.ipynb"] * 4 + [stray.name]
    assert len(executed) == 4
    assert f"{SLUG}: 4 notebooks to execute: changed: place" in capsys.readouterr().err


def test_a_half_added_language_is_built_with_the_words_of_another(course, executed, capsys):
    manifest = course.root / "lessons" / "course.toml"
    edit(manifest, 'en = "English"\n', 'en = "English"\nfr = "français"\n')
    lesson = sample(course).folder / "lesson.md"
    edit(
        lesson,
        '+++ {"key": "do", "lang": "ko"}',
        '+++ {"key": "do", "lang": "fr"}\n\nFaites.\n\n+++ {"key": "do", "lang": "ko"}',
    )
    course = load_course(course.root)
    assert build(course, [SLUG]) == 0
    said = capsys.readouterr().err
    assert "Not yet said in every language" in said
    [line] = [line for line in said.splitlines() if "in fr: " in line]
    assert line.startswith(f"{SLUG} lacks 39 texts in fr: 'title' in course.toml, ")
    assert line.endswith(f" more. `course check {SLUG}` names them all")
    problems = lesson_problems(course, read_lesson(course, sample(course)))
    assert f"{SLUG}: prose 'goals' lacks fr" in problems
    assert f"{SLUG}: message 'set_file.hint.1' lacks fr" in problems
    assert f"{SLUG}: prose 'do' lacks fr" not in problems
    made = compose(course, read_lesson(course, sample(course)), "fr", solved=False)
    sources = {cell["id"]: cell["source"] for cell in made["cells"]}
    assert sources["do"] == "Faites."
    assert sources["goals"].startswith("## After this lesson")
    assert sources["add_revision-answer"] == "\n# write here"
    assert sources["open"].endswith('lang="fr")')
    assert build(course, [SLUG]) == 0
    assert line in capsys.readouterr().err.splitlines()


@pytest.mark.slow
def test_a_lesson_is_checked_without_pytest(course, capsys):
    assert check(course, [SLUG], "en") == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"{SLUG}: text, messages and cells",
        f"{SLUG}: notes for instructors",
        f"{SLUG}: notebooks",
        f"{SLUG}: minutes, and where the learner acts",
        f"{SLUG}: exercises",
        "Nothing is wrong with 1 lesson.",
    ]
    assert said.err == ""


def test_a_check_says_each_problem_in_a_line(course, capsys, monkeypatch):
    monkeypatch.setattr("course.author.proof.exercises.exercise_problems", lambda *_: ["wrong"])
    edit(sample(course).folder / "lesson.md", "- One thing.", "- Simply one thing.")
    assert check(course, [SLUG], "en") == 1
    said = capsys.readouterr().err.splitlines()
    assert f"  {SLUG}: prose 'remember' (en) says 'Simply'" in said
    assert "  wrong" in said
    assert said[-1] == f"There are {len(said) - 1} problems."
