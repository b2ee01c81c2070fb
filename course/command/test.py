"""`test`: pytest of the environment from the top of the checkout."""

import os
import sys
from collections.abc import Sequence

from course.command.committed import saved_over, shortened
from course.command.installing import install
from course.command.language import say
from course.command.problem import CommandProblem
from course.command.programs import chromium, npm, postgresql
from course.contents import Course
from course.process import take_over


def run_tests(
    course: Course, lang: str, everything: bool, system: bool, arguments: Sequence[str]
) -> int:
    """Run pytest in this process's place: the first group of tests, which needs nothing more.

    With `system` it is the second group, those marked so; with `everything` both. The second has a
    process more than there are processors, because it waits much: for locks, servers, browsers.
    Raises CommandProblem when what it needs is not on this machine and cannot be added.
    """
    marked = []
    if everything or system:
        _see_to_the_programs(lang)
        install(course.root, "system", lang)
        marked = ["-m", "" if everything else "system", "-n", str((os.cpu_count() or 1) + 1)]
    if changed := saved_over(course):
        names = shortened(changed)
        line = f"{say('notebooks.changed', lang, names=names)} {say('notebooks.mend', lang)}"
        print(line, file=sys.stderr)
    return take_over([sys.executable, "-m", "pytest", *marked, *arguments], folder=course.root)


def _see_to_the_programs(lang: str) -> None:
    needed = {
        "Chromium": (chromium(), "chromium"),
        "PostgreSQL": (postgresql(), "postgresql"),
        "npm": (npm(), "npm"),
    }
    lacking = {name: package for name, (path, package) in needed.items() if path is None}
    if lacking:
        mend = say("test.mend", lang, packages=" ".join(lacking.values()))
        raise CommandProblem(say("test.lacking", lang, names=", ".join(lacking), mend=mend))
