"""`doctor`: what is wrong with this machine, and the mend."""

import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from rich.console import Console

from course import surroundings
from course.command.committed import saved_over, shortened
from course.command.language import say
from course.command.programs import chromium, postgresql
from course.command.reset import said_of
from course.contents import Course
from course.disk import WORKSPACE_MB, free_mb
from course.lesson.working_folder import old_folders
from course.virtualenv import RECORD
from course.workspace import make_workspace, workspace

KERNEL_TIMEOUT = 60
IN_KERNEL = """
from IPython import get_ipython
from course.lesson.kernel import prepare
prepare(get_ipython(), "en")
get_ipython().system("alembic --version")
"""


@dataclass(frozen=True)
class Finding:
    """What one look found: `state` is fine, wrong or note; the rest are phrases, filled in."""

    state: str
    words: str
    mend: str | None = None


@dataclass(frozen=True)
class Machine:
    """What is looked at: the course as it stands on this machine, in the learner's language."""

    course: Course
    lang: str

    def words(self, key: str, **values: object) -> str:
        """Give a phrase below `doctor`."""
        return say(f"doctor.{key}", self.lang, **values)


def examine(course: Course, lang: str) -> int:
    """Print what each look finds; give 1 if something is wrong, else 0."""
    machine = Machine(course, lang)
    words = machine.words
    console = Console(highlight=False, markup=False)
    styles = {"fine": "green", "wrong": "bold red", "note": "dim"}
    wrong = 0
    for look in LOOKS:
        for finding in look(machine):
            wrong += finding.state == "wrong"
            console.print(f"[{words(finding.state)}]", style=styles[finding.state], end=" ")
            console.print(finding.words, soft_wrap=True)
            if finding.mend is not None:
                console.print(f"    {words('mend', mend=finding.mend)}", soft_wrap=True)
    old = old_folders(course.root)
    if old.are_much:
        console.print(f"[{words('note')}]", style=styles["note"], end=" ")
        console.print(said_of(old, lang), soft_wrap=True)
    if not wrong:
        console.print(words("all_fine"))
    return 1 if wrong else 0


def _python(machine: Machine) -> Iterator[Finding]:
    version = platform.python_version()
    yield Finding("fine", machine.words("python", version=version, path=sys.executable))
    ours = Path(sys.prefix, RECORD).exists()
    yield Finding(
        "fine", machine.words("environment" if ours else "environment_own", folder=sys.prefix)
    )


def _surroundings(machine: Machine) -> Iterator[Finding]:
    """Say which variables of the learner's shell are left out in everything that we start."""
    names = surroundings.left_out(os.environ)
    if names:
        reasons = [
            f"{name} ({machine.words(f'steers.{surroundings.kind(name)}')})" for name in names
        ]
        yield Finding("note", machine.words("left_out", names=", ".join(reasons)))


def _packages(machine: Machine) -> Iterator[Finding]:
    lines = (machine.course.root / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line[:1].isalnum()]
    pins = [pin for pin in pins if pin.marker is None or pin.marker.evaluate()]
    installed = {pin.name: _there(pin) for pin in pins}
    differ = [
        f"{pin.name} ({installed[pin.name] or '-'})"
        for pin in pins
        if not _fits(pin, installed[pin.name])
    ]
    if not differ:
        yield Finding("fine", machine.words("packages", count=len(pins)))
        return
    mend = machine.words("packages_mend", python=sys.executable)
    yield Finding("wrong", machine.words("packages_differ", names=", ".join(differ)), mend)


def _there(pin: Requirement) -> str | None:
    try:
        return metadata.version(pin.name)
    except metadata.PackageNotFoundError:
        return None


def _fits(pin: Requirement, version: str | None) -> bool:
    return version is not None and pin.specifier.contains(version, prereleases=True)


def _workspace(machine: Machine) -> Iterator[Finding]:
    place = workspace(machine.course.root)
    try:
        make_workspace(machine.course.root)
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"course")
    except OSError as error:
        why = error.strerror or error
        problem = machine.words("workspace_unwritable", folder=place, why=why)
        yield Finding("wrong", problem, machine.words("workspace_mend"))
        return
    free = free_mb(place)
    if free < WORKSPACE_MB:
        problem = machine.words("disk_low", folder=place, free=free)
        yield Finding("wrong", problem, machine.words("disk_mend", needed=WORKSPACE_MB))
        return
    yield Finding("fine", machine.words("workspace", folder=place, free=free))


def _kernelspec(machine: Machine) -> Iterator[Finding]:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    mend = machine.words("kernelspec_mend", python=sys.executable)
    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        yield Finding("wrong", machine.words("kernelspec_missing"), mend)
        return
    # A bare `python` in a kernel's command stands for the interpreter that starts it.
    python = spec.argv[0]
    if Path(python).name != python and not _same_environment(python):
        problem = machine.words("kernelspec_other", python=python, folder=spec.resource_dir)
        yield Finding("wrong", problem, mend)
    else:
        yield Finding("fine", machine.words("kernelspec"))


def _same_environment(python: str) -> bool:
    return Path(python).parent.resolve() == Path(sys.executable).parent.resolve()


def _versions(machine: Machine) -> Iterator[Finding]:
    names = {name: metadata.version(name) for name in ("alembic", "sqlalchemy")}
    yield Finding("note", machine.words("versions", sqlite=sqlite3.sqlite_version, **names))


def _kernel(machine: Machine) -> Iterator[Finding]:
    from jupyter_client.manager import start_new_kernel

    heard = []

    def hear(message: dict[str, Any]) -> None:
        if message["msg_type"] == "stream":
            heard.append(message["content"]["text"])

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            manager, client = start_new_kernel(
                startup_timeout=KERNEL_TIMEOUT,
                cwd=folder,
                env=surroundings.cleaned(os.environ),
                stderr=subprocess.DEVNULL,
            )
            try:
                client.execute_interactive(IN_KERNEL, timeout=KERNEL_TIMEOUT, output_hook=hear)
            finally:
                client.stop_channels()
                manager.shutdown_kernel(now=True)
        except (OSError, RuntimeError, TimeoutError) as error:
            heard.append(str(error))
    printed = " ".join("".join(heard).split())
    if printed == f"alembic {metadata.version('alembic')}":
        yield Finding("fine", machine.words("kernel", version=printed))
    else:
        yield Finding(
            "wrong",
            machine.words("kernel_wrong", said=printed or "-"),
            machine.words("kernel_mend"),
        )


def _system(machine: Machine) -> Iterator[Finding]:
    for name, path in (("Chromium", chromium()), ("PostgreSQL", postgresql())):
        key = "system_missing" if path is None else "system_found"
        yield Finding("note", machine.words(key, name=name, path=path))


def _notebooks(machine: Machine) -> Iterator[Finding]:
    changed = saved_over(machine.course)
    if changed:
        words = say("notebooks.changed", machine.lang, names=shortened(changed))
        yield Finding("note", words, say("notebooks.mend", machine.lang))


LOOKS = (
    _python,
    _surroundings,
    _packages,
    _workspace,
    _kernelspec,
    _versions,
    _kernel,
    _system,
    _notebooks,
)
