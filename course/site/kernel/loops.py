"""Event loops where there is one thread: a command or a program gets one of its own.

The kernel's own loop is the browser's: it runs behind everything, and nothing can be run to its end
on it. What is started as a process on a desktop, and what waits for a thread there, is run at once
here, with the kernel's loop put aside meanwhile.
"""

import asyncio
import contextvars
import time
from asyncio import base_events, events, tasks
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

_Given = TypeVar("_Given")


class Loop(base_events.BaseEventLoop):
    """An event loop without files and sockets: tasks, timers, and what threads would do.

    A thread's work is done at once, beside the loop: in it no loop runs, as in a thread.
    """

    def __init__(self) -> None:
        super().__init__()
        self._selector = _Nothing()

    def run_in_executor(  # type: ignore[override]
        self,
        executor: object,  # noqa: ARG002  (there is nobody else to do it)
        func: Callable[..., Any],
        *args: Any,
    ) -> "asyncio.Future[Any]":
        """Do a thread's work, and give a future that is done."""
        future = self.create_future()
        try:
            with aside():
                future.set_result(contextvars.copy_context().run(func, *args))
        except Exception as error:
            future.set_exception(error)
        return future

    def _process_events(self, event_list: object) -> None:
        """Nothing is selected."""

    def _write_to_self(self) -> None:
        """Nobody waits elsewhere to be told."""


class _Nothing:
    """What a loop selects from: it only lets time pass."""

    def select(self, timeout: float | None) -> tuple[()]:
        """Wait. Raises RuntimeError where nothing could ever come."""
        if timeout is None:
            raise RuntimeError("everything in this event loop waits for something else")
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            """Pyodide's `sleep` would let the browser's loop run meanwhile, inside of this one."""
        return ()


@contextmanager
def aside() -> Iterator[None]:
    """Put the loop that runs here aside: as in a process or a thread, none is there."""
    running, make = events._get_running_loop(), events.new_event_loop  # noqa: SLF001
    task = None if running is None else _swap(running, None)
    events._set_running_loop(None)  # noqa: SLF001
    events.new_event_loop = asyncio.new_event_loop = Loop
    try:
        yield
    finally:
        events.new_event_loop = asyncio.new_event_loop = make
        events._set_running_loop(running)  # noqa: SLF001
        if running is not None:
            # Whoever ends a loop of its own leaves none behind.
            events.set_event_loop(running)
            _swap(running, task)


def away(act: Callable[[], _Given]) -> _Given:
    """Act while the kernel's loop is put aside: stands in for `course.running.here._away`."""
    with aside():
        return act()


def _swap(loop: asyncio.AbstractEventLoop, task: Any) -> Any:
    return tasks._swap_current_task(loop, task)  # type: ignore[attr-defined]  # noqa: SLF001
