"""Have psycopg find our `pq` where it looks for the one that binds libpq."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

NAME = "psycopg.pq.pq_ctypes"
OURS = Path(__file__).with_name("pq_ctypes.py")


class Finder(MetaPathFinder):
    """Finds one module."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002  (as importlib calls it)
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Give our file for psycopg's module."""
        return spec_from_file_location(NAME, OURS) if fullname == NAME else None


def take_over() -> None:
    """Have psycopg, which is not imported yet, work on the servers of this tab."""
    if not any(isinstance(one, Finder) for one in sys.meta_path):
        sys.meta_path.insert(0, Finder())
