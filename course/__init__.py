"""Learn Alembic in notebooks. A notebook needs one name of this package: `open_lesson`."""


def open_lesson(slug, lang="ko"):
    """Open a lesson: make its working folder and go there. See `course.lesson.lesson`."""
    from course.lesson.lesson import open_lesson

    return open_lesson(slug, lang)
