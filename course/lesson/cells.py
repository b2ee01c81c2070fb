"""What a cell leaves behind, by reading it; and running one without showing what it shows."""

import ast
import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from IPython.core.interactiveshell import ExecutionResult, InteractiveShell
from IPython.utils.capture import capture_output

from course.lesson import kernel

REVIEW = "python -m course review"
"""Looks at copies alone."""

LOOKS = (
    *("lesson.check", "lesson.hint", "lesson.solution", "lesson.graph", "lesson.schema"),
    *("lesson.parts", "lesson.live", "lesson.play"),
    *("lesson.go_to", "lesson.resume", "lesson.undo", "lesson.redo"),
)
"""Methods of a lesson that leave nothing behind."""


@dataclass(frozen=True)
class Leaves:
    """What a cell may leave behind: names in the kernel, files in the folder, what was seen.

    What was seen is what `lesson.changes()` compares with the next time.
    """

    names: bool = False
    files: bool = False
    seen: bool = False

    @property
    def anything(self) -> bool:
        """Whether it may leave anything at all."""
        return self.names or self.files or self.seen


def leaves(shell: InteractiveShell, source: str) -> Leaves:
    """Tell what a cell may leave behind, on the side of caution."""
    try:
        statements = ast.parse(_python(shell, source)).body
    except SyntaxError:
        return Leaves()
    kinds = {_kind(statement) for statement in statements}
    return Leaves(
        names="names" in kinds, files=not kinds.isdisjoint(("names", "files")), seen="seen" in kinds
    )


def run_silently(shell: InteractiveShell, source: str) -> BaseException | None:
    """Run a cell without its output, number and place in the history; give what it raised.

    A cell that awaits has an event loop of its own, in a thread beside the kernel's.
    """
    failures = len(kernel.failures)
    with capture_output(), _no_tracebacks(shell):
        transformed = _python(shell, source)
        if shell.should_run_async(source, transformed_cell=transformed):
            result = _run_beside(shell, source, transformed)
        else:
            result = shell.run_cell(  # type: ignore[no-untyped-call]
                source, silent=True, store_history=False
            )
    del kernel.failures[failures:]
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    return error


@contextmanager
def _no_tracebacks(shell: InteractiveShell) -> Iterator[None]:
    """Keep the shell from sending tracebacks, which are no output that could be captured."""
    show = shell._showtraceback  # noqa: SLF001  (no public name: what kernels override)
    shell._showtraceback = lambda *_: None  # type: ignore[method-assign]  # noqa: SLF001
    try:
        yield
    finally:
        shell._showtraceback = show  # type: ignore[method-assign]  # noqa: SLF001


def _python(shell: InteractiveShell, source: str) -> str:
    """Give a cell as the Python that IPython makes of it."""
    transformed: str = shell.transform_cell(source)  # type: ignore[no-untyped-call]
    return transformed


def _run_beside(shell: InteractiveShell, source: str, transformed: str) -> ExecutionResult:
    ended: list[ExecutionResult] = []

    def target() -> None:
        cell = shell.run_cell_async(
            source, silent=True, store_history=False, transformed_cell=transformed
        )
        ended.append(asyncio.run(cell))

    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    return ended[0]


def _kind(statement: ast.stmt) -> str:
    """Say what a statement may leave behind: nothing, seen, files, or names (and files)."""
    if not isinstance(statement, ast.Expr):
        return "names"
    acts = (ast.Call, ast.Await, ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Subscript)
    if not any(isinstance(node, acts) for node in ast.walk(statement)):
        return "nothing"
    match statement.value:
        case ast.Call(func=ast.Attribute() as method) if ast.unparse(method) in LOOKS:
            return "nothing"
        case ast.Call(func=ast.Attribute(value=ast.Name(id="lesson"), attr="changes")):
            return "seen"
        case ast.Call(func=ast.Attribute(attr="system"), args=[ast.Constant(value=str(line))]):
            return "nothing" if line.strip().startswith(REVIEW) else "files"
        case ast.Call(
            func=ast.Attribute(attr="run_cell_magic"), args=[ast.Constant(value="writefile"), *_]
        ):
            return "files"
    return "names"
