"""What a command says when it cannot do what it was asked."""

import difflib
from collections.abc import Sequence

from course.command.language import say
from course.contents import Course, LessonEntry, UnknownLesson


class CommandProblem(Exception):
    """One line for the learner, in their language, and the exit code that goes with it."""

    def __init__(self, line: str, exit_code: int = 1) -> None:
        super().__init__(line)
        self.exit_code = exit_code


def unknown(kind: str, name: str, known: Sequence[str], lang: str) -> CommandProblem:
    """Give the problem of a name that is not known: `usage.<kind>` with the nearest names."""
    names = difflib.get_close_matches(name, known)
    near = f" {say('usage.near', lang, names=', '.join(names))}" if names else ""
    line = say(f"usage.{kind}", lang, name=name, near=near, known=", ".join(known))
    return CommandProblem(line, exit_code=2)


def find_lesson(course: Course, name: str, lang: str) -> LessonEntry:
    """Find a lesson by name or number. Raises CommandProblem with the nearest names."""
    try:
        return course.lesson(name)
    except UnknownLesson:
        known = [entry.slug for entry in course.lessons]
        raise unknown("lesson", name, known, lang) from None
