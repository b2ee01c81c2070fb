"""Programs that a check runs in a copy: a script as Python runs it, a line as a terminal does."""

import io
import runpy
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout

from alembic.config import main

from course.project.errors import one_line
from course.project.orders import Line, Values
from course.running.here import printing_to
from course.running.line import alembic_words
from course.running.program import exit_code


def as_main(words: list[str]) -> Values:
    """Run a script, or (`-c`) a text, as Python's main program; give its error, if it has one."""
    before = sys.argv
    sys.argv = words if words[0] != "-c" else ["-c"]
    try:
        if words[0] == "-c":
            exec(compile(words[1], "<string>", "exec"), {"__name__": "__main__"})
        else:
            runpy.run_path(words[0], run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        code = exit_code(end)
        return {"error": f"exit code {code}"} if code else {}
    except Exception as error:
        sys.__excepthook__(type(error), error, error.__traceback__)
        return {"error": one_line(error)}
    finally:
        sys.argv = before
    return {}


def run_line(line: str) -> Line:
    """Run a shell line; a plain `alembic` command runs in this process, which is quicker."""
    words = alembic_words(line)
    if words is None:
        done = subprocess.run(
            line, shell=True, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        return Line(line, bool(done.returncode), done.stdout + done.stderr)
    out, log = io.StringIO(), io.StringIO()
    try:
        with (
            redirect_stdout(out),
            redirect_stderr(log),
            printing_to(out),
        ):
            main(words, prog="alembic")
    except SystemExit as end:
        return Line(line, bool(end.code), out.getvalue() or log.getvalue())
    except Exception as error:
        return Line(line, True, one_line(error))
    return Line(line, False, out.getvalue())
