"""Checks of lesson `ci`."""

import json
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import yaml
from alembic.config import main as alembic

from course.lesson.start import start_files
from course.lesson.verdict import Verdict, not_started, not_yet, passed
from course.project.errors import ProjectError, one_line
from course.project.project import Project, parents
from course.project.trial import LEFT_OUT, trial

VERSIONS = Path("migrations", "versions")
BEFORE_STOCK = "ab83b30d60d9"
WORKFLOW = Path(".github", "workflows", "quiet.yml")
COMPLAINTS = ("FAILED", "Traceback", "Error:")
SECONDS = 60


def forgotten_migration(project: Project) -> Verdict:
    """An empty database reaches models with stock, and the way there goes down and up again."""
    commands = ("forget", "upgrade head", "check", f"downgrade {BEFORE_STOCK}", "upgrade head")
    with trial(project, *commands) as steps:
        if steps[1].error:
            raise ProjectError("alembic", said=steps[1].error)
        models, differences = steps[2].found["models"], steps[2].found["differences"]
        trip = next((step.error for step in steps if step.error), None)
    if "stock" not in models.get("products", []):
        return not_yet("model_taken_back")
    if differences:
        if "stock" in project.database().columns("products"):
            return not_yet("only_here")
        added = [one.revision for one in project.revisions() if BEFORE_STOCK in parents(one)]
        return not_yet("revision_misses_it", revision=added[0]) if added else not_started()
    return not_yet("no_way_down", said=trip) if trip else passed()


def workflow(project: Project) -> Verdict:
    """The workflow is green on a good project and red on each of two broken ones."""
    steps = steps_of(project.folder / WORKFLOW)
    with checkout(project) as folder:
        good = run_job(steps, folder)
    if good.red:
        if "Target database is not up to date" in good.said:
            return not_yet("too_early", line=good.red)
        raise ProjectError("other", said=f"{good.red}: {good.said}")
    with checkout(project) as folder:
        forget_a_revision(folder)
        forgotten = run_job(steps, folder)
    if not forgotten.red and not good.hidden:
        return missed(forgotten, "nothing_compared")
    with checkout(project) as folder:
        empty_a_downgrade(folder)
        one_way = run_job(steps, folder)
    if not forgotten.red:
        return missed(forgotten, "nothing_compared") if one_way.red else not_started()
    return passed() if one_way.red else missed(one_way, "no_way_down")


@dataclass(frozen=True)
class Job:
    """How a job ended: the line that turned it red, and one whose failure it did not count."""

    red: str | None
    hidden: str | None
    said: str


def missed(job: Job, otherwise: str) -> Verdict:
    """Say why a job stayed green on a broken project."""
    return not_yet("swallowed", line=job.hidden) if job.hidden else not_yet(otherwise)


def steps_of(file: Path) -> list[dict]:
    """Read the `run` steps of a workflow, those left out that install packages."""
    try:
        jobs = yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].values()
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ProjectError("other", said=f"{file.name}: {one_line(error)}") from None
    steps = []
    for job in jobs:
        for step in job.get("steps") or []:
            lines = (step.get("run") or "").replace("\\\n", " ").splitlines()
            wanted = [line.strip() for line in lines if is_command(line)]
            ignored = bool(step.get("continue-on-error") or job.get("continue-on-error"))
            steps += [{"lines": wanted, "ignored": ignored}] if wanted else []
    return steps


def is_command(line: str) -> bool:
    """Tell whether a line of a `run` step does something other than to install packages."""
    words = line.split()
    return bool(words) and words[0][0] != "#" and "pip" not in words[:3]


@contextmanager
def checkout(project: Project) -> Iterator[Path]:
    """Give a copy of the project without a database, with models and revisions of the start."""
    with tempfile.TemporaryDirectory(prefix="course-ci-") as scratch:
        folder = Path(scratch).resolve() / "project"
        shutil.copytree(project.folder, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
        shutil.rmtree(folder / VERSIONS, ignore_errors=True)
        (folder / VERSIONS).mkdir()
        for name, path in start_files(Path(__file__).parent).items():
            if name == "models.py" or Path(name).parent == VERSIONS:
                shutil.copyfile(path, folder / name)
        yield folder


def forget_a_revision(folder: Path) -> None:
    """Give the models a column that no revision adds."""
    with (folder / "models.py").open("a", encoding="utf-8") as models:
        models.write("    note: Mapped[str | None] = mapped_column(String(50))\n")


def empty_a_downgrade(folder: Path) -> None:
    """Empty the `downgrade()` of the last revision."""
    file = next((folder / VERSIONS).glob("c57a91d3e840_*.py"))
    kept = file.read_text(encoding="utf-8").partition("def downgrade")[0]
    file.write_text(f"{kept}def downgrade() -> None:\n    pass\n", encoding="utf-8")


def run_job(steps: list[dict], folder: Path) -> Job:
    """Run the steps in the folder, in a process of their own."""
    try:
        done = subprocess.run(
            [sys.executable, __file__],
            input=json.dumps(steps),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            cwd=folder,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise ProjectError("slow", seconds=SECONDS) from None
    if done.returncode:
        raise ProjectError("no_result", said=(done.stderr.strip().splitlines() or [""])[-1])
    return Job(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Run the steps of standard input as a CI job does; the last line says how it ended."""
    sys.path[0] = str(Path.cwd())
    hidden = None
    for step in json.load(sys.stdin):
        for line in step["lines"]:
            failed, said = run_line(line)
            if failed and not step["ignored"]:
                print(json.dumps({"red": line, "hidden": hidden, "said": last_line(said)}))
                return
            if failed or any(mark in said for mark in COMPLAINTS):
                hidden = hidden or line
            if failed:
                break
    print(json.dumps({"red": None, "hidden": hidden, "said": ""}))


def run_line(line: str) -> tuple[bool, str]:
    """Run a line and tell whether it failed, and what it said.

    A plain `alembic` command runs in this process, because starting one takes half a second.
    """
    if not line.startswith("alembic ") or any(sign in line for sign in "|&;<>$`"):
        done = subprocess.run(
            line, shell=True, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        return bool(done.returncode), done.stdout + done.stderr
    out, log = StringIO(), StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(log):
            alembic(shlex.split(line)[1:], prog="alembic")
    except SystemExit as end:
        return bool(end.code), out.getvalue() or log.getvalue()
    except Exception as error:
        return True, one_line(error)
    return False, out.getvalue()


def last_line(said: str) -> str:
    """Give the last line that is not empty."""
    return ([line for line in said.splitlines() if line.strip()] or [""])[-1].strip()


if __name__ == "__main__":
    main()
