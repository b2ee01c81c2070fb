"""A kernel as a notebook has one: cells go in, and what they show comes out."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.manager import start_new_kernel

SECONDS = 120


class Notebook:
    """A kernel, and the number of cells that ran in it."""

    def __init__(self, workspace: Path) -> None:
        environment = {**os.environ, "COURSE_WORKSPACE": str(workspace)}
        self.manager, self.client = start_new_kernel(cwd=str(workspace.parent), env=environment)

    def run(self, source: str, cell: str | None = None) -> str:
        """Run a cell and give what it shows, as text; errors by their name and message."""
        shown: list[str] = []

        def show(message: dict[str, Any]) -> None:
            content = message["content"]
            match message["msg_type"]:
                case "stream":
                    shown.append(content["text"])
                case "execute_result" | "display_data" | "update_display_data":
                    shown.append(content["data"].get("text/plain", "") + "\n")
                case "error":
                    shown.append(f"{content['ename']}: {content['evalue']}\n")
                case "clear_output":
                    shown.clear()

        session = self.client.session
        send = session.send

        def with_cell(stream: Any, kind: Any, *rest: Any, **options: Any) -> Any:
            if isinstance(kind, dict) and kind["msg_type"] == "execute_request":
                kind["metadata"]["cellId"] = cell
            return send(stream, kind, *rest, **options)

        session.send = with_cell
        try:
            self.client.execute_interactive(source, output_hook=show, timeout=SECONDS)
        finally:
            session.send = send
        return "".join(shown)

    def restart(self) -> None:
        """Kill the kernel and start another in its place."""
        self.manager.restart_kernel(now=True)
        self.client.wait_for_ready(timeout=SECONDS)

    def close(self) -> None:
        """End the kernel."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@contextmanager
def notebook(workspace: Path) -> Iterator[Notebook]:
    """Start a kernel whose lessons work in the workspace."""
    started = Notebook(workspace)
    try:
        yield started
    finally:
        started.close()
