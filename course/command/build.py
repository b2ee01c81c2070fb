"""`build`: the lessons' notebooks."""

from collections.abc import Sequence

from course.command.problem import find_lesson
from course.contents import Course


def build_lessons(
    course: Course, lang: str, names: Sequence[str], accept: bool, carry: bool
) -> int:
    """Build the named lessons' notebooks, or all; give the exit code. Raises CommandProblem."""
    slugs = [find_lesson(course, name, lang).slug for name in names]
    from course.author.build import build

    return build(course, slugs, accept=accept, carry=carry, lang=lang)
