"""The commands with their arguments and help; what each one does is in a module of its own."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from course.command.language import say
from course.command.problem import CommandProblem
from course.contents import load_course

COMMANDS = ("lab", "test", "progress", "reset", "doctor", "review", "build", "new")
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


class Form(StrEnum):
    """How `review` reports."""

    TEXT = "text"
    JSON = "json"


def make_app(lang: str) -> typer.Typer:
    """Make the command line, with its help in the language."""

    def words(key: str) -> str:
        return say(f"help.{key}", lang)

    def known_language(value: str | None) -> str:
        known = load_course().languages
        if value is not None and value not in known:
            line = say("usage.language", lang, name=value, known=", ".join(known))
            raise CommandProblem(line, exit_code=2)
        return value or lang

    app = typer.Typer(help=words("course"), add_completion=False, pretty_exceptions_enable=False)
    lang_help = say("help.lang", lang, languages=", ".join(load_course().languages))
    Lang = Annotated[
        str, typer.Option("--lang", help=lang_help, callback=known_language, show_default=False)
    ]
    Name = Annotated[str, typer.Argument(metavar="NAME", help=words("name"))]
    Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help=words("name"))]

    @app.command("lab", help=words("lab"), context_settings=PASS_ON)
    def lab(context: typer.Context, lang: Lang = None) -> int:
        from course.command.lab import open_lab

        return open_lab(lang, context.args)

    @app.command("test", help=words("test"), context_settings=PASS_ON)
    def test(
        context: typer.Context,
        lang: Lang = None,
        everything: Annotated[bool, typer.Option("--all", help=words("test_all"))] = False,
    ) -> int:
        from course.command.test import run_tests

        return run_tests(lang, everything, context.args)

    @app.command("progress", help=words("progress"))
    def progress(lang: Lang = None) -> int:
        from course.command.progress import show_progress

        return show_progress(lang)

    @app.command("reset", help=words("reset"))
    def reset(name: Name, lang: Lang = None) -> int:
        from course.command.reset import reset_lesson

        return reset_lesson(lang, name)

    @app.command("doctor", help=words("doctor"))
    def doctor(lang: Lang = None) -> int:
        from course.command.doctor import examine

        return examine(lang)

    @app.command("review", help=words("review"))
    def review(
        path: Annotated[Path, typer.Argument(metavar="[PATH]", help=words("review_path"))] = Path(),
        migrate: Annotated[
            bool, typer.Option("--migrate/--no-migrate", help=words("review_migrate"))
        ] = True,
        form: Annotated[Form, typer.Option("--format", help=words("review_format"))] = Form.TEXT,
        lang: Lang = None,
    ) -> int:
        from course.command.review import review_project

        return review_project(lang, path, migrate, form is Form.TEXT)

    @app.command("build", help=words("build"))
    def build(
        names: Names = None,
        accept: Annotated[bool, typer.Option("--accept", help=words("build_accept"))] = False,
        carry: Annotated[bool, typer.Option("--carry", help=words("build_carry"))] = False,
        lang: Lang = None,
    ) -> int:
        from course.command.author import build_lessons

        return build_lessons(lang, names or [], accept, carry)

    @app.command("new", help=words("new"))
    def new(name: Name, lang: Lang = None) -> int:
        from course.command.author import new_lesson

        return new_lesson(lang, name)

    return app
