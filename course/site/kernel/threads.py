"""What needs threads on a desktop, where there are none: async SQLAlchemy, and going to a place."""

import asyncio
import sys
from typing import TYPE_CHECKING, Any

from course.site.kernel import at_once, greenlets, loops

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def take_over() -> None:
    """Have commands get event loops of their own, and aiosqlite and SQLAlchemy wait for nobody."""
    from course.lesson import cells
    from course.running import here

    sys.modules["greenlet"] = greenlets
    here._away = loops.away  # noqa: SLF001  (what it does needs a thread)
    cells._run_beside = run_beside  # noqa: SLF001
    at_once.take_over()


def run_beside(shell: "InteractiveShell", source: str, transformed: str) -> Any:
    """Run a cell that awaits, unseen, to its end: stands in for `cells._run_beside`."""
    cell = shell.run_cell_async(
        source, silent=True, store_history=False, transformed_cell=transformed
    )
    with loops.aside():
        return asyncio.run(cell)
