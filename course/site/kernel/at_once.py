"""aiosqlite without its threads: what it puts into a thread's queue is done at once."""

from collections.abc import Callable
from typing import Any


class Queue:
    """Stands in for a connection's queue: does what is put in, and answers its future."""

    def put_nowait(self, item: tuple[Any, Callable[[], Any]]) -> None:
        """Call the function; its future, where there is one, is done then."""
        future, act = item
        try:
            given = act()
        except Exception as error:
            if future:
                future.set_exception(error)
            return
        if future and not future.done():
            future.set_result(given)


class Thread:
    """Stands in for the thread that would take from the queue."""

    daemon = False

    def __init__(self, **_: object) -> None:
        """Take what a thread takes."""

    def start(self) -> None:
        """Have nothing to do."""


def take_over() -> None:
    """Have aiosqlite do everything at once."""
    import aiosqlite.core

    for name, ours in (("SimpleQueue", Queue), ("Thread", Thread)):
        setattr(aiosqlite.core, name, ours)
