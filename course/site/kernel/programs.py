"""Programs where there are no processes: `python` and `alembic` run in this interpreter.

Lessons type two programs, `alembic` and `python` (CONTRIBUTING, "Cells"). The first runs here by
`course.running.here`; the second does by this module, as do both where a script starts them with
`subprocess.run`. Anything else is a program that is not there.

Alembic is imported late: it binds the standard output that it finds, and the kernel's is not there
before its first cell.
"""

import errno
import gc
import io
import linecache
import os
import runpy
import shlex
import subprocess
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from types import ModuleType, TracebackType
from typing import IO, Any, NoReturn

from course.phrases import phrase
from course.running import process
from course.running.output import Write
from course.running.process import Ran
from course.running.program import exit_code
from course.site.kernel import loops, refused

WORDS = Path(__file__).with_name("kernel.toml")
NOT_FOUND = 127
"""The exit code by which a shell says that there is no such program."""
INSIDE = {"course": "course.command.bare"}
"""The course's front door sees to an environment first; here is the one that there is."""
ERRORS_TOO = "2>&1"
"""By which a shell line has errors said where the rest is."""
WITH_VALUE = ("-W", "-X")
"""Options of Python's that take a value."""


class NoProcesses(OSError, RuntimeError):
    """What would run beside this interpreter; says so in the learner's language.

    Python's own for a thread that cannot start is a RuntimeError.
    """


def take_over() -> None:
    """Have what starts processes run here instead: the kit's way, and `subprocess.run`."""
    process.run = run_line
    process.capture = capture_line
    subprocess.run = run  # type: ignore[assignment]
    threading.Thread.start = start_thread  # type: ignore[method-assign,assignment]


def refuse() -> NoReturn:
    """Refuse to start what goes on beside this interpreter. Raises NoProcesses."""
    raise NoProcesses(refused.note(_said("no_processes")))


def start_thread(_: threading.Thread) -> NoReturn:
    """Stand in for a thread's `start`. Raises NoProcesses."""
    raise NoProcesses(refused.note(_said("no_threads")))


def _said(key: str) -> str:
    return phrase(WORDS, key, os.environ.get("COURSE_LANG", "en"))


def get_output(shell: Any, command: str, split: bool = True, depth: int = 0) -> Any:
    """Stand in for IPython's `getoutput`, which is what `said = !python …` calls."""
    from IPython.utils.text import LSString, SList

    printed: list[str] = []
    line = shell.var_expand(command, depth=depth + 1)
    run_line(line, Path.cwd(), os.environ, printed.append)
    text = "".join(printed)
    return SList(text.splitlines()) if split else LSString(text)


def run_line(
    command: str | Sequence[str], folder: Path, environment: Mapping[str, str], write: Write
) -> int:
    """Run a command as `course.running.process.run` does; a shell line is one program alone."""
    try:
        return run_words(_words(command), folder, environment, write, write)
    except FileNotFoundError as error:
        write(f"sh: 1: {error.filename}: not found\n")
        return NOT_FOUND


def capture_line(
    command: str | Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    seconds: float,  # noqa: ARG001  (nothing here can be stopped)
) -> Ran:
    """Run a command as `course.running.process.capture` does."""
    out: list[str] = []
    err: list[str] = []
    try:
        code = run_words(_words(command), folder, environment, out.append, err.append)
    except FileNotFoundError as error:
        return Ran(NOT_FOUND, "", f"sh: 1: {error.filename}: not found\n")
    return Ran(code, "".join(out), "".join(err))


