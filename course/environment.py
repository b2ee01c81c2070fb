"""The first step of every command: a Python that has the course's packages. Standard library only.

Which Python that is:

- the running one, if it belongs to an environment (venv, uv, conda) that the learner made, every
  package of requirements.in is installed there, and the course is installed from this checkout:
  it is used as it is;
- else that of `.venv` at the top of the checkout, which is made, completed and repaired here.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from course import disk, setup_problem
from course.packages import lacking_packages
from course.process import locked, run
from course.setup_problem import SetupProblem
from course.virtualenv import EXTRAS, LEARNERS, RECORD, VirtualEnv

MAKE_VENV = ("-m", "venv")
INSTALL = ("-m", "pip", "install", "--disable-pip-version-check", "--no-user", "-r")


Tell = Callable[..., None]
"""Tells the learner a phrase: its key below `setup`, and the values that are filled in."""


def make_ready(root: Path, tell: Tell) -> Path:
    """Give the interpreter to run in, after making or repairing `.venv` where that is needed.

    `tell` is called for each thing worth saying. Raises SetupProblem, and KeyboardInterrupt when
    the learner stops it.
    """
    if is_learners_own(root):
        return Path(sys.executable)
    venv = VirtualEnv(root)
    try:
        if (state := venv.state()) != "ready":
            if venv.folder.is_symlink() and state not in ("missing", "changed"):
                raise SetupProblem("linked", link=venv.folder, target=venv.folder.resolve())
            venv.folder.mkdir(exist_ok=True)
            with locked(venv.lock, lambda: tell("waiting")) as lock:
                # Another process may have done it while this one waited.
                if (state := venv.state()) != "ready":
                    _set_up(venv, state, lock, tell)
    except OSError as error:
        raise setup_problem.of_file(error, root) from error
    return venv.python


def add_packages(root: Path, tell: Tell, extra: str) -> None:
    """See to the packages of one of EXTRAS in the running environment.

    In `.venv` they are installed when they are missing or others than its lock names; an
    environment of the learner's own must have them. Raises SetupProblem.
    """
    requirements = EXTRAS[extra]
    if is_learners_own(root):
        if lacking := lacking_packages(root, Path(requirements).with_suffix(".in").name):
            raise SetupProblem("extra_own", names=", ".join(lacking), file=requirements)
        return
    venv = VirtualEnv(root)
    try:
        if extra in venv.extras():
            return
        with locked(venv.lock, lambda: tell("waiting")) as lock:
            if extra not in (there := venv.extras()):
                tell(extra, needed=disk.EXTRAS_MB[extra])
                _bring_up_to_date(venv, requirements, lock)
                venv.record_finished({*there, extra})
                tell("extra_done")
    except OSError as error:
        raise setup_problem.of_file(error, root) from error


def is_learners_own(root: Path) -> bool:
    """Tell whether the running Python's environment is the learner's own and has everything."""
    own = sys.prefix != sys.base_prefix or Path(sys.prefix, "conda-meta").is_dir()
    return own and not Path(sys.prefix, RECORD).exists() and has_packages(root)


def has_packages(root: Path) -> bool:
    """Tell whether the running Python has each package of requirements.in, and this checkout."""
    from importlib import metadata

    try:
        origin = metadata.distribution("alembic-course").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return False
    here = origin is not None and json.loads(origin)["url"] == root.as_uri()
    return here and not lacking_packages(root, "requirements.in")


def _set_up(venv: VirtualEnv, state: str, lock: int, tell: Tell) -> None:
    venv.digest(LEARNERS)  # a checkout that lacks a file is found before anything is changed
    anew = state not in ("unknown", "changed") or not venv.has_pip()
    tell(state, needed=disk.SETUP_MB)
    if anew:
        _make(venv, lock)
        try:
            _install(venv, LEARNERS[0], lock)
        except SetupProblem as problem:
            if problem.key == "disk_full":
                venv.clear()
            raise
    else:
        _bring_up_to_date(venv, LEARNERS[0], lock)
    venv.record_finished()
    tell("done")


def _bring_up_to_date(venv: VirtualEnv, requirements: str, lock: int) -> None:
    """Install over what stands; it stays in use for the next try when pip itself gives up.

    pip downloads and builds everything before it installs anything, so an error of its own leaves
    the environment whole; a full disk, a signal or a crash may not.
    """
    before = venv.record_unfinished()
    try:
        _install(venv, requirements, lock)
    except SetupProblem as problem:
        if problem.key in ("no_network", "no_wheel", "pip_failed"):
            venv.restore_record(before)
        raise


def _make(venv: VirtualEnv, lock: int) -> None:
    from importlib.util import find_spec

    if find_spec("venv") is None or find_spec("ensurepip") is None:
        raise SetupProblem("no_venv", version=f"{sys.version_info[0]}.{sys.version_info[1]}")
    venv.record_unfinished()
    venv.clear()
    # A venv made from within a venv must not hang on the outer one, which may be this very .venv.
    base = getattr(sys, "_base_executable", sys.executable)
    code, printed = run([base, *MAKE_VENV, str(venv.folder)], venv.root, lock, shown=False)
    if code != 0:
        raise setup_problem.of_venv(printed, venv.root)


def _install(venv: VirtualEnv, requirements: str, lock: int) -> None:
    command = [str(venv.python), *INSTALL, requirements]
    code, printed = run(command, venv.root, lock, shown=True)
    if code != 0:
        raise setup_problem.of_pip(code, printed, venv.root)
