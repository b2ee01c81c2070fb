"""What is asked of the course's own code away from the caller, and what comes back."""

import importlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECONDS = 60
"""How long a task may take, if it does not say."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Task:
    """An order for a function of the course, which a way of running carries out.

    `handler` names the function as `module:name`; it takes the order and gives its answer, both
    JSON. It runs in `folder` with exactly this `environment`.
    """

    handler: str
    order: Json
    folder: Path
    environment: Mapping[str, str]
    seconds: float = SECONDS


class TaskError(Exception):
    """A task that brought no answer."""


class TookTooLong(TaskError):
    """It did not end within its seconds."""


class EndedEarly(TaskError):
    """Its process ended without an answer; the message is the last line that it wrote."""


def perform(handler: str, order: Json) -> Json:
    """Carry out an order in this process; give the answer. Raises what the handler does."""
    module, _, name = handler.partition(":")
    function = getattr(importlib.import_module(module), name)
    # The environment may name another place for temporary files than this process has looked up.
    tempfile.tempdir = None
    try:
        answer: Json = function(order)
    finally:
        tempfile.tempdir = None
    return answer
