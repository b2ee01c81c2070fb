"""`test`: pytest of the environment from the top of the checkout."""

import os
import sys
from collections.abc import Sequence

from course.command.committed import saved_over, shortened
from course.command.installing import install
from course.command.language import say
from course.command.problem import CommandProblem
from course.command.programs import chromium, firefox, npm, postgresql, webkit, xvfb
from course.contents import Course
from course.process import take_over

SYSTEM, SITE = "system", "site"
"""The marks of the second and of the third group of tests."""


def run_tests(
    course: Course, lang: str, groups: Sequence[str], everything: bool, arguments: Sequence[str]
) -> int:
    """Run pytest in this process's place: the first group of tests, which needs nothing more.

    `groups` are the marks of others to run in its place; with `everything` it is all of them. The
    second has two processes more than there are processors, because it waits much: for locks,
    servers and browsers.
    Raises CommandProblem when what they need is not on this machine and cannot be added.
    """
    marked = []
    if everything:
        groups = (SYSTEM, SITE)
    if groups:
        _see_to_the_programs(groups, lang)
        install(course.root, "system", lang)
        marked = ["-m", "" if everything else " or ".join(groups)]
    if SYSTEM in groups:
        marked += ["-n", str((os.cpu_count() or 1) + 2)]
    if changed := saved_over(course):
        names = shortened(changed)
        line = f"{say('notebooks.changed', lang, names=names)} {say('notebooks.mend', lang)}"
        print(line, file=sys.stderr)
    return take_over([sys.executable, "-m", "pytest", *marked, *arguments], folder=course.root)


def _see_to_the_programs(groups: Sequence[str], lang: str) -> None:
    needed = {"Chromium": (chromium(), "chromium")}
    if SYSTEM in groups:
        needed["PostgreSQL"] = (postgresql(), "postgresql")
    if SITE in groups:
        needed["npm"] = (npm(), "npm")
        needed["Firefox"] = (firefox(), "firefox-esr")
        needed["WebKitGTK"] = (webkit(), "webkit2gtk-driver")
        needed["Xvfb"] = (xvfb(), "xvfb")
    lacking = {name: package for name, (path, package) in needed.items() if path is None}
    if lacking:
        mend = say("test.mend", lang, packages=" ".join(lacking.values()))
        raise CommandProblem(say("test.lacking", lang, names=", ".join(lacking), mend=mend))
