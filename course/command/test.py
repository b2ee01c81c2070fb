"""`test`: pytest of the environment from the top of the checkout."""

import sys
from collections.abc import Sequence

from course.command.language import say
from course.command.problem import CommandProblem
from course.command.programs import chromium, postgresql
from course.contents import ROOT
from course.environment import take_over


def run_tests(lang: str, everything: bool, arguments: Sequence[str]) -> int:
    """Run pytest in this process's place; with `everything`, the tests marked `system` too.

    Raises CommandProblem when what those need is not on this machine.
    """
    if everything:
        _see_to_the_system(lang)
    marked = ["-m", ""] if everything else []
    return take_over([sys.executable, "-m", "pytest", *marked, *arguments], folder=ROOT)


def _see_to_the_system(lang: str) -> None:
    needed = {"Chromium": (chromium(), "chromium"), "PostgreSQL": (postgresql(), "postgresql")}
    lacking = {name: package for name, (found, package) in needed.items() if found is None}
    if lacking:
        mend = say("test.mend", lang, packages=" ".join(lacking.values()))
        raise CommandProblem(say("test.lacking", lang, names=", ".join(lacking), mend=mend))
