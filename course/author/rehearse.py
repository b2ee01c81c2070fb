"""Rehearse a lesson's exercises in one kernel: untouched, with each wrong answer, and solved."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from course.author.compose import targets
from course.author.execute import (
    ExecutionError,
    LessonClient,
    as_node,
    client,
    run_cell,
    write_apart,
)
from course.author.notebook import code, notebook
from course.author.source import Code, LessonSource
from course.contents import Course
from course.lesson import beside
from course.lesson.verdict import Outcome, Verdict, verdict_message
from course.project.checkpoint import Checkpoints, State


@dataclass(frozen=True)
class Rehearsal:
    """What a rehearsal found: problems, one line each, and the working folder at its end."""

    problems: list[str]
    folder: Path


@contextmanager
def rehearse(course: Course, source: LessonSource) -> Iterator[Rehearsal]:
    """Run the lesson from top to bottom; at each exercise, hold every answer against its verdict.

    The untouched project must earn `not_started`, each wrong answer its own verdict, and each
    right one and the solution `passed`; every verdict must have words in every language. The end
    is that of the solved notebook, and its tables are those that its revisions make. Its folder
    lives until the block ends.
    """
    with tempfile.TemporaryDirectory(prefix="course-rehearsal-") as scratch:
        room = Path(scratch).resolve() / "workspace"
        room.mkdir()
        stage = _Stage(course, source, room)
        composed = room.parent / "notebooks"
        write_apart(targets(course, source), composed)
        with client(notebook([]), course.root, room, "here", composed) as running:
            stage.running = running
            running.ask(beside.collect_rarely)
            try:
                stage.play()
            except ExecutionError as error:
                stage.problems.append(str(error))
        yield Rehearsal(stage.problems, room / source.entry.stem)


class _Stage:
    running: LessonClient

    def __init__(self, course: Course, source: LessonSource, room: Path) -> None:
        self.course = course
        self.source = source
        self.folder = room / source.entry.stem
        self.checkpoints = Checkpoints(self.folder, room.parent / "kept")
        self.problems: list[str] = []

    def play(self) -> None:
        for exercise, group in groupby(self.source.code, key=lambda cell: cell.exercise):
            cells = list(group)
            if exercise is None:
                for cell in cells:
                    if not only_reads_scripts(cell):
                        self.run(cell)
            else:
                self.play_exercise(exercise, cells)
        stray = self.running.ask(beside.stray_tables, str(self.folder))
        self.problems += [f"{self.source.entry.slug}: {problem}" for problem in stray]

    def play_exercise(self, exercise: str, cells: list[Code]) -> None:
        begun = self.take()
        for cell in cells:
            if cell.role == "answer":
                self.run(cell)
        self.running.ask(beside.begin, exercise)
        self.expect(exercise, Outcome.NOT_STARTED, "untouched")
        for wrong in self.source.answers_to(exercise, "wrong"):
            self.restore(begun)
            for cell in wrong:
                self.run(cell, allowed_to_fail=True)
            self.expect(exercise, wrong[0].verdict, f"wrong answer '{_named(wrong)}'")
        for right in self.source.answers_to(exercise, "right"):
            self.restore(begun)
            for cell in right:
                self.run(cell, allowed_to_fail=True)
            self.expect(exercise, Outcome.PASSED, f"right answer '{_named(right)}'")
        self.restore(begun)
        for cell in cells:
            if cell.role == "solution":
                self.run(cell)
        self.expect(exercise, Outcome.PASSED, "solution")

    def take(self) -> State:
        """Keep what the folder holds, a server's databases too, which the kernel alone reaches."""
        self.running.ask(beside.keep_databases, str(self.folder))
        return self.checkpoints.take()

    def restore(self, state: State) -> None:
        """Bring the folder back to a state, and a server's databases."""
        self.running.ask(beside.keep_databases, str(self.folder))
        self.checkpoints.restore(state)
        self.running.ask(beside.fill_databases, str(self.folder))

    def run(self, cell: Code, allowed_to_fail: bool = False) -> None:
        made = as_node(code(cell.key, cell.source))
        self.running.nb.cells.append(made)
        try:
            run_cell(
                self.running,
                made,
                len(self.running.nb.cells) - 1,
                self.source.entry.slug,
                cell.fails,
            )
        except ExecutionError:
            if not allowed_to_fail:
                raise

    def expect(self, exercise: str, wanted: str | None, answer: str) -> None:
        verdict = self.judge(exercise)
        earned = verdict.mistake if verdict.outcome is Outcome.NOT_YET else verdict.outcome
        name = f"{self.source.entry.slug}: {exercise}: {answer}"
        messages = self.source.entry.messages[exercise]
        try:
            for lang in self.course.languages:
                words = verdict_message(verdict, messages, lang)
        except KeyError as missing:
            self.problems.append(f"{name}: the verdict '{earned}' lacks words: {missing}")
            return
        if earned != wanted:
            self.problems.append(f"{name} earns '{earned}' instead of '{wanted}' ({words})")

    def judge(self, exercise: str) -> Verdict:
        outcome, mistake, values = self.running.ask(beside.judge, exercise)
        return Verdict(Outcome(outcome), mistake, values)


def _named(answer: list[Code]) -> str:
    """Name an answer in a problem."""
    return answer[0].variant or answer[0].verdict or answer[0].key


def only_reads_scripts(cell: Code) -> bool:
    """Tell whether a cell has nothing but commands that read the scripts and change nothing.

    A rehearsal leaves them out: it looks at states, and each command is a process.
    """
    commands = [line.split()[:2] for line in cell.source.splitlines() if line.strip()]
    return all(
        words[0] == "!alembic" and words[-1] in ("--version", "heads", "history", "show")
        for words in commands
    )
