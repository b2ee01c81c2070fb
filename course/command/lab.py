"""`lab`: JupyterLab on the learner's own copies, with what they add to its arguments."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from course import disk
from course.command.installing import install
from course.command.language import say, taken_out
from course.command.problem import CommandProblem
from course.contents import ROOT, Course
from course.desk import copies, start_page
from course.lesson import progress
from course.process import take_over
from course.workspace import make_workspace, workspace

SETTINGS = Path(__file__).with_name("jupyterlab")
PANEL = ROOT / "course" / "panel" / "front" / "share" / "jupyter" / "labextensions"
WITH = "--with"
OFFERED = ("postgresql", "application")
"""What `--with` can install; only the lessons that say so need it."""
ALLOW_ROOT = "--ServerApp.allow_root=True"


def open_lab(course: Course, lang: str, arguments: Sequence[str]) -> int:
    """Bring the learner's copies up to date, and run JupyterLab on them in this process's place.

    `--with NAME` installs first what some lessons need, one of OFFERED; other arguments go on to
    JupyterLab as they are. Raises CommandProblem when that cannot be installed.
    """
    wanted, arguments = with_extras(arguments, lang)
    for extra in wanted:
        install(course.root, extra, lang)
    # So that `alembic` is found in JupyterLab's terminals as it is in notebooks.
    here = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join([here, os.environ.get("PATH", os.defpath)])
    if "COURSE_WORKSPACE" in os.environ:
        # JupyterLab and its kernels run in other folders than this process.
        os.environ["COURSE_WORKSPACE"] = str(workspace(course.root))
    for line in lay_out(course, lang):
        print(line, file=sys.stderr)
    own = own_arguments(course, lang, arguments)
    if ALLOW_ROOT in own:
        print(say("lab.root", lang), file=sys.stderr, flush=True)
    return take_over([sys.executable, "-m", "jupyterlab", *own, *arguments], folder=course.root)


def with_extras(arguments: Sequence[str], lang: str) -> tuple[list[str], list[str]]:
    """Give what `--with` asks for, and the other arguments. Raises CommandProblem."""
    wanted, others = taken_out(arguments, WITH)
    for name in wanted:
        if name not in OFFERED:
            line = say("lab.with", lang, name=name, known=", ".join(OFFERED))
            raise CommandProblem(line, exit_code=2)
    return wanted, others


def lay_out(course: Course, lang: str) -> list[str]:
    """Make the learner's copies and the start page, or bring them up to date; say what is new.

    Where nothing can be written, that is what it says: JupyterLab opens what is there.
    """
    lines = []
    try:
        place = make_workspace(course.root)
        news = copies.update(course, lang)
        lines += _said(course, news, lang)
        if moved := start_page.write(course, lang, progress.load(place)):
            lines.append(say("lab.page", lang, kept=moved))
    except OSError as error:
        lines.append(_problem(course, error, lang))
    else:
        if news.problem is not None:
            lines.append(_problem(course, news.problem, lang))
    return lines


def _said(course: Course, news: copies.News, lang: str) -> list[str]:
    titles = {entry.slug: f"{entry.number} · {entry.title[lang]}" for entry in course.lessons}
    lines = [say("lab.spoiled", lang, copy=copy, kept=kept) for copy, kept in news.spoiled]
    for kind in ("added", "revised", "removed"):
        if slugs := getattr(news.update, kind):
            lessons = ", ".join(titles.get(slug, slug) for slug in slugs)
            lines.append(say(f"lab.{kind}", lang, lessons=lessons))
    if news.kept:
        lessons = ", ".join(titles[entry.slug] for entry in news.kept)
        lines.append(say("lab.kept", lang, lessons=lessons, number=news.kept[0].number))
    return lines


def _problem(course: Course, error: OSError, lang: str) -> str:
    key = "disk_full" if disk.is_full(error) else "unwritable"
    where = error.filename or workspace(course.root)
    return say(f"lab.{key}", lang, where=where, why=error.strerror or error)


def own_arguments(course: Course, lang: str, arguments: Sequence[str]) -> list[str]:
    """Give what the course asks of JupyterLab, without what the learner's arguments set.

    JupyterLab takes each setting once: two of a kind stop it. It refuses to run as root, who is
    everybody inside a container; at 127.0.0.1 and behind a token that may be.
    """
    folder, page = _opened(course, lang)
    root = ("root_dir", "notebook-dir")
    own = {
        ("ip",): "--ServerApp.ip=127.0.0.1",
        root: f"--ServerApp.root_dir={folder}",
        ("default_url", *root): f"--LabApp.default_url=/lab{page}",
        ("app_settings_dir",): f"--LabApp.app_settings_dir={SETTINGS / lang}",
        ("extra_labextensions_path",): f"--LabServerApp.extra_labextensions_path={PANEL}",
    }
    if _is_root():
        own["allow_root", "allow-root"] = ALLOW_ROOT
    given = {argument.lstrip("-").split("=")[0].split(".")[-1] for argument in arguments}
    return [setting for names, setting in own.items() if given.isdisjoint(names)]


def _opened(course: Course, lang: str) -> tuple[Path, str]:
    """Give the folder that JupyterLab shows, and below `/lab` what it opens first.

    That is the start page; where none could be written, the first copy; without it the committed
    notebook.
    """
    first = course.lessons[0]
    copy = copies.Shelf(course, lang, solved=False).path(first)
    mine = workspace(course.root)
    for folder, path in (
        (mine, start_page.page(course, lang)),
        (mine, copy),
        (course.root, first.notebook(lang, solved=False)),
    ):
        if path.is_file():
            return folder, f"/tree/{quote(path.relative_to(folder).as_posix())}"
    return course.root, ""


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0
