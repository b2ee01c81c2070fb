"""The command that lessons type, `python -m course review`, without what reads all the others.

Where there is no typer (in a browser: it needs a compiled pydantic), this is `course`'s program.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from course.command.language import choose
from course.command.problem import CommandProblem


def run(arguments: Sequence[str]) -> int:
    """Run `review` as `course.command.run` does; give the exit code."""
    from course.command.review import review_project

    parser = argparse.ArgumentParser(prog="python -m course")
    review = parser.add_subparsers(required=True).add_parser("review")
    review.add_argument("path", nargs="?", default=".", type=Path)
    review.add_argument("--migrate", action=argparse.BooleanOptionalAction, default=True)
    review.add_argument("--format", choices=("text", "json"), default="text")
    review.add_argument("--lang", default=choose(arguments, os.environ))
    asked = parser.parse_args(arguments)
    try:
        return review_project(asked.lang, asked.path, asked.migrate, asked.format == "text")
    except CommandProblem as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
