"""The front door: choose the language, make the environment ready, hand over to the command."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from course.environment import make_ready
from course.process import take_over
from course.setup_problem import SetupProblem
from course.surroundings import ROOT, steering

# What the commands need is imported where it is used: most runs only look at `.venv` and hand over.


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Make the environment ready and run the command in it; give the exit code.

    On POSIX the command takes this process's place, so that signals and the exit code are its own.
    """

    def tell(key: str, **values: object) -> None:
        from course.command.language import choose, say

        lang = choose(arguments, os.environ)
        print(say(f"setup.{key}", lang, **values), file=sys.stderr, flush=True)

    try:
        python = make_ready(root, tell)
    except SetupProblem as problem:
        tell(problem.key, **problem.values)
        return 1
    except KeyboardInterrupt:
        tell("interrupted")
        return 130
    # What steers this interpreter already is undone by none but another one.
    if Path(sys.prefix) == python.parent.parent and not steering(os.environ):
        from course.command.run import run

        return run(arguments)
    return take_over([str(python), "-m", "course.command", *arguments])
