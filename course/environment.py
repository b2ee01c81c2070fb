"""The first step of every command: a Python that has the course's packages. Standard library only.

Which Python that is:

- the running one, if it belongs to an environment (venv, uv, conda) that the learner made, every
  package of requirements.in is installed there, and the course is installed from this checkout:
  it is used as it is;
- else that of `.venv` at the top of the checkout, which is made, completed and repaired here.

`.venv/course.json` records what was installed. It says `complete: false` while an installation
runs: pip takes a package that is half installed for installed, so an installation that did not
finish is done again from nothing.
"""

import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORD = "course.json"
LOCK = "course.lock"
NEEDED_MB = 800
MAKE_VENV = ("-m", "venv")
INSTALL = ("-m", "pip", "install", "--disable-pip-version-check", "-r", "requirements.txt")

DISK_FULL = ("No space left on device", "not enough space on the disk", "Disk quota exceeded")
NO_NETWORK = (
    "connection broken by",
    "ConnectionError",
    "Max retries exceeded",
    "getaddrinfo failed",
    "name resolution",
    "timed out",
    "CERTIFICATE_VERIFY_FAILED",
)

Tell = Callable[..., None]


class SetupProblem(Exception):
    """Something on this machine stops the set-up; `key` names its phrase below `setup`."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Make the environment ready and run the command in it; give the exit code.

    On POSIX the command takes this process's place, so that signals and the exit code are its own.
    """

    def tell(key: str, **values: object) -> None:
        from course.command.language import choose, say

        lang = choose(arguments, os.environ)
        print(say(f"setup.{key}", lang, **values), file=sys.stderr, flush=True)

    try:
        python = make_ready(root, tell)
    except SetupProblem as problem:
        tell(problem.key, **problem.values)
        return 1
    except KeyboardInterrupt:
        tell("interrupted")
        return 130
    if Path(sys.prefix) == python.parent.parent:
        from course.command.run import run

        return run(arguments)
    return take_over([str(python), "-m", "course.command", *arguments])


def take_over(command: Sequence[str], folder: Path | None = None) -> int:
    """Run a command in this process's place; on Windows, which cannot, as a child."""
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name != "nt":
        os.chdir(folder or os.curdir)
        os.execv(command[0], command)
    child = subprocess.Popen(command, cwd=folder)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


def make_ready(root: Path, tell: Tell) -> Path:
    """Give the interpreter to run in, after making or repairing `.venv` where that is needed.

    `tell` is called with the key of a phrase below `setup` for each thing worth saying.
    Raises SetupProblem, and KeyboardInterrupt when the learner stops it.
    """
    if is_learners_own(root):
        return Path(sys.executable)
    venv = root / ".venv"
    try:
        if state(root) != "ready":
            with _locked(venv, tell) as lock:
                found = state(root)
                if found != "ready":
                    _set_up(root, found, lock, tell)
    except OSError as error:
        raise _file_problem(error, root) from error
    return python_of(venv)


def is_learners_own(root: Path) -> bool:
    """Tell whether the running Python's environment is the learner's own and has everything."""
    own = sys.prefix != sys.base_prefix or Path(sys.prefix, "conda-meta").is_dir()
    return own and not Path(sys.prefix, RECORD).exists() and has_packages(root)


def has_packages(root: Path) -> bool:
    """Tell whether the running Python has each package of requirements.in, and this checkout."""
    from importlib import metadata

    try:
        for name in chosen_packages(root):
            metadata.version(name)
        origin = metadata.distribution("alembic-course").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return False
    return origin is not None and json.loads(origin)["url"] == root.as_uri()


def chosen_packages(root: Path) -> list[str]:
    """Give the names of the packages in requirements.in, without the checkout itself."""
    import re

    lines = (root / "requirements.in").read_text(encoding="utf-8").splitlines()
    return [re.match(r"[\w.-]+", line)[0] for line in lines if re.match(r"\w", line)]


