"""From the arguments to a command's exit code; a problem is one line, never a traceback."""

import os
import sys
import tomllib
from collections.abc import Sequence
from io import TextIOWrapper

from course.command.language import choose, languages, say, split
from course.command.problem import CommandProblem, unknown
from course.contents import Course, load_course

PROGRAM = "python3 -m course"


def run(arguments: Sequence[str]) -> int:
    """Run a command of the course and give its exit code: 0, 1 (problem), 2 (usage), 130."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    lang = choose(arguments, os.environ)
    try:
        return _dispatch(load_course(), list(arguments) or ["--help"], lang)
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


def _dispatch(course: Course, arguments: list[str], lang: str) -> int:
    if arguments[0] == "lab" and not {"--help", "--"}.intersection(arguments):
        # Typer takes 0.1 s to import, a tenth of what JupyterLab itself takes to start.
        asked, others = split(arguments[1:])
        if asked is None or asked in languages():
            from course.command.lab import open_lab

            return open_lab(course, lang, others)

    import typer

    from course.command.app import command_line

    group = command_line(lang, ", ".join(course.languages))
    name = arguments[0]
    if not name.startswith("-") and name not in group.commands:
        raise unknown("command", name, list(group.commands), lang)
    try:
        code = group(args=arguments, prog_name=PROGRAM, obj=course, standalone_mode=False)
    except typer.TyperException as error:
        path = f"{PROGRAM} {name}" if name in group.commands else PROGRAM
        message = error.format_message().rstrip(".")
        raise CommandProblem(say("usage.other", lang, said=message, path=path), 2) from None
    return code or 0


def _say(line: str, exit_code: int) -> int:
    print(line, file=sys.stderr)
    return exit_code
