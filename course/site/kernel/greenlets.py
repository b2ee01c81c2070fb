"""Stands in for the module `greenlet`, which is compiled and has no build for a browser.

SQLAlchemy's asyncio extension calls its ordinary code in a greenlet, and leaves that greenlet
wherever something is to be awaited. Here nothing that it awaits ever waits (`at_once`): so it is
awaited on the spot, and no greenlet has to be left. What would really wait is refused.
"""

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from course.phrases import phrase
from course.site.kernel import refused

WORDS = Path(__file__).with_name("kernel.toml")


class WouldWaitError(RuntimeError):
    """Something awaited in SQLAlchemy's ordinary code would wait; says so to the learner."""


class greenlet:  # noqa: N801  (as the module names it)
    """As much of a greenlet as `sqlalchemy.util.concurrency` uses."""

    def __init__(
        self, run: Callable[..., Any] | None = None, parent: "greenlet | None" = None
    ) -> None:
        self._run = run
        self.parent = parent
        self.dead = False
        self._awaited = False
        self._result: tuple[Any] | None = None

    def switch(self, *args: Any, **kwargs: Any) -> Any:
        """Run to the end; or, of the outermost one, give what an awaitable gives.

        One that awaited something is left once, as a real one would be: SQLAlchemy asks for that.
        """
        if self._run is None:
            _current[-1]._awaited = True  # noqa: SLF001  (of its own class)
            return _awaited_by(self, args[0])
        if self._result is None:
            self._result = (self._to_the_end(*args, **kwargs),)
            if self._awaited:
                return _nothing()
        self.dead = True
        return self._result[0]

    def throw(self, *error: Any) -> Any:
        """Raise in it: only what `_nothing` raises could come, which raises nothing."""
        raise error[1]

    def _to_the_end(self, *args: Any, **kwargs: Any) -> Any:
        assert self._run is not None
        _current.append(self)
        try:
            return self._run(*args, **kwargs)
        except BaseException:
            self.dead = True
            raise
        finally:
            _current.pop()


_current = [greenlet()]
"""The greenlets that are in one another, the outermost first."""


def getcurrent() -> greenlet:
    """Give the greenlet that runs."""
    return _current[-1]


async def _nothing() -> None:
    """Be awaited."""


def _awaited_by(outer: greenlet, awaitable: Awaitable[Any]) -> Any:
    """Await something as the outer greenlet does. Raises WouldWaitError where it would wait."""
    _current.append(outer)
    try:
        steps = awaitable.__await__()
        try:
            next(steps)
        except StopIteration as end:
            return end.value
        if hasattr(steps, "close"):
            steps.close()
        lang = os.environ.get("COURSE_LANG", "en")
        raise WouldWaitError(refused.note(phrase(WORDS, "would_wait", lang)))
    finally:
        _current.pop()