def python_of(venv: Path) -> Path:
    """Give the path of a virtual environment's interpreter."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def state(root: Path) -> str:
    """Say how `.venv` stands: ready, missing, unknown, unfinished, moved, orphaned or changed.

    unknown: not made here. moved: the checkout is in another place, and scripts in `.venv` name
    the old one. orphaned: the Python it was made from is gone or another. changed:
    requirements.txt or pyproject.toml is not the one that was installed.
    """
    venv = root / ".venv"
    try:
        record = json.loads((venv / RECORD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return "unknown" if (venv / "pyvenv.cfg").exists() else "missing"
    except ValueError:
        return "unfinished"
    if not record.get("complete"):
        return "unfinished"
    if record["checkout"] != str(root):
        return "moved"
    base = record["interpreter"]
    if not os.path.exists(python_of(venv)) or not os.path.exists(base) or base != _base(venv):
        return "orphaned"
    return "ready" if record["requirements"] == _digest(root) else "changed"


def _base(venv: Path) -> str:
    """The interpreter behind `.venv`; on Windows it has a copy of its own, so the recorded one."""
    if os.name != "nt":
        return os.path.realpath(python_of(venv))
    settings = (venv / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    values = dict(line.split(" = ", 1) for line in settings if " = " in line)
    return values.get("executable", "")


def _digest(root: Path) -> str:
    import hashlib

    texts = [(root / name).read_bytes() for name in ("requirements.txt", "pyproject.toml")]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def _write_record(root: Path, complete: bool) -> None:
    record = {"complete": complete, "checkout": str(root)}
    if complete:
        record["interpreter"] = _base(root / ".venv")
        record["requirements"] = _digest(root)
    new = root / ".venv" / f"{RECORD}.new"
    new.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    new.replace(root / ".venv" / RECORD)


def _set_up(root: Path, found: str, lock: int, tell: Tell) -> None:
    venv = root / ".venv"
    _digest(root)
    anew = found not in ("unknown", "changed") or not _has_pip(venv)
    tell(found, needed=NEEDED_MB)
    if anew:
        _make_venv(root, lock)
        try:
            _install(root, lock)
        except SetupProblem as problem:
            if problem.key == "disk_full":
                _clear(venv)
            raise
    else:
        _bring_up_to_date(root, lock)
    _write_record(root, complete=True)
    tell("done")


def _bring_up_to_date(root: Path, lock: int) -> None:
    """Install over what stands; it stays in use for the next try when pip itself gives up.

    pip downloads and builds everything before it installs anything, so an error of its own leaves
    the environment whole; a full disk, a signal or a crash may not.
    """
    record = root / ".venv" / RECORD
    before = record.read_bytes() if record.exists() else None
    _write_record(root, complete=False)
    try:
        _install(root, lock)
    except SetupProblem as problem:
        if problem.key in ("no_network", "pip_failed"):
            record.unlink()
            if before is not None:
                record.write_bytes(before)
        raise


def _has_pip(venv: Path) -> bool:
    code = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        tried = subprocess.run([python_of(venv), "-c", code], stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return tried.returncode == 0


def _make_venv(root: Path, lock: int) -> None:
    from importlib.util import find_spec

    if find_spec("venv") is None or find_spec("ensurepip") is None:
        raise SetupProblem("no_venv", version=f"{sys.version_info[0]}.{sys.version_info[1]}")
    venv = root / ".venv"
    _write_record(root, complete=False)
    _clear(venv)
    # A venv made from within a venv must not hang on the outer one, which may be this very .venv.
    code, said = _run([sys._base_executable, *MAKE_VENV, str(venv)], root, lock, shown=False)
    if code != 0:
        _raise_if_disk_full(said, root)
        raise SetupProblem("venv_failed", said=_last_line(said))


def _install(root: Path, lock: int) -> None:
    python = python_of(root / ".venv")
    code, said = _run([str(python), *INSTALL], root, lock, shown=True)
    if code == 0:
        return
    _raise_if_disk_full(said, root)
    if any(sign in said for sign in NO_NETWORK):
        raise SetupProblem("no_network")
    # A signal ends pip with a negative code.
    raise SetupProblem("pip_failed" if code > 0 else "pip_killed", code=code, said=_last_line(said))


def _run(command: Sequence[str], root: Path, lock: int, shown: bool) -> tuple[int, str]:
    """Run a command; give its exit code and what it wrote to stderr (with stdout, if not shown).

    The child holds the lock too: if this process is killed, nobody starts before it has ended.
    """
    process = subprocess.Popen(
        command,
        cwd=root,
        stdout=None if shown else subprocess.PIPE,
        stderr=subprocess.PIPE if shown else subprocess.STDOUT,
        text=True,
        errors="replace",
        pass_fds=() if os.name == "nt" else (lock,),
    )
    said = []
    try:
        for line in (process.stderr if shown else process.stdout) or ():
            said.append(line)
            if shown:
                sys.stderr.write(line)
        return process.wait(), "".join(said)
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise


def _clear(venv: Path) -> None:
    """Empty the folder but for the record and the lock, which must outlive an interruption."""
    for child in venv.iterdir():
        if child.name in (RECORD, LOCK):
            continue
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        else:
            child.unlink()


def _raise_if_disk_full(said: str, root: Path) -> None:
    folder = min((root, Path(tempfile.gettempdir())), key=_free_mb)
    if any(sign in said for sign in DISK_FULL) or _free_mb(folder) < 1:
        raise _disk_full(folder)


def _disk_full(folder: Path) -> SetupProblem:
    return SetupProblem("disk_full", folder=folder, free=_free_mb(folder), needed=NEEDED_MB)


def _free_mb(folder: Path) -> int:
    return shutil.disk_usage(folder).free // 2**20


def _file_problem(error: OSError, root: Path) -> SetupProblem:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _disk_full(root)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return SetupProblem("cannot_write", folder=root)
    return SetupProblem("file_problem", said=error)


def _last_line(said: str) -> str:
    errors = [line for line in said.splitlines() if line.lower().startswith("error:")]
    lines = errors or [line for line in said.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "-"


@contextmanager
def _locked(venv: Path, tell: Tell) -> Iterator[int]:
    venv.mkdir(exist_ok=True)
    with open(venv / LOCK, "a") as file:
        if not _try_lock(file.fileno()):
            tell("waiting")
            while not _try_lock(file.fileno()):
                time.sleep(0.2)
        yield file.fileno()


def _try_lock(file: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
