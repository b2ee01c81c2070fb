"""`lab`: JupyterLab on the first lesson, with what the learner adds to its arguments."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from course.command.language import say
from course.contents import Course
from course.process import take_over

SETTINGS = Path(__file__).with_name("jupyterlab")


def open_lab(course: Course, lang: str, arguments: Sequence[str]) -> int:
    """Run JupyterLab on the course in this process's place; arguments go on to it as they are."""
    # So that `alembic` is found in JupyterLab's terminals as it is in notebooks.
    here = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join([here, os.environ.get("PATH", os.defpath)])
    own = own_arguments(course, lang, arguments)
    if ALLOW_ROOT in own:
        print(say("lab.root", lang), file=sys.stderr, flush=True)
    return take_over([sys.executable, "-m", "jupyterlab", *own, *arguments], folder=course.root)


ALLOW_ROOT = "--ServerApp.allow_root=True"


def own_arguments(course: Course, lang: str, arguments: Sequence[str]) -> list[str]:
    """Give what the course asks of JupyterLab, without what the learner's arguments set.

    JupyterLab takes each setting once: two of a kind stop it. It refuses to run as root, who is
    everybody inside a container; at 127.0.0.1 and behind a token that may be.
    """
    first = course.lessons[0].notebook(lang, solved=False)
    place = f"/tree/{quote(first.relative_to(course.root).as_posix())}" if first.is_file() else ""
    own = {
        ("ip",): "--ServerApp.ip=127.0.0.1",
        ("root_dir", "notebook-dir"): f"--ServerApp.root_dir={course.root}",
        ("default_url",): f"--LabApp.default_url=/lab{place}",
        ("app_settings_dir",): f"--LabApp.app_settings_dir={SETTINGS / lang}",
    }
    if _is_root():
        own["allow_root", "allow-root"] = ALLOW_ROOT
    given = {argument.lstrip("-").split("=")[0].split(".")[-1] for argument in arguments}
    return [setting for names, setting in own.items() if given.isdisjoint(names)]


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0
