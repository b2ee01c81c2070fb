"""`check`: a lesson's proof without pytest."""

from collections.abc import Sequence

from course.command.problem import find_lesson
from course.contents import Course


def check_lessons(course: Course, lang: str, names: Sequence[str]) -> int:
    """Prove the named lessons, or all; give the exit code. Raises CommandProblem."""
    slugs = [find_lesson(course, name, lang).slug for name in names]
    from course.author.check import check

    return check(course, slugs, lang)
