"""Do independent things at once, where things can be."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from course.running import ways


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Call each and give what they give, in order; raises what the first that fails raised.

    Where commands run in this interpreter, which has one current folder, they take turns.
    """
    if ways.way() == "here":
        return [call() for call in calls]
    with ThreadPoolExecutor(len(calls)) as pool:
        return [waiting.result() for waiting in [pool.submit(call) for call in calls]]
