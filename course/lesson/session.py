"""What a kernel does around each cell of an open lesson: it notes the step, and says little."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock
from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult, InteractiveShell
from IPython.display import display

from course.contents import LessonEntry
from course.lesson import kernel
from course.lesson.card import Card
from course.lesson.open_sql import OpenSql
from course.lesson.steps import Step, Steps
from course.lesson.verdict import WORDS, note_card
from course.phrases import phrase
from course.project.errors import ProjectError
from course.running.line import alembic_words

if TYPE_CHECKING:
    from course.lesson.live import Live
    from course.project.checkpoint import State

MAKES_REVISION = ("merge", "revision")


class Session:
    """The lesson that a kernel has open: its folder, its steps, and who wants to know of cells."""

    def __init__(
        self,
        shell: InteractiveShell | None,
        entry: LessonEntry,
        lang: str,
        steps: Steps,
        lock: FileLock,
    ) -> None:
        """Take the notebook's shell (None without one), the folder's steps, and its lock."""
        self.shell = shell
        self.entry = entry
        self.lang = lang
        self.steps = steps
        self.lock = lock
        self.is_replaying = False
        self.panel: Live | None = None
        self.begun: dict[str, State] = {}
        """Where it is known: the state in which an exercise began (`course.lesson.begun`)."""
        self._sql = OpenSql()
        self._commands = len(kernel.commands)
        self._trouble = ""

    @property
    def folder(self) -> Path:
        """The working folder."""
        return self.steps.checkpoints.folder

    def before_cell(self) -> None:
        """See to it that what came from outside is no part of the cell's step."""
        self._commands = len(kernel.commands)
        self._sql.renew()
        self._keep(self.steps.look)

    def after_cell(self, result: ExecutionResult) -> None:
        """Note the cell, and say so when it made a revision for the second time."""
        self._sql.note()
        info = result.info
        source = str(getattr(info, "raw_cell", "") or "")
        cell = getattr(info, "cell_id", None)
        well = bool(result.success)
        step = self._keep(
            lambda: self.steps.after_cell(cell, source, well, kernel.exit_code(self.shell))
        )
        if step is not None and (earlier := self._made_before(step)) is not None:
            display(self._said_twice(earlier, step))  # type: ignore[no-untyped-call]
        if self.panel is not None:
            ran = kernel.commands[self._commands :]
            self.panel.cell_ran(ran[-1] if ran else None, cell)

    def _made_before(self, step: Step) -> Step | None:
        """Give the step of the same cell that also made a revision, and still stands."""
        if not (step.new_files and _makes_revision(step.source)):
            return None
        earlier = [
            other
            for other in self.steps.in_effect[:-1]
            if other.source == step.source and other.new_files
        ]
        return earlier[-1] if earlier else None

    def _said_twice(self, earlier: Step, step: Step) -> Card:
        files = ", ".join(name for name in step.new_files if name.endswith(".py"))
        words = phrase(WORDS, "made_twice", self.lang, time=f"{earlier.time:%H:%M}", file=files)
        return note_card(words, self.lang, "lesson.undo()")

    def _keep(self, look: Callable[[], Any]) -> Any:
        """Look at the folder; where it cannot be kept, say so, once for each reason."""
        try:
            kept = look()
        except (OSError, ProjectError) as error:
            reason = error.words(self.lang) if isinstance(error, ProjectError) else str(error)
            if reason != self._trouble:
                words = phrase(WORDS, "step_not_kept", self.lang, why=reason)
                display(note_card(words, self.lang))  # type: ignore[no-untyped-call]
            self._trouble = reason
            return None
        self._trouble = ""
        return kept


def _makes_revision(source: str) -> bool:
    lines = (line.strip().lstrip("!") for line in source.splitlines() if line.startswith("!"))
    return any(
        word in MAKES_REVISION for line in lines for word in alembic_words(line.strip()) or ()
    )


class _Hooks:
    """The session that this kernel's hooks serve now, and whether they were put in place."""

    session: Session | None = None
    began: Session | None = None
    """The session in which the cell that runs began."""
    are_set = False


def current() -> Session | None:
    """Give the session of the lesson that this process has open; None where none is."""
    return _Hooks.session


def follow(session: Session) -> None:
    """Have the kernel's cells noted by this session from the next one on."""
    before = _Hooks.session
    if before is not None and before.panel is not None:
        before.panel.close()
    _Hooks.session = session
    if session.shell is None or _Hooks.are_set:
        return
    _Hooks.are_set = True
    session.shell.events.register("pre_run_cell", _before)
    session.shell.events.register("post_run_cell", _after)


def _before(_info: ExecutionInfo) -> None:
    _Hooks.began = _Hooks.session
    if _Hooks.session is not None and _is_here(_Hooks.session):
        _Hooks.session.before_cell()


def _after(result: ExecutionResult) -> None:
    session = _Hooks.session
    # A cell in which the lesson was opened, or taken elsewhere, is no step of it.
    if session is not None and session is _Hooks.began and _is_here(session):
        session.after_cell(result)


def _is_here(session: Session) -> bool:
    return not session.is_replaying and session.folder.is_dir()
