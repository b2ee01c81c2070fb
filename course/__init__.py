"""Learn Alembic in notebooks. A notebook needs one name of this package: `open_lesson`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course.lesson.lesson import Lesson


def open_lesson(slug: str, lang: str = "ko") -> "Lesson":
    """Open a lesson: make its working folder and go there. See `course.lesson.opening`."""
    from course.lesson import opening

    return opening.open_lesson(slug, lang)