def run(
    args: str | Sequence[str],
    *,
    shell: bool = False,
    cwd: str | os.PathLike[str] | None = None,
    env: Mapping[str, str] | None = None,
    capture_output: bool = False,
    stdout: int | IO[Any] | None = None,
    stderr: int | IO[Any] | None = None,
    text: bool | None = None,
    encoding: str | None = None,
    check: bool = False,
    **_others: object,
) -> "subprocess.CompletedProcess[Any]":
    """Stand in for `subprocess.run`. Raises FileNotFoundError for what is no program here."""
    streams = {"out": subprocess.PIPE, "err": subprocess.PIPE}
    if not capture_output:
        streams = {"out": stdout, "err": stderr}  # type: ignore[dict-item]
    out, err = io.StringIO(), io.StringIO()
    write_out = _target(streams["out"], out, sys.stdout)
    write_err = write_out
    if streams["err"] != subprocess.STDOUT:
        write_err = _target(streams["err"], err, sys.stderr)
    words = _words(args) if shell or not isinstance(args, str) else [args]
    folder, environment = Path(cwd or Path.cwd()), os.environ if env is None else env
    try:
        code = run_words(words, folder, environment, write_out, write_err)
    except FileNotFoundError as error:
        if not shell:
            raise
        write_err(f"sh: 1: {error.filename}: not found\n")
        code = NOT_FOUND
    said = {
        name: kept.getvalue() if streams[name] == subprocess.PIPE else None
        for name, kept in (("out", out), ("err", err))
    }
    is_text = text or encoding or _others.get("universal_newlines")
    given = {name: one if is_text or one is None else one.encode() for name, one in said.items()}
    if check and code:
        raise subprocess.CalledProcessError(code, args, given["out"], given["err"])
    return subprocess.CompletedProcess(args, code, given["out"], given["err"])


def _target(stream: int | IO[Any] | None, kept: io.StringIO, own: IO[str]) -> Write:
    if stream == subprocess.PIPE:
        return kept.write
    if stream == subprocess.DEVNULL:
        return len
    if stream is None:
        return own.write
    assert not isinstance(stream, int)
    return stream.write


def _words(command: str | Sequence[str]) -> list[str]:
    if isinstance(command, str):
        return shlex.split(command)
    return [os.fspath(word) for word in command]


def run_words(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], out: Write, err: Write
) -> int:
    """Run a program by its words. Raises FileNotFoundError for one that is not there."""
    from course.running import here

    if ERRORS_TOO in words:
        return run_words([one for one in words if one != ERRORS_TOO], folder, environment, out, out)
    [program, *others], read = _input(words, folder)
    if read is not None:
        with reading(read):
            return run_words([program, *others], folder, environment, out, err)
    name = Path(program).name
    if name == "alembic":
        ran = here.capture(others, folder, environment)
        out(ran.out)
        err(ran.err)
        return ran.exit_code
    if name in ("python", "python3") or program == sys.executable:
        return run_python(others, folder, environment, out, err)
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), program)


def _input(words: Sequence[str], folder: Path) -> tuple[list[str], str | None]:
    """Give a command without `< FILE`, and what is in that file. Raises FileNotFoundError."""
    if "<" not in words[:-1]:
        return list(words), None
    at = list(words).index("<")
    text = (folder / words[at + 1]).read_text(encoding="utf-8")
    return [*words[:at], *words[at + 2 :]], text


@contextmanager
def reading(text: str) -> Iterator[None]:
    """Have a text to be read from standard input."""
    before, sys.stdin = sys.stdin, io.StringIO(text)
    try:
        yield
    finally:
        sys.stdin = before


def run_python(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], out: Write, err: Write
) -> int:
    """Run Python's command line: a script, `-c TEXT` or `-m MODULE`; give the exit code."""
    from course.running import here
    from course.running.undoing import as_it_was

    options, rest = _options(words)
    if not rest:
        return 0  # an interactive Python that reads nothing
    streams = here.Handing(out), here.Handing(err)
    with (
        as_it_was(folder, environment),
        redirect_stdout(streams[0]),
        redirect_stderr(streams[1]),
        here.printing_to(streams[0]),
    ):
        for option, value in options:
            if option == "-W":
                warnings.simplefilter(value)  # type: ignore[arg-type]
        sys.orig_argv = ["python", *words]
        return loops.away(lambda: _to_the_end(rest))


