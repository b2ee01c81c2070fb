"""The steps of an open lesson: each cell that ran, and the folder before and after it.

They stand in `workspace/.steps/FOLDER/`: a line a step in `steps.jsonl`, contents in `kept/`. When
the folder is moved aside they go to `workspace/.steps/.old/`, and from there a lesson is resumed.
A change that no cell made (an editor, a terminal, a kernel that was killed) is a step without a
source, so that it can be taken back, too.
"""

import json
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from course.project.checkpoint import Checkpoints, Restored, State

ROOM = 256 * 1024 * 1024
"""Bytes that the contents of all steps may take; beyond, the oldest half is forgotten."""

LINES, KEPT = "steps.jsonl", "kept"


@dataclass(frozen=True)
class Step:
    """A cell that ran (`well`: without an error), or (`source` empty) a change from outside.

    `before` is None where that state is kept no more. `exit_code` is that of the last command.
    """

    at: str
    cell: str | None
    source: str
    well: bool
    before: State | None
    after: State
    exit_code: int | None = None

    @property
    def time(self) -> datetime:
        """When it ended."""
        return datetime.fromisoformat(self.at)

    @property
    def new_files(self) -> list[str]:
        """The files that came with it."""
        return sorted(self.after.keys() - (self.before or self.after).keys())


class Steps:
    """The steps in one working folder. `ran` has all of them, in order."""

    def __init__(self, place: Path, folder: Path) -> None:
        """Take where the steps stand, and the folder that they are steps of."""
        self.place = place
        self.checkpoints = Checkpoints(folder, place / KEPT)
        self.ran: list[Step] = []
        self._start: State = {}
        self._line: list[Step] = []
        self._at = 0

    @classmethod
    def begin(cls, place: Path, folder: Path) -> "Steps":
        """Begin anew in the folder as it stands. Raises OSError."""
        shutil.rmtree(place, ignore_errors=True)
        steps = cls(place, folder)
        steps._start = steps.checkpoints.take()
        steps._write({"start": steps._start})
        return steps

    @classmethod
    def load(cls, place: Path, folder: Path) -> "Steps":
        """Read steps that were written before; a line that was cut off ends them."""
        steps = cls(place, folder)
        with suppress(OSError, ValueError, KeyError, TypeError):
            for line in (place / LINES).read_text(encoding="utf-8").splitlines():
                steps._read(json.loads(line))
        return steps

    @property
    def start(self) -> State:
        """The state before the first step that can be taken back."""
        return self._start

    @property
    def present(self) -> State:
        """The state in which the last step, or what was taken back since, left the folder."""
        return self._line[self._at - 1].after if self._at else self._start

    @property
    def cells(self) -> list[Step]:
        """The steps that are cells."""
        return [step for step in self.ran if step.source]

    @property
    def in_effect(self) -> list[Step]:
        """The steps that changed the folder and were not taken back."""
        return self._line[: self._at]

    def look(self) -> State:
        """Look at the folder; what has changed it since the last step is a step from outside.

        Raises OSError and ProjectError when the folder cannot be kept as it is.
        """
        now = self.checkpoints.take()
        if now != self.present:
            self.add(Step(_now(), None, "", True, self.present, now))
        return now

    def after_cell(self, cell: str | None, source: str, well: bool, exit_code: int | None) -> Step:
        """Note a cell that has just run. Raises OSError and ProjectError as `look` does."""
        before = self.present
        step = Step(_now(), cell, source, well, before, self.checkpoints.take(), exit_code)
        self.add(step)
        return step

    def add(self, step: Step) -> None:
        """Note a step; what was taken back before it can come back no more."""
        self._append(step)
        self._write({"step": asdict(step)})
        self._make_room()

    def undo(self) -> tuple[Step, Restored] | None:
        """Take the last change back; None when there is none. Raises as Checkpoints.restore."""
        self.look()
        if not self._at or self._line[self._at - 1].before is None:
            return None
        step = self._line[self._at - 1]
        restored = self.checkpoints.restore(step.before or {})
        self._move(self._at - 1)
        return step, restored

    def redo(self) -> tuple[Step, Restored] | None:
        """Bring back what was taken back last; None when there is nothing of it."""
        self.look()
        if self._at == len(self._line):
            return None
        step = self._line[self._at]
        restored = self.checkpoints.restore(step.after)
        self._move(self._at + 1)
        return step, restored

    def _move(self, at: int) -> None:
        self._at = at
        self._write({"at": at})

    def _append(self, step: Step) -> None:
        self.ran.append(step)
        if step.after != step.before:
            self._line = [*self._line[: self._at], step]
            self._at = len(self._line)

    def _read(self, line: dict[str, object]) -> None:
        match line:
            case {"start": dict(start)}:
                self._start = start
            case {"step": dict(step)}:
                self._append(Step(**step))
            case {"at": int(at)}:
                self._at = min(at, len(self._line))
            case {"dropped": int(count)}:
                self._drop(count)
            case _:
                raise ValueError(line)

    def _write(self, line: dict[str, object]) -> None:
        self.place.mkdir(parents=True, exist_ok=True)
        with (self.place / LINES).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _make_room(self) -> None:
        if self.checkpoints.size() <= ROOM or not self._at:
            return
        count = self._at // 2 or 1
        self._drop(count)
        self._write({"dropped": count})
        states = [self._start, *(step.after for step in self._line)]
        states += [step.before for step in (*self.ran, *self._line) if step.before is not None]
        self.checkpoints.forget_all_but(states)

    def _drop(self, count: int) -> None:
        """Let go of the states before the oldest changes; which cells ran is still known."""
        last = self._line[count - 1]
        until = self.ran.index(last) + 1
        self._line = self._line[count:]
        self._at -= count
        self._start = last.after
        self.ran[:until] = [replace(step, before=None) for step in self.ran[:until]]


def steps_place(workspace: Path, folder: Path) -> Path:
    """Where the steps of a working folder stand."""
    return workspace / ".steps" / folder.name


def steps_aside(workspace: Path) -> Path:
    """Where steps go when their folder is moved aside: below it, under the same name."""
    return workspace / ".steps" / ".old"


def latest_aside(workspace: Path, stem: str, folder: Path) -> Steps | None:
    """Give the last steps of a lesson that were moved aside, as steps in the folder.

    None where there are none that can be read.
    """
    names = (f"{stem}.*", f"{stem}-*.*")
    places = [place for name in names for place in steps_aside(workspace).glob(name)]
    for place in sorted(places, key=lambda place: place.suffix, reverse=True):
        steps = Steps.load(place, folder)
        if steps.cells:
            return steps
    return None


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
