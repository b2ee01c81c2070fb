"""`play`: a project to play with, on a page of its own."""

import shutil
import signal
import tempfile
import threading
import webbrowser
from pathlib import Path

from course.command.language import say
from course.command.problem import CommandProblem
from course.contents import Course
from course.project.errors import ProjectError

REFERENCE = ("alembic.ini", "migrations", "shop")
SETTINGS = ("alembic.ini", "pyproject.toml")


def play(course: Course, lang: str, path: Path | None, browser: bool, port: int) -> int:
    """Copy a project (without a path: the reference project) and serve it until Ctrl-C.

    Raises CommandProblem when there is nothing to play with, or the port is taken.
    """
    from course.playground.playground import Playground
    from course.playground.server import serve

    def ready(address: str) -> None:
        print(say("play.ready", lang, address=address), flush=True)
        if browser:
            # A browser in the terminal itself would not come back.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="course-play-", ignore_cleanup_errors=True) as room:
        try:
            source = _reference(course, Path(room)) if path is None else _folder(path, lang)
            serve(Playground(source, lang, Path(room, "room")), port, ready)
        except ProjectError as reason:
            raise CommandProblem(reason.words(lang), exit_code=2) from None
        except OSError as error:
            if not port:
                raise
            why = error.strerror or error
            raise CommandProblem(say("play.port", lang, port=port, why=why)) from None
        except KeyboardInterrupt:
            print(say("play.ended", lang))
    return 0


def _folder(path: Path, lang: str) -> Path:
    """Give the project's folder. Raises CommandProblem when there is none."""
    if not path.exists():
        raise CommandProblem(say("play.no_path", lang, path=path), exit_code=2)
    if path.is_dir():
        return path
    if path.name not in SETTINGS:
        raise CommandProblem(say("play.not_settings", lang, path=path), exit_code=2)
    return path.parent


def _reference(course: Course, room: Path) -> Path:
    """Lay out the reference project alone: the rest of the checkout is no part of it."""
    source = room / "shop"
    source.mkdir()
    for name in REFERENCE:
        there = course.root / name
        if there.is_dir():
            shutil.copytree(there, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(there, source / name)
    return source
