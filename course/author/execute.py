"""Execute a notebook as a learner would, in a workspace of its own."""

import ast
import os
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbclient.util import run_sync

from course.author.steady import rewrite_outputs


class ExecutionError(RuntimeError):
    """A notebook that does not run as the lesson says; the message names notebook and cell."""


class LessonClient(NotebookClient):
    """A client that can also run code beside the notebook: nothing of it is stored or counted."""

    failures_seen = 0

    async def async_beside(self, code: str = "", value: str = "None") -> str:
        """Run code silently, then evaluate an expression and give its repr.

        Raises ExecutionError when either raises.
        """
        message = self.kc.execute(code, silent=True, user_expressions={"value": value})
        while True:
            reply = await self.kc.get_shell_msg(timeout=120)
            if reply["parent_header"].get("msg_id") == message:
                break
        content = reply["content"]
        if content["status"] != "ok":
            raise ExecutionError(f"{content['ename']}: {content['evalue']}")
        answer = content["user_expressions"]["value"]
        if answer["status"] != "ok":
            raise ExecutionError(f"{answer['ename']}: {answer['evalue']}")
        return answer["data"]["text/plain"]

    beside = run_sync(async_beside)


@contextmanager
def client(
    notebook: nbformat.NotebookNode, folder: Path, workspace: Path
) -> Iterator[LessonClient]:
    """Start a kernel for the notebook, as if it stood in the folder, and stop it at the end."""
    made = LessonClient(notebook, coalesce_streams=True, record_timing=False, timeout=180)
    made.reset_execution_trackers()
    environment = {**os.environ, "COURSE_WORKSPACE": str(workspace)}
    with made.setup_kernel(cwd=str(folder), env=environment):
        yield made


def execute(
    notebook: nbformat.NotebookNode, folder: Path, name: str, meant_to_fail: Collection[str]
) -> nbformat.NotebookNode:
    """Run every cell in order and store what it prints, rewritten by `course.author.steady`.

    `folder` is where the notebook is kept; `meant_to_fail` holds the ids of the cells in which a
    command fails by intent. Raises ExecutionError for a cell that raises, for a command that
    fails unmarked, and for a marked one that does not fail.
    """
    with tempfile.TemporaryDirectory(prefix="course-build-") as scratch:
        workspace = Path(scratch).resolve() / "workspace"
        workspace.mkdir()
        folder.mkdir(parents=True, exist_ok=True)
        with client(notebook, folder, workspace) as running:
            run_cells(running, name, meant_to_fail)
        rewrite_outputs(notebook, workspace)
    return notebook


def run_cells(running: LessonClient, name: str, meant_to_fail: Collection[str]) -> None:
    """Run every code cell of the client's notebook in order. Raises ExecutionError."""
    for index, cell in enumerate(running.nb.cells):
        if cell.cell_type == "code":
            run_cell(running, cell, index, name, cell.id in meant_to_fail)


def run_cell(
    running: LessonClient, cell: nbformat.NotebookNode, index: int, name: str, fails: bool
) -> None:
    """Run one cell and hold what failed in it against what is meant to fail."""
    try:
        running.execute_cell(cell, index)
    except CellExecutionError as error:
        raise ExecutionError(f"{name}: cell {cell.id}: {error.ename}: {error.evalue}") from None
    failed = failed_commands(running) or sql_errors(cell)
    if failed and not fails:
        raise ExecutionError(
            f"{name}: cell {cell.id}: {failed} failed; mend it, or mark the cell `:fails: true`"
        )
    if fails and not failed:
        raise ExecutionError(f"{name}: cell {cell.id} is marked `:fails: true` and nothing failed")


def failed_commands(running: LessonClient) -> list[str]:
    """Give the `!` commands that failed since the last time, read from the kernel."""
    failures = "getattr(__import__('sys').modules.get('course.lesson.kernel'), 'failures', [])"
    commands = ast.literal_eval(running.beside(value=f"[one.command for one in {failures}]"))
    new = commands[running.failures_seen :]
    running.failures_seen = len(commands)
    return new


def sql_errors(cell: nbformat.NotebookNode) -> list[str]:
    """Give the SQL cell's error: ipython-sql prints it and lets the cell succeed."""
    printed = "".join(output.get("text", "") for output in cell.outputs)
    if cell.source.startswith("%") and "[SQL:" in printed and "Background on this error" in printed:
        return [cell.source.splitlines()[0]]
    return []
