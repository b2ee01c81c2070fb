"""`doctor`: what is wrong with this machine, and the mend."""

import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from rich.console import Console

from course.command.language import say
from course.command.programs import chromium, free_mb, postgresql
from course.contents import Course, load_course
from course.environment import RECORD
from course.lesson.workspace import workspace

NEEDED_MB = 100
KERNEL_TIMEOUT = 60
IN_KERNEL = """
from IPython import get_ipython
from course.lesson.kernel import prepare
prepare(get_ipython(), "doctor", "en")
get_ipython().system("alembic --version")
"""


@dataclass(frozen=True)
class Finding:
    """What one look found: `state` is fine, wrong or note; the rest are phrases, filled in."""

    state: str
    words: str
    mend: str | None = None


def examine(lang: str) -> int:
    """Print what each look finds; give 1 if something is wrong, else 0."""

    def words(key: str, **values: object) -> str:
        return say(f"doctor.{key}", lang, **values)

    course = load_course()
    console = Console(highlight=False, markup=False)
    styles = {"fine": "green", "wrong": "bold red", "note": "dim"}
    wrong = 0
    for look in LOOKS:
        for finding in look(course, words):
            wrong += finding.state == "wrong"
            console.print(f"[{words(finding.state)}]", style=styles[finding.state], end=" ")
            console.print(finding.words, soft_wrap=True)
            if finding.mend is not None:
                console.print(f"    {words('mend', mend=finding.mend)}", soft_wrap=True)
    if not wrong:
        console.print(words("all_fine"))
    return 1 if wrong else 0


Words = Callable[..., str]


def _python(course: Course, words: Words) -> Iterator[Finding]:
    version = platform.python_version()
    yield Finding("fine", words("python", version=version, path=sys.executable))
    ours = Path(sys.prefix, RECORD).exists()
    yield Finding("fine", words("environment" if ours else "environment_own", folder=sys.prefix))


def _packages(course: Course, words: Words) -> Iterator[Finding]:
    lines = (course.root / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line[:1].isalnum()]
    pins = [pin for pin in pins if pin.marker is None or pin.marker.evaluate()]
    installed = {pin.name: _there(pin) for pin in pins}
    differ = [
        f"{pin.name} ({installed[pin.name] or '-'})"
        for pin in pins
        if not _fits(pin, installed[pin.name])
    ]
    if not differ:
        yield Finding("fine", words("packages", count=len(pins)))
        return
    mend = words("packages_mend", python=sys.executable)
    yield Finding("wrong", words("packages_differ", names=", ".join(differ)), mend)


def _there(pin: Requirement) -> str | None:
    try:
        return metadata.version(pin.name)
    except metadata.PackageNotFoundError:
        return None


def _fits(pin: Requirement, version: str | None) -> bool:
    return version is not None and pin.specifier.contains(version, prereleases=True)


def _workspace(course: Course, words: Words) -> Iterator[Finding]:
    room = workspace(course.root)
    try:
        room.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=room) as file:
            file.write(b"course")
    except OSError as error:
        why = error.strerror or error
        found = words("workspace_unwritable", folder=room, why=why)
        yield Finding("wrong", found, words("workspace_mend"))
        return
    free = free_mb(room)
    if free < NEEDED_MB:
        found = words("disk_low", folder=room, free=free)
        yield Finding("wrong", found, words("disk_mend", needed=NEEDED_MB))
        return
    yield Finding("fine", words("workspace", folder=room, free=free))


def _kernelspec(course: Course, words: Words) -> Iterator[Finding]:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    mend = words("kernelspec_mend", python=sys.executable)
    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        yield Finding("wrong", words("kernelspec_missing"), mend)
        return
    # A bare `python` in a kernel's command stands for the interpreter that starts it.
    python = spec.argv[0]
    if os.path.dirname(python) and not _same_environment(python):
        found = words("kernelspec_other", python=python, folder=spec.resource_dir)
        yield Finding("wrong", found, mend)
    else:
        yield Finding("fine", words("kernelspec"))


def _same_environment(python: str) -> bool:
    return Path(python).parent.resolve() == Path(sys.executable).parent.resolve()


def _versions(course: Course, words: Words) -> Iterator[Finding]:
    names = {name: metadata.version(name) for name in ("alembic", "sqlalchemy")}
    yield Finding("note", words("versions", sqlite=sqlite3.sqlite_version, **names))


def _kernel(course: Course, words: Words) -> Iterator[Finding]:
    from jupyter_client.manager import start_new_kernel

    said = []

    def hear(message: dict) -> None:
        if message["msg_type"] == "stream":
            said.append(message["content"]["text"])

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            manager, client = start_new_kernel(
                startup_timeout=KERNEL_TIMEOUT, cwd=folder, stderr=subprocess.DEVNULL
            )
            try:
                client.execute_interactive(IN_KERNEL, timeout=KERNEL_TIMEOUT, output_hook=hear)
            finally:
                client.stop_channels()
                manager.shutdown_kernel(now=True)
        except (OSError, RuntimeError, TimeoutError) as error:
            said.append(str(error))
    printed = " ".join("".join(said).split())
    if printed == f"alembic {metadata.version('alembic')}":
        yield Finding("fine", words("kernel", version=printed))
    else:
        yield Finding("wrong", words("kernel_wrong", said=printed or "-"), words("kernel_mend"))


def _system(course: Course, words: Words) -> Iterator[Finding]:
    for name, path in (("Chromium", chromium()), ("PostgreSQL", postgresql())):
        key = "system_missing" if path is None else "system_found"
        yield Finding("note", words(key, name=name, path=path))


def _notebooks(course: Course, words: Words) -> Iterator[Finding]:
    """Say which notebooks differ from the commit; a checkout without git has nothing to ask."""
    asked = ["git", "-c", "core.quotepath=off", "status", "--porcelain", "--", "notebooks"]
    try:
        answer = subprocess.run(asked, cwd=course.root, capture_output=True, text=True)
    except FileNotFoundError:
        return
    changed = [line[3:] for line in answer.stdout.splitlines() if line[:2] in (" M", " D")]
    if changed:
        yield Finding("note", words("notebooks_changed", names=", ".join(changed)))


LOOKS = (
    _python,
    _packages,
    _workspace,
    _kernelspec,
    _versions,
    _kernel,
    _system,
    _notebooks,
)
