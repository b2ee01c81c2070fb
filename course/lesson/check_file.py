"""A lesson's checks.py, and the functions in it."""

import importlib.util
from collections.abc import Callable
from typing import Any

from course.contents import LessonEntry


def load_check(entry: LessonEntry, name: str) -> Callable[..., Any]:
    """Load a function of the lesson's checks.py. Raises AttributeError where it has none."""
    path = entry.folder / "checks.py"
    spec = importlib.util.spec_from_file_location(f"checks_{entry.slug}", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    function: Callable[..., Any] = getattr(module, name)
    return function
