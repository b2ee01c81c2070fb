"""Modules of the learner's: loaded anew for each look, and forgotten behind it."""

import os
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType

from course.running.interpreter import ROOT

LIBRARIES = tuple(
    f"{place}{os.sep}"
    for place in {
        *(os.path.realpath(place) for place in (sys.prefix, sys.base_prefix, sys.exec_prefix)),
        # In a browser the prefix is `/`, and this is what lies below it.
        *(os.path.realpath(sysconfig.get_path(name)) for name in ("purelib", "platlib")),
        os.path.realpath(Path(os.__file__).parent),
        os.path.realpath(ROOT / "course"),
    }
)


@contextmanager
def import_path(places: Sequence[Path]) -> Iterator[None]:
    """Have the places on Python's import path until the block ends."""
    before = list(sys.path)
    sys.path[:0] = map(str, places)
    try:
        yield
    finally:
        sys.path[:] = before


@contextmanager
def learners_modules_anew() -> Iterator[None]:
    """Have the learner's modules loaded anew, and bring back those that were there before.

    Theirs is whatever is neither Python's, nor installed, nor the course's own.
    """
    before = _take_learners_out()
    try:
        yield
    finally:
        _take_learners_out()
        sys.modules.update(before)


_others: dict[str, object] = {}
"""Modules that are known not to be the learner's, by their names: each is looked at once."""


def _take_learners_out() -> dict[str, ModuleType]:
    """Take them out when all are found: a package without `__init__.py` asks those above it."""
    found = {}
    for name, module in list(sys.modules.items()):
        if _others.get(name) is module:
            continue
        if _is_learners(module):
            found[name] = module
        elif getattr(module, "__file__", None):
            # A main program, which has no file, is not kept alive.
            _others[name] = module
    for name in found:
        del sys.modules[name]
    return found


def _is_learners(module: object) -> bool:
    places = [getattr(module, "__file__", None), *(getattr(module, "__path__", None) or ())]
    place = next((place for place in places if isinstance(place, str)), None)
    return place is not None and _is_elsewhere(place)


@cache
def _is_elsewhere(place: str) -> bool:
    """Tell whether a file or folder lies outside of LIBRARIES."""
    return not place.startswith("<") and not os.path.realpath(place).startswith(LIBRARIES)
