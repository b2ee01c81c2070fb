"""`build` and `new`: what the authors of lessons use."""

import re
from collections.abc import Sequence

from course.command.language import say
from course.command.problem import CommandProblem, find_lesson
from course.contents import load_course


def build_lessons(lang: str, names: Sequence[str], accept: bool, carry: bool) -> int:
    """Build the named lessons' notebooks, or all; give the exit code."""
    course = load_course()
    slugs = [find_lesson(course, name, lang).slug for name in names]
    from course.author.build import build

    return build(course, slugs, accept=accept, carry=carry)


def new_lesson(lang: str, name: str) -> int:
    """Make a lesson's skeleton and say where it is."""
    course = load_course()
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise CommandProblem(say("new.bad_name", lang, name=name), exit_code=2)
    listed = [entry.slug for entry in course.lessons]
    if name in listed or (course.root / "lessons" / name).exists():
        raise CommandProblem(say("new.exists", lang, name=name))
    from course.author.new import new

    folder = new(course, name).relative_to(course.root)
    print(say("new.made", lang, folder=folder, name=name))
    return 0
