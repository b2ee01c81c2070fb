"""`new`: the skeleton of a lesson."""

import re

from course.command.language import say
from course.command.problem import CommandProblem
from course.contents import Course


def new_lesson(course: Course, lang: str, name: str) -> int:
    """Make a lesson's skeleton and say where it is. Raises CommandProblem."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise CommandProblem(say("new.bad_name", lang, name=name), exit_code=2)
    listed = [entry.slug for entry in course.lessons]
    if name in listed or (course.root / "lessons" / name).exists():
        raise CommandProblem(say("new.exists", lang, name=name))
    from course.author.new import new

    folder = new(course, name).relative_to(course.root)
    print(say("new.made", lang, folder=folder, name=name))
    return 0
