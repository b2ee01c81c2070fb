"""GitHub's workflows: the course's own, and those that lesson `ci` writes, runs and mends."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from course.author.source import Code, read_lesson
from course.contents import load_course

COURSE = load_course()
ROOT = COURSE.root
CELLS = read_lesson(COURSE, COURSE.lesson("ci")).code
WRITTEN = "%%writefile .github/workflows/"


def written() -> list[Code]:
    """The cells of lesson `ci` that write a workflow."""
    return [cell for cell in CELLS if cell.source.startswith(WRITTEN)]


def file_of(cell: Code) -> str:
    return cell.source.partition("\n")[2]


def invalid(*files: Path) -> str:
    """What GitHub's schema for workflows says of the files; empty where they are valid."""
    command = [sys.executable, "-m", "check_jsonschema"]
    done = subprocess.run(
        [*command, "--builtin-schema", "vendor.github-workflows", *map(str, files)],
        capture_output=True,
        text=True,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def steps_not_run(workflow: str, cells: list[Code]) -> list[str]:
    """The commands of a workflow that no `!` line of the cells runs; pip's are left out."""
    typed = {
        line.removeprefix("!")
        for cell in cells
        for line in cell.source.splitlines()
        if line.startswith("!")
    }
    jobs = yaml.safe_load(workflow)["jobs"].values()
    runs = [step["run"] for job in jobs for step in job["steps"] if "run" in step]
    commands = [line.strip() for run in runs for line in run.splitlines()]
    return [one for one in commands if one not in typed and not one.startswith("pip install")]


@pytest.mark.system
def test_every_workflow_is_valid(tmp_path):
    files = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
    for cell in written():
        files.append(tmp_path / f"{cell.key}.yml")
        files[-1].write_text(file_of(cell), encoding="utf-8")
    assert len(files) > 3
    assert invalid(*files) == ""


@pytest.mark.system
@pytest.mark.parametrize(("old", "new"), [("runs-on:", "run-on:"), ("- run:", "- runs:")])
def test_a_workflow_that_github_refuses_is_found(tmp_path, old, new):
    spoiled = tmp_path / "spoiled.yml"
    text = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    text += "      - run: echo\n"
    spoiled.write_text(text.replace(old, new), encoding="utf-8")
    assert "Schema validation errors" in invalid(spoiled)


def test_the_lesson_runs_each_step_of_its_workflow():
    [cell] = [cell for cell in written() if cell.role == "plain"]
    plain = [cell for cell in CELLS if cell.role == "plain"]
    assert steps_not_run(file_of(cell), plain) == []
    typed = [one for one in plain if "!alembic check" not in one.source.splitlines()]
    assert steps_not_run(file_of(cell), typed) == ["alembic check"]


def test_one_step_of_the_workflow_is_seen_to_fail():
    [cell] = [cell for cell in written() if cell.role == "plain"]
    failing = [cell for cell in CELLS if cell.role == "plain" and cell.fails]
    steps = yaml.safe_load(file_of(cell))["jobs"]["migrations"]["steps"]
    lines = {f"!{step.get('run')}" for step in steps}
    assert any(line in lines for one in failing for line in one.source.splitlines())
