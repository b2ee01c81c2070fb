"""The commands with their arguments; what each one does is in a module of its own, loaded late.

What stands as help here is the key of a phrase below `help`, looked up when the language is known.
"""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperArgument, TyperGroup, TyperOption

from course.command.language import choose, say
from course.command.problem import CommandProblem

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


class Form(StrEnum):
    """How `review` reports."""

    TEXT = "text"
    JSON = "json"


def _known_language(context: typer.Context, value: str) -> str:
    """Give the language that was asked for, else the locale's. Raises CommandProblem."""
    usual = choose((), os.environ)
    known = context.obj.languages
    if value and value not in known:
        line = say("usage.language", usual, name=value, known=", ".join(known))
        raise CommandProblem(line, exit_code=2)
    return value or usual


Lang = Annotated[
    str, typer.Option("--lang", help="lang", callback=_known_language, show_default=False)
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="name", show_default=False)]
OneName = Annotated[str, typer.Argument(metavar="NAME", help="name", show_default=False)]
Names = Annotated[list[str] | None, typer.Argument(metavar="NAME", help="name", show_default=False)]


@app.command("lab", context_settings=PASS_ON)
def _lab(context: typer.Context, lang: Lang = "") -> int:
    from course.command.lab import open_lab

    return open_lab(context.obj, lang, context.args)


@app.command("test", context_settings=PASS_ON)
def _test(
    context: typer.Context,
    lang: Lang = "",
    everything: Annotated[bool, typer.Option("--all", help="test_all")] = False,
    system: Annotated[bool, typer.Option("--system", help="test_system")] = False,
    site: Annotated[bool, typer.Option("--site", help="test_site")] = False,
) -> int:
    from course.command.test import SITE, SYSTEM, run_tests

    groups = [name for name, asked in ((SYSTEM, system), (SITE, site)) if asked]
    return run_tests(context.obj, lang, groups, everything, context.args)


@app.command("progress")
def _progress(context: typer.Context, lang: Lang = "") -> int:
    from course.command.progress import show_progress

    return show_progress(context.obj, lang)


@app.command("reset")
def _reset(
    context: typer.Context,
    name: OneName = "",
    clean: Annotated[bool, typer.Option("--clean", help="reset_clean")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="reset_yes")] = False,
    lang: Lang = "",
) -> int:
    from course.command.reset import clean_up, reset_lesson

    if clean:
        return clean_up(context.obj, lang, name, yes)
    if not name:
        raise typer.TyperException(say("reset.name", lang))
    return reset_lesson(context.obj, lang, name)


@app.command("doctor")
def _doctor(context: typer.Context, lang: Lang = "") -> int:
    from course.command.doctor import examine

    return examine(context.obj, lang)


@app.command("review")
def _review(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="review_path")] = Path(),
    migrate: Annotated[bool, typer.Option("--migrate/--no-migrate", help="review_migrate")] = True,
    form: Annotated[Form, typer.Option("--format", help="review_format")] = Form.TEXT,
    lang: Lang = "",
) -> int:
    from course.command.review import review_project

    return review_project(lang, path, migrate, form is Form.TEXT)


@app.command("explain")
def _explain(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="ERROR", help="explain_error", show_default=False),
    ] = None,
    lessons: Annotated[bool, typer.Option("--lessons/--no-lessons", help="explain_lessons")] = True,
    lang: Lang = "",
) -> int:
    from course.command.explain import explain

    return explain(context.obj, lang, words or (), lessons)


@app.command("play")
def _play(
    context: typer.Context,
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="play_path", show_default=False)
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="play_browser")] = True,
    port: Annotated[
        int, typer.Option("--port", help="play_port", min=0, max=65535, show_default=False)
    ] = 0,
    lang: Lang = "",
) -> int:
    from course.command.play import play

    return play(context.obj, lang, path, browser, port)


@app.command("teach")
def _teach(
    context: typer.Context,
    names: Names = None,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FOLDER", help="teach_to", show_default=False),
    ] = None,
    lang: Lang = "",
) -> int:
    from course.command.teach import teach

    return teach(context.obj, lang, names or (), to)


@app.command("site")
def _site(
    context: typer.Context,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FOLDER", help="site_to", show_default=False),
    ] = None,
    stick: Annotated[
        Path | None,
        typer.Option("--zip", metavar="FILE", help="site_zip", show_default=False),
    ] = None,
    serve: Annotated[bool, typer.Option("--serve", help="site_serve")] = False,
    port: Annotated[
        int, typer.Option("--port", help="site_port", min=0, max=65535, show_default=False)
    ] = 0,
    lang: Lang = "",
) -> int:
    from course.command.site import make_site

    return make_site(context.obj, lang, to, stick, serve, port)


@app.command("build")
def _build(
    context: typer.Context,
    names: Names = None,
    accept: Annotated[bool, typer.Option("--accept", help="build_accept")] = False,
    carry: Annotated[bool, typer.Option("--carry", help="build_carry")] = False,
    lang: Lang = "",
) -> int:
    from course.command.build import build_lessons

    return build_lessons(context.obj, lang, names or (), accept, carry)


@app.command("check")
def _check(context: typer.Context, names: Names = None, lang: Lang = "") -> int:
    from course.command.check import check_lessons

    return check_lessons(context.obj, lang, names or ())


@app.command("new")
def _new(context: typer.Context, name: Name, lang: Lang = "") -> int:
    from course.command.new import new_lesson

    return new_lesson(context.obj, lang, name)


def command_line(lang: str, languages: str) -> TyperGroup:
    """Give the command line with its help in the language; `languages` is the list it names."""
    group = typer.main.get_group(app)
    group.help = say("help.course", lang)
    for name, command in group.commands.items():
        command.help = say(f"help.{name}", lang)
        for parameter in command.params:
            if isinstance(parameter, TyperArgument | TyperOption) and parameter.help:
                parameter.help = say(f"help.{parameter.help}", lang, languages=languages)
    return group
