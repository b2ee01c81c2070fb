"""Execute a notebook as a learner would, in a workspace of its own."""

import ast
import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_event_loop
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbclient.util import run_sync
from nbformat import NotebookNode, from_dict

from course.author.compose import Target
from course.author.notebook import Cell, Notebook, code_cells, rewrite_outputs, write
from course.author.problem import LessonProblem
from course.author.steady import rewrite
from course.contents import NOTEBOOKS
from course.lesson import beside

WAY = "COURSE_RUNNING"
"""The environment variable that says where a kernel's commands and checks run."""


_clients = threading.local()


class ExecutionError(LessonProblem):
    """A notebook that does not run as the lesson says; the message names notebook and cell."""


class LessonClient(NotebookClient):
    """A client that can also ask the kernel beside the notebook: nothing is stored or counted."""

    failures_seen = 0

    async def async_beside(self, code: str = "", value: str = "None") -> str:
        """Run code silently, then evaluate an expression and give its repr.

        Raises ExecutionError when either raises.
        """
        kernel: Any = self.kc
        message = kernel.execute(code, silent=True, user_expressions={"value": value})
        while True:
            reply = await kernel.get_shell_msg(timeout=120)
            if reply["parent_header"].get("msg_id") == message:
                break
        content = reply["content"]
        if content["status"] != "ok":
            raise ExecutionError(f"{content['ename']}: {content['evalue']}")
        answer = content["user_expressions"]["value"]
        if answer["status"] != "ok":
            raise ExecutionError(f"{answer['ename']}: {answer['evalue']}")
        return str(answer["data"]["text/plain"])

    beside = run_sync(async_beside)

    def ask(self, function: Callable[..., Any], *arguments: str) -> Any:
        """Call a function of the course in the kernel and give what it returns, a literal.

        Raises ExecutionError when it raises.
        """
        module = f"__import__('importlib').import_module({function.__module__!r})"
        call = f"{module}.{function.__name__}({', '.join(map(repr, arguments))})"
        return ast.literal_eval(self.beside(value=call))


def as_node(made: Notebook | Cell) -> NotebookNode:
    """Give a notebook or a cell as nbclient wants it, with its values as attributes, too."""
    return from_dict(made)  # type: ignore[no-untyped-call, no-any-return]


@contextmanager
def client(
    notebook: Notebook,
    folder: Path,
    workspace: Path,
    way: str = "process",
    notebooks: Path | None = None,
) -> Iterator[LessonClient]:
    """Start a kernel for the notebook, as if it stood in the folder, and stop it at the end.

    `way` says where commands and checks run: `process`, `fork`, `spare` or `here`. `notebooks` has
    those of the lesson that are not where they belong yet. What the kernel itself logs is shown
    only when it does not start.
    """
    opened = LessonClient(
        as_node(notebook), coalesce_streams=True, record_timing=False, timeout=180
    )
    opened.reset_execution_trackers()
    environment = {**os.environ, "COURSE_WORKSPACE": str(workspace), WAY: way}
    if notebooks is not None:
        environment[NOTEBOOKS] = str(notebooks)
    with tempfile.TemporaryFile() as log:
        try:
            running = opened.setup_kernel(cwd=str(folder), env=environment, stderr=log)
            running.__enter__()
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            log.seek(0)
            said = log.read().decode(errors="replace").strip()
            raise ExecutionError(f"the kernel does not start: {error}\n{said}") from None
        _clients.open = getattr(_clients, "open", 0) + 1
        try:
            yield opened
        finally:
            running.__exit__(None, None, None)
            _clients.open -= 1
            if _clients.open == 0:
                # nbclient leaves the loop of its thread open.
                ensure_event_loop().close()


def execute(
    notebook: Notebook, folder: Path, name: str, meant_to_fail: Collection[str], notebooks: Path
) -> Notebook:
    """Run every cell in order and store in the notebook what it prints, as `steady` has it.

    `folder` is where the notebook is kept; `meant_to_fail` holds the ids of the cells in which a
    command fails by intent; `notebooks` has all of the lesson as they are composed. Raises
    ExecutionError for a cell that raises, for a command that fails unmarked, and for a marked one
    that does not fail.
    """
    with tempfile.TemporaryDirectory(prefix="course-build-") as scratch:
        workspace = Path(scratch).resolve() / "workspace"
        workspace.mkdir()
        folder.mkdir(parents=True, exist_ok=True)
        with client(notebook, folder, workspace, notebooks=notebooks) as running:
            run_cells(running, name, meant_to_fail)
            store(running, notebook, workspace)
    return notebook


def write_apart(targets: Iterable[Target], room: Path) -> None:
    """Write notebooks as they are composed into another room, for kernels that execute them."""
    for target in targets:
        write(target.notebook, room.joinpath(*target.path.parts[-3 if target.solved else -2 :]))


def store(running: LessonClient, notebook: Notebook, workspace: Path) -> None:
    """Take what the client's cells printed into the notebook, dates and paths rewritten."""
    for cell, ran in zip(code_cells(notebook), code_cells(running.nb), strict=True):
        cell["outputs"], cell["execution_count"] = ran["outputs"], ran["execution_count"]
    rewrite_outputs(notebook, lambda text: rewrite(text, workspace))


def run_cells(running: LessonClient, name: str, meant_to_fail: Collection[str]) -> None:
    """Run every code cell of the client's notebook in order. Raises ExecutionError."""
    for index, cell in enumerate(running.nb.cells):
        if cell.cell_type == "code":
            run_cell(running, cell, index, name, cell.id in meant_to_fail)


def run_cell(running: LessonClient, cell: Cell, index: int, name: str, fails: bool) -> None:
    """Run one cell and hold what failed in it against what is meant to fail."""
    where = f"{name}: cell {cell['id']}"
    try:
        running.execute_cell(cell, index)
    except CellExecutionError as error:
        raise ExecutionError(f"{where}: {error.ename}: {error.evalue}") from None
    except (DeadKernelError, CellTimeoutError) as error:
        raise ExecutionError(f"{where}: {str(error).partition(chr(10))[0]}") from None
    failed = failed_commands(running) or sql_errors(cell)
    if failed and not fails:
        raise ExecutionError(f"{where}: {failed} failed; fix it, or mark the cell `:fails: true`")
    if fails and not failed:
        raise ExecutionError(f"{where} is marked `:fails: true` and nothing failed")


def failed_commands(running: LessonClient) -> list[str]:
    """Give the `!` commands that failed since the last time, read from the kernel."""
    commands: list[str] = running.ask(beside.failed_commands)
    new = commands[running.failures_seen :]
    running.failures_seen = len(commands)
    return new


def sql_errors(cell: Cell) -> list[str]:
    """Give the SQL cell's error: ipython-sql prints it and lets the cell succeed."""
    printed = "".join(output.get("text", "") for output in cell["outputs"])
    failed = "[SQL:" in printed and "Background on this error" in printed
    return [cell["source"].splitlines()[0]] if failed and cell["source"].startswith("%") else []