def _options(words: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """Part Python's options from what it runs."""
    options: list[tuple[str, str]] = []
    rest = list(words)
    while rest and rest[0].startswith("-") and rest[0] not in ("-c", "-m"):
        option = rest.pop(0)
        taken = option in WITH_VALUE and rest
        options.append((option, rest.pop(0) if taken else ""))
    return options, rest


def _to_the_end(words: list[str]) -> int:
    """Be Python's main program, to its end; say an error as Python does."""
    code, error = _ended(words)
    if error is not None:
        # What only its traceback holds ends with the program, and warns, if it does, as its own.
        del error
        gc.collect()
    return code


def _ended(words: list[str]) -> tuple[int, BaseException | None]:
    """Run a main program; give its exit code, and what ended it after an error."""
    first, act = _main_program(words)
    try:
        with _in_place_of_main():
            act()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return exit_code(end), end.__context__
    except NoProcesses as error:
        print(error, file=sys.stderr)
        return 1, None
    except BaseException as error:
        silent = getattr(sys, "tracebacklimit", None) == 0
        traceback.print_exception(
            type(error), error, None if silent else _from(first, error.__traceback__)
        )
        return 1, error
    return 0, None


def _main_program(words: list[str]) -> tuple[str, Callable[[], object]]:
    """Set what a main program finds set; give its first frame's file, and what runs it."""
    first, *others = words
    if first == "-m":
        name = INSIDE.get(others[0], others[0])
        sys.argv, sys.path[:0] = others, [str(Path.cwd())]
        return "<frozen runpy>", lambda: _run_module(name)
    if first == "-c":
        sys.argv, sys.path[:0] = ["-c", *others[1:]], [""]
        return "<string>", lambda: _execute(others[0], "<string>")
    place = Path(first).absolute()
    sys.argv, sys.path[:0] = words, [str(place.parent)]
    if not place.exists():
        line = f"python: can't open file '{place}': [Errno 2] No such file or directory"
        return "", lambda: _fail(line)
    return str(place), lambda: _execute(place.read_bytes(), str(place))


def _run_module(name: str) -> None:
    """Run a module as `python -m` does: one in this folder hides an installed one of its name."""
    with _own_first(name.partition(".")[0]):
        try:
            runpy._get_module_details(name)  # type: ignore[attr-defined]  # noqa: SLF001
        except ImportError as error:
            print(f"{sys.executable or 'python'}: {error}", file=sys.stderr)
            raise SystemExit(1) from None
        runpy.run_module(name, run_name="__main__", alter_sys=True)


@contextmanager
def _own_first(top: str) -> Iterator[None]:
    """Forget an installed package that is imported where this folder has one of its name."""
    own = (Path(top, "__init__.py"), Path(f"{top}.py"))
    if not any(path.exists() for path in own):
        yield
        return
    hidden = _modules(top)
    try:
        yield
    finally:
        _modules(top)
        sys.modules.update(hidden)


def _modules(top: str) -> dict[str, ModuleType]:
    """Take a package's modules out of those that are imported."""
    names = [name for name in sys.modules if name.partition(".")[0] == top]
    return {name: sys.modules.pop(name) for name in names}


def _execute(source: str | bytes, name: str) -> None:
    main = ModuleType("__main__")
    if not name.startswith("<"):
        main.__file__ = name
    sys.modules["__main__"] = main
    if isinstance(source, str):
        # What Python itself runs by `-c` is shown in a traceback from 3.13 on.
        lines = source.splitlines(keepends=True) if sys.version_info >= (3, 13) else []
        linecache.cache[name] = (len(source), None, lines, name)
    exec(compile(source, name, "exec", dont_inherit=True), main.__dict__)


def _fail(message: str) -> None:
    print(message, file=sys.stderr)
    raise SystemExit(2)


@contextmanager
def _in_place_of_main() -> Iterator[None]:
    # A program that another one starts finds none: the learner's modules are loaded anew for it.
    before = sys.modules.pop("__main__", None)
    try:
        yield
    finally:
        sys.modules.pop("__main__", None)
        if before is not None:
            sys.modules["__main__"] = before


def _from(file: str, below: TracebackType | None) -> TracebackType | None:
    """Give a traceback from the first frame of a file on; none of it where there is none."""
    while below is not None and below.tb_frame.f_code.co_filename != file:
        below = below.tb_next
    return below
