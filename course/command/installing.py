"""Installing what is not there from the beginning, with what is said on the way."""

import sys
from pathlib import Path

from course.command.language import say
from course.command.problem import CommandProblem
from course.contents import load_course
from course.environment import add_packages
from course.setup_problem import SetupProblem


def install(root: Path, extra: str, lang: str) -> None:
    """See to the packages of one of `course.virtualenv.EXTRAS`. Raises CommandProblem."""

    def tell(key: str, **values: object) -> None:
        print(say(f"setup.{key}", lang, **values), file=sys.stderr, flush=True)

    try:
        add_packages(root, tell, extra)
    except SetupProblem as problem:
        values = problem.values
        if (problem.key, extra) == ("no_wheel", "postgresql"):
            served = [str(entry.number) for entry in load_course(root).lessons if entry.server]
            line = say("setup.no_server_wheel", lang, lessons=", ".join(served), **values)
            raise CommandProblem(line) from None
        raise CommandProblem(say(f"setup.{problem.key}", lang, **values)) from None
    except KeyboardInterrupt:
        tell("interrupted")
        raise
