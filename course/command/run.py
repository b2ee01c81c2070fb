"""From the arguments to a command's exit code; a problem is one line, never a traceback."""

import os
import sys
import tomllib
from collections.abc import Sequence

from course.command.language import choose, languages, say, split
from course.command.problem import CommandProblem, unknown


def run(arguments: Sequence[str]) -> int:
    """Run a command of the course and give its exit code: 0, 1 (problem), 2 (usage), 130."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    lang = choose(arguments, os.environ)
    try:
        return _dispatch(list(arguments) or ["--help"], lang)
    except CommandProblem as problem:
        return _say(str(problem), problem.exit_code)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "course":
            raise
        return _say(say("setup.incomplete", lang, name=error.name), 1)
    except tomllib.TOMLDecodeError as error:
        return _say(say("problem.lesson_file", lang, said=error), 1)
    except OSError as error:
        return _say(say("problem.file", lang, said=error), 1)
    except KeyboardInterrupt:
        return 130


def _dispatch(arguments: list[str], lang: str) -> int:
    if arguments[0] == "lab" and not {"--help", "--"}.intersection(arguments):
        # Typer takes 0.25 s to import, more than JupyterLab may start later for our sake.
        asked, others = split(arguments[1:])
        if asked is None or asked in languages():
            from course.command.lab import open_lab

            return open_lab(lang, others)

    import typer

    from course.command.app import COMMANDS, make_app

    if not arguments[0].startswith("-") and arguments[0] not in COMMANDS:
        raise unknown("command", arguments[0], COMMANDS, lang)
    # Typer does not export the parent of its errors of usage.
    usage_error = typer.BadParameter.__base__
    try:
        code = make_app(lang)(args=arguments, prog_name="python3 -m course", standalone_mode=False)
    except usage_error as error:
        path = "python3 -m course"
        if arguments[0] in COMMANDS:
            path = f"{path} {arguments[0]}"
        said = error.format_message().rstrip(".")
        raise CommandProblem(say("usage.other", lang, said=said, path=path), 2) from None
    return code or 0


def _say(line: str, exit_code: int) -> int:
    print(line, file=sys.stderr)
    return exit_code
