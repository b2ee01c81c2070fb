"""The commands that lessons type, `review` and `explain`, without what reads all the others.

Where there is no typer (in a browser: it needs a compiled pydantic), this is `course`'s program.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from course.command.language import choose
from course.command.problem import CommandProblem
from course.contents import load_course


def run(arguments: Sequence[str]) -> int:
    """Run a command as `course.command.run` does; give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m course")
    commands = parser.add_subparsers(required=True)
    review = commands.add_parser("review")
    review.add_argument("path", nargs="?", default=".", type=Path)
    review.add_argument("--migrate", action=argparse.BooleanOptionalAction, default=True)
    review.add_argument("--format", choices=("text", "json"), default="text")
    review.set_defaults(act=_review)
    explain = commands.add_parser("explain")
    explain.add_argument("words", nargs="*")
    explain.add_argument("--lessons", action=argparse.BooleanOptionalAction, default=True)
    explain.set_defaults(act=_explain)
    for command in (review, explain):
        command.add_argument("--lang", default=choose(arguments, os.environ))
    asked = parser.parse_args(arguments)
    try:
        return asked.act(asked)  # type: ignore[no-any-return]
    except CommandProblem as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code


def _review(asked: argparse.Namespace) -> int:
    from course.command.review import review_project

    return review_project(asked.lang, asked.path, asked.migrate, asked.format == "text")


def _explain(asked: argparse.Namespace) -> int:
    from course.command.explain import explain

    return explain(load_course(), asked.lang, asked.words, asked.lessons)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
