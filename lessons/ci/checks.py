"""Checks of lesson `ci`."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from course.checks import (
    Project,
    ProjectError,
    Verdict,
    not_started,
    not_yet,
    one_line,
    passed,
    start_files,
    trial,
)

VERSIONS = Path("migrations", "versions")
BEFORE_STOCK = "ab83b30d60d9"
WORKFLOW = Path(".github", "workflows", "quiet.yml")
COMPLAINTS = ("FAILED", "Traceback", "Error:")


def forgotten_migration(project: Project) -> Verdict:
    """An empty database reaches models with stock, and the way there goes down and up again."""
    commands = ("forget", "upgrade head", "check", f"downgrade {BEFORE_STOCK}", "upgrade head")
    with trial(project, *commands) as steps:
        steps[1].went_well()
        compared = steps[2].compared
        trip = next((step.error for step in steps if step.error), None)
    if "stock" not in compared.models.get("products", ()):
        return not_yet("model_taken_back")
    if compared.differences:
        if "stock" in project.database().columns("products"):
            return not_yet("only_here")
        added = [one.id for one in project.revisions() if BEFORE_STOCK in one.parents]
        return not_yet("revision_misses_it", revision=added[0]) if added else not_started()
    return not_yet("no_way_down", said=trip) if trip else passed()


def workflow(project: Project) -> Verdict:
    """The workflow is green on a good project and red on each of two broken ones."""
    steps = steps_of(project.folder / WORKFLOW)
    good = run_job(project, steps)
    if good.red:
        if "Target database is not up to date" in good.said:
            return not_yet("too_early", line=good.red)
        raise ProjectError("other", said=f"{good.red}: {good.said}")
    forgotten = run_job(project, steps, forget_a_revision)
    if not forgotten.red and not good.hidden:
        return missed(forgotten, "nothing_compared")
    one_way = run_job(project, steps, empty_a_downgrade)
    if not forgotten.red:
        return missed(forgotten, "nothing_compared") if one_way.red else not_started()
    return passed() if one_way.red else missed(one_way, "no_way_down")


@dataclass(frozen=True)
class WorkflowStep:
    """A `run` step of a workflow: its lines, and whether its failure does not count."""

    lines: tuple[str, ...]
    ignored: bool


@dataclass(frozen=True)
class Job:
    """How a job ended: the line that turned it red, and one whose failure it did not count."""

    red: str | None
    hidden: str | None
    said: str


def missed(job: Job, otherwise: str) -> Verdict:
    """Say why a job stayed green on a broken project."""
    return not_yet("swallowed", line=job.hidden) if job.hidden else not_yet(otherwise)


def steps_of(file: Path) -> list[WorkflowStep]:
    """Read the `run` steps of a workflow, those left out that install packages."""
    try:
        jobs = yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"].values()
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ProjectError("other", said=f"{file.name}: {one_line(error)}") from None
    steps = []
    for job in jobs:
        for step in job.get("steps") or []:
            lines = (step.get("run") or "").replace("\\\n", " ").splitlines()
            wanted = tuple(line.strip() for line in lines if is_command(line))
            ignored = bool(step.get("continue-on-error") or job.get("continue-on-error"))
            steps += [WorkflowStep(wanted, ignored)] if wanted else []
    return steps


def is_command(line: str) -> bool:
    """Tell whether a line of a `run` step does something other than to install packages."""
    words = line.split()
    return bool(words) and words[0][0] != "#" and "pip" not in words[:3]


def as_committed(folder: Path) -> None:
    """Give a copy the models and revisions of the start."""
    shutil.rmtree(folder / VERSIONS, ignore_errors=True)
    for name, file in start_files(Path(__file__).parent).items():
        if name == "models.py" or Path(name).is_relative_to(VERSIONS):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, folder / name)


def forget_a_revision(folder: Path) -> None:
    """Give the models a column that no revision adds."""
    with (folder / "models.py").open("a", encoding="utf-8") as models:
        models.write("    note: Mapped[str | None] = mapped_column(String(50))\n")


def empty_a_downgrade(folder: Path) -> None:
    """Empty the `downgrade()` of the last revision."""
    file = next((folder / VERSIONS).glob("c57a91d3e840_*.py"))
    kept = file.read_text(encoding="utf-8").partition("def downgrade")[0]
    file.write_text(f"{kept}def downgrade() -> None:\n    pass\n", encoding="utf-8")


def run_job(
    project: Project,
    steps: list[WorkflowStep],
    spoil: Callable[[Path], None] | None = None,
) -> Job:
    """Run the steps as a job of GitHub does, in a copy without a database that may be spoiled."""

    def prepare(copy: Path) -> None:
        as_committed(copy)
        if spoil is not None:
            spoil(copy)

    commands = [("shell", *step.lines) for step in steps]
    hidden = None
    with trial(project, *commands, database="", keep_going=True, prepare=prepare) as ran:
        for step, result in zip(steps, ran, strict=True):
            for line in result.lines:
                if line.failed and not step.ignored:
                    return Job(line.line, hidden, last_line(line.said))
                if line.failed or any(mark in line.said for mark in COMPLAINTS):
                    hidden = hidden or line.line
    return Job(None, hidden, "")


def last_line(said: str) -> str:
    """Give the last line that is not empty."""
    return ([line for line in said.splitlines() if line.strip()] or [""])[-1].strip()
