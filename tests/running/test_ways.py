"""The ways in which a command runs print the same bytes, in the same order, with the same end."""

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course.running import process, ways
from course.running.alembic_plugin import MARKER
from course.running.fork import Warm
from course.running.forked import CannotForkError
from course.running.line import alembic_words
from course.running.spare import Spare

ENV = "from pathlib import Path\nexec(Path('act.py').read_text(encoding='utf-8'))\n"
QUICK = ("fork", "spare", "here")

Ended = tuple[int, str]


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    """What a lesson's kernel hands to its commands."""
    bin_first = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {
        **os.environ,
        "PATH": bin_first,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture(scope="module")
def warm(environment) -> Iterator[Warm]:
    made = Warm()
    made.start(environment)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def spare(environment) -> Iterator[Spare]:
    made = Spare()
    made.start(environment)
    yield made
    made.stop()


@pytest.fixture
def run(monkeypatch, warm, spare) -> Callable[..., Ended]:
    """Run a line in a way; give the exit code and what was printed."""
    monkeypatch.setattr(ways, "_warm", lambda: warm)
    monkeypatch.setattr(ways, "_spare", lambda: spare)

    def run_it(way: str, line: str, folder: Path, environment: dict[str, str]) -> Ended:
        monkeypatch.setenv(ways.CHOICE, way)
        printed: list[str] = []
        return ways.run(line, folder, environment, printed.append), "".join(printed)

    return run_it


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of a workspace whose env.py does what act.py says."""
    (tmp_path / MARKER).touch()
    (tmp_path / "migrations" / "versions").mkdir(parents=True)
    (tmp_path / "migrations" / "env.py").write_text(ENV, encoding="utf-8")
    (tmp_path / "alembic.ini").write_text(
        "[alembic]\nscript_location = migrations\nprepend_sys_path = .\n", encoding="utf-8"
    )
    (tmp_path / "act.py").write_text("print('migrated')", encoding="utf-8")
    return tmp_path


def act(project: Path, code: str) -> None:
    (project / "act.py").write_text(code, encoding="utf-8")


CASES = {
    "both streams": "import sys\nprint(1)\nprint(2, file=sys.stderr)\nprint(3)",
    "an error of Python": "raise ValueError('a\\nb')",
    "an error with a cause": (
        "try:\n    1 / 0\nexcept Exception as error:\n    raise OSError('x') from error"
    ),
    "an error of Alembic": "from alembic.util import CommandError\nraise CommandError('no')",
    "sys.exit with a text": "import sys\nsys.exit('stopped')",
    "sys.exit with a number": "import sys\nsys.exit(7)",
    "no UTF-8": "import sys\nsys.stdout.buffer.write(b'\\xff\\xfe\\n')\nsys.stdout.flush()",
    "carriage returns": "import sys\nsys.stdout.write('a\\rb\\r\\n')",
    "no line end": "print('end', end='')",
    "Hangul": "print('테이블')",
    "reading standard input": "print(input())",
    "another module": "import models\nprint(models.NAME)",
    "packages without __init__.py": "import catalog.tables.users as users\nprint(users.NAME)",
    "the arguments": "import sys\nprint(sys.argv[1:], __name__)",
    "the program": "import sys\nprint(sys.modules['__main__'].__name__, sys.argv[0][-7:])",
    "the import path": "import sys\nprint(sys.path.count('.'), '' in sys.path)",
    "a warning": "import warnings\nwarnings.warn('careful', UserWarning)",
    "logging": "import logging\nlogging.basicConfig(level='INFO')\nlogging.info('x')",
    "encoding": "import sys\nprint(sys.stdout.encoding, sys.stderr.errors)",
    "a thread that ends later": (
        "import threading, time\n"
        "threading.Thread(target=lambda: (time.sleep(0.2), print('late'))).start()"
    ),
    "work at the exit": "import atexit\natexit.register(print, 'bye')",
    "a process of its own": (
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'print(5)'], check=True)"
    ),
    "a fork": (
        "import os\npid = os.fork()\nif not pid:\n    os._exit(0)\nos.waitpid(pid, 0)\nprint(1)"
    ),
    "a sudden end": "import os\nprint('x', flush=True)\nos._exit(9)",
    "a signal": "import os\nos.kill(os.getpid(), 15)",
}
PROCESSES_ALONE = ("a fork", "a sudden end", "a signal", "the program", "work at the exit")
"""Cases that mean a process of their own: in this interpreter they would end it, or come late."""

IN_A_PROCESS_ONLY = (*PROCESSES_ALONE, "a thread that ends later", "reading standard input")
WHERE_THE_STREAM_IS = ("no UTF-8", "encoding", "a process of its own")
"""Cases that look at the file behind a stream; in this interpreter there is none."""


@pytest.mark.parametrize("case", CASES)
def test_each_way_prints_and_ends_as_a_process_of_its_own(case, project, run, environment):
    (project / "models.py").write_text("NAME = 'models'", encoding="utf-8")
    (project / "catalog" / "tables").mkdir(parents=True)
    (project / "catalog" / "tables" / "users.py").write_text("NAME = 'users'", encoding="utf-8")
    act(project, CASES[case])
    wanted = run("process", "alembic current", project, environment)
    assert run("fork", "alembic current", project, environment) == wanted
    assert run("spare", "alembic current", project, environment) == wanted
    if case not in (*IN_A_PROCESS_ONLY, *WHERE_THE_STREAM_IS):
        assert run("here", "alembic current", project, environment) == wanted


@pytest.mark.parametrize("way", QUICK)
def test_ten_megabytes(way, project, run, environment):
    act(project, "for n in range(100_000):\n    print('x' * 99)")
    code, printed = run(way, "alembic current", project, environment)
    assert (code, len(printed), set(printed)) == (0, 10_000_000, {"x", "\n"})


@pytest.mark.parametrize("way", QUICK)
def test_the_same_revision_by_the_same_words(way, project, run, environment):
    line = "alembic revision -m '사용자 테이블; 하나'"
    (project / "migrations" / "script.py.mako").write_text(
        "revision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\n"
    )
    wanted = run("process", line, project, environment)
    [made] = (project / "migrations" / "versions").iterdir()
    made.unlink()
    assert run(way, line, project, environment) == wanted
    assert made.exists()


@pytest.mark.parametrize("way", QUICK)
def test_what_changed_a_moment_ago_counts(way, project, run, environment):
    act(project, "import os, models\nprint(models.NAME, os.environ.get('SHOP'))")
    # Python's own cache takes a file of the same second and the same size for the same.
    for name in ("one", "another"):
        (project / "models.py").write_text(f"NAME = {name!r}", encoding="utf-8")
        values = {**environment, "SHOP": name}
        assert run(way, "alembic current", project, values) == (0, f"{name} {name}\n")
    assert "models" not in sys.modules
    assert "SHOP" not in os.environ


@pytest.mark.parametrize("way", QUICK)
def test_a_command_that_fails_leaves_no_lock(way, project, run, environment):
    locking = """
import sqlite3
connection = sqlite3.connect("shop.db", timeout=0)
connection.execute("CREATE TABLE users (id INTEGER)")
connection.execute("INSERT INTO users VALUES (1)")
def use():
    return connection
raise ValueError("stopped in the middle")
"""
    locked = 'import sqlite3\nsqlite3.connect("shop.db", timeout=0).execute("BEGIN IMMEDIATE")'
    act(project, locking)
    gc.disable()
    try:
        code, said = run(way, "alembic current", project, environment)
        assert (code, said.splitlines()[-1]) == (1, "ValueError: stopped in the middle")
        act(project, locked)
        assert run(way, "alembic current", project, environment) == (0, "")
    finally:
        gc.enable()


@pytest.mark.parametrize("way", QUICK)
def test_another_folder_and_another_settings_file(way, project, run, environment):
    below = project / "catalog"
    below.mkdir()
    (below / "act.py").write_text("print('catalog')", encoding="utf-8")
    (below / "own.ini").write_text("[alembic]\nscript_location = %(here)s/../migrations\n")
    here = Path.cwd()
    assert run(way, "alembic -c own.ini current", below, environment) == (0, "catalog\n")
    assert Path.cwd() == here


def test_a_variable_that_python_reads_when_it_starts(project, run, environment):
    act(project, "import sys\nprint(sys.flags.optimize)")
    values = {**environment, "PYTHONOPTIMIZE": "1"}
    assert run("fork", "alembic current", project, values) == (0, "1\n")
    assert run("fork", "alembic current", project, environment) == (0, "0\n")


def test_two_commands_at_once(project, run, environment, monkeypatch):
    act(project, "import time\nprint('a')\ntime.sleep(0.5)\nprint('b')")
    monkeypatch.setenv(ways.CHOICE, "fork")
    run("fork", "alembic current", project, environment)
    ended: list[Ended] = []

    def one() -> None:
        printed: list[str] = []
        code = ways.run("alembic current", project, environment, printed.append)
        ended.append((code, "".join(printed)))

    started = time.monotonic()
    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == [(0, "a\nb\n")] * 2
    assert time.monotonic() - started < 0.95


@pytest.mark.parametrize("way", ["process", "fork", "spare"])
def test_an_interrupt_ends_a_command_once(way, project, run, environment):
    act(project, "print('begun', flush=True)\nimport time\ntime.sleep(60)")
    [code, printed] = interrupted(run, way, project, environment)
    assert printed == "begun\nKeyboardInterrupt\n"
    assert code == -signal.SIGINT


@pytest.mark.parametrize("way", ["process", "fork"])
def test_a_command_that_heeds_no_interrupt_is_ended_by_the_second(way, project, run, environment):
    act(
        project,
        "import time\nprint('begun', flush=True)\n"
        "while True:\n    try:\n        time.sleep(60)\n"
        "    except KeyboardInterrupt:\n        print('never', flush=True)",
    )
    [code, printed] = interrupted(run, way, project, environment, times=2)
    assert printed.startswith("begun\nnever\n")
    assert code == -signal.SIGTERM


def interrupted(run, way, project, environment, times=1) -> Ended:
    """Run the project's command, and interrupt this process once it has begun."""
    begun = threading.Event()
    monitor = threading.Thread(target=interrupt, args=(begun, times))
    old = signal.signal(signal.SIGINT, signal.default_int_handler)
    printed: list[str] = []

    def hear(text: str) -> None:
        printed.append(text)
        begun.set()

    try:
        run(way, "alembic --version", project, environment)
        monitor.start()
        code = ways.run("alembic current", project, environment, hear)
    finally:
        signal.signal(signal.SIGINT, old)
        monitor.join()
    return code, "".join(printed)


def interrupt(begun: threading.Event, times: int) -> None:
    begun.wait(20)
    for _ in range(times):
        time.sleep(0.5)
        signal.raise_signal(signal.SIGINT) if os.name == "nt" else os.kill(
            os.getpid(), signal.SIGINT
        )


def test_a_warm_process_that_was_killed_is_started_anew(project, run, environment, warm):
    run("fork", "alembic current", project, environment)
    before = warm.pid
    os.kill(before, signal.SIGKILL)
    assert run("fork", "alembic current", project, environment) == (0, "migrated\n")
    assert warm.pid != before


def test_a_warm_process_killed_in_the_middle_lets_the_command_end(project, run, environment, warm):
    act(project, "import time\nprint('a', flush=True)\ntime.sleep(1)\nprint('b')")
    run("fork", "alembic --version", project, environment)
    threading.Timer(0.5, os.kill, (warm.pid, signal.SIGKILL)).start()
    assert run("fork", "alembic current", project, environment) == (0, "a\nb\n")
    assert run("fork", "alembic --version", project, environment)[0] == 0


def test_without_a_fork_a_process_of_its_own_does_the_same(project, run, environment, monkeypatch):
    def none(*_arguments: object) -> None:
        raise CannotForkError("Cannot allocate memory")

    monkeypatch.setattr(Warm, "fork", none)
    assert run("fork", "alembic current", project, environment) == (0, "migrated\n")


def test_a_warm_process_that_sleeps_and_wakes_goes_on(project, run, environment, warm):
    run("fork", "alembic --version", project, environment)
    os.kill(warm.pid, signal.SIGSTOP)
    threading.Timer(1, os.kill, (warm.pid, signal.SIGCONT)).start()
    assert run("fork", "alembic current", project, environment) == (0, "migrated\n")


def test_ten_kernels_at_once(project, environment):
    made = [Warm() for _ in range(10)]
    try:
        for warm in made:
            warm.start(environment)
        printed: list[str] = []
        for warm in made:
            assert warm.run(["current"], project, environment, printed.append) == 0
        assert "".join(printed) == "migrated\n" * 10
    finally:
        for warm in made:
            warm.stop()
    assert all(warm.pid is None for warm in made)


def test_the_warm_process_ends_with_the_one_that_started_it(environment):
    code = (
        "import os, sys\nfrom course.running.fork import Warm\n"
        "warm = Warm(); warm.start(dict(os.environ)); print(warm.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)"
    )
    printed: list[str] = []
    root = Path(__file__).parents[2]
    process.run([sys.executable, "-c", code], root, environment, printed.append)
    pid = int("".join(printed))
    assert gone(pid), "it is still there"


def gone(pid: int) -> bool:
    until = time.monotonic() + 15
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("alembic upgrade head", ["upgrade", "head"]),
        ('alembic revision -m "a; b & c"', ["revision", "-m", "a; b & c"]),
        ("alembic downgrade -1", ["downgrade", "-1"]),
        ("alembic -x db=staging current", ["-x", "db=staging", "current"]),
        ("alembic upgrade head > up.sql", None),
        ("alembic current && alembic history", None),
        ("alembic upgrade $REV", None),
        ('alembic revision -m "$NAME"', None),
        ("alembic history | cat", None),
        ("alembic show *", None),
        ("PYTHONUTF8=1 alembic current", None),
        ("python -m alembic current", None),
        ("alembic revision -m 'open", None),
    ],
)
def test_which_lines_are_plain_commands(line, words):
    assert alembic_words(line) == words
