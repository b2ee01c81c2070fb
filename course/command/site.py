"""`site`: the browser edition, built into a folder, and served on this machine."""

import signal
from pathlib import Path

from course import disk
from course.command.installing import install
from course.command.language import say
from course.command.problem import CommandProblem
from course.contents import Course

PLACE = ("build", "site")
"""Where it is built unless it is said, below the checkout."""


def make_site(
    course: Course, lang: str, to: Path | None, stick: Path | None, serve: bool, port: int
) -> int:
    """Build the site; write it into a zip, too, and serve it until Ctrl-C if that is asked for.

    Raises CommandProblem where the folder holds something else, where what it is made of cannot be
    had, where the zip cannot be written, and where the port is taken.
    """
    target = (to or course.root.joinpath(*PLACE)).absolute()
    if target.exists() and not _is_ours(target):
        raise CommandProblem(say("site.other", lang, path=target), exit_code=2)
    for extra in ("site", "application"):
        install(course.root, extra, lang)
    from course.site.build import build
    from course.site.runtime import NoRuntimeError, NotBuiltError

    print(say("site.building", lang), flush=True)
    try:
        build(course, target, course.root / "build" / "site-parts")
    except NoRuntimeError as error:
        key = "site.no_npm" if str(error) == "npm" else "site.no_runtime"
        raise CommandProblem(say(key, lang, said=error)) from None
    except NotBuiltError as error:
        raise CommandProblem(say("site.not_built", lang, said=error)) from None
    print(say("site.built", lang, path=target, size=round(disk.size_mb(target))), flush=True)
    if stick is not None:
        _write_stick(course, target, stick.absolute(), lang)
    return _serve(target, lang, port) if serve else 0


def _write_stick(course: Course, target: Path, file: Path, lang: str) -> None:
    from course.site.stick import write_stick

    if file.is_dir():
        raise CommandProblem(say("site.zip_folder", lang, path=file), exit_code=2)
    try:
        write_stick(course, target, file)
    except OSError as error:
        why = error.strerror or error
        raise CommandProblem(say("site.zip_failed", lang, path=file, why=why)) from None
    size = round(file.stat().st_size / 1e6)
    print(say("site.zipped", lang, path=file, size=size), flush=True)


def _is_ours(target: Path) -> bool:
    """Tell whether a folder is a site of an earlier build, or holds nothing."""
    return target.is_dir() and (
        (target / "jupyter-lite.json").is_file() or not any(target.iterdir())
    )


def _serve(target: Path, lang: str, port: int) -> int:
    from course.site.serving import serve

    def ready(address: str) -> None:
        print(say("site.ready", lang, address=address), flush=True)

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    try:
        serve(target, port, ready)
    except OSError as error:
        why = error.strerror or error
        raise CommandProblem(say("site.port", lang, port=port, why=why)) from None
    except KeyboardInterrupt:
        print(say("site.ended", lang))
    return 0
