"""What stops a learner's call, said in one line."""

from pathlib import Path

from course import disk
from course.lesson.verdict import WORDS
from course.lesson.working_folder import WorkspaceError
from course.phrases import phrase


class LessonError(Exception):
    """Something that one line says; a notebook shows the line and no traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def problem_words(error: OSError, place: Path, lang: str) -> str:
    """Say why nothing can be written in a workspace, and what to do."""
    if isinstance(error, WorkspaceError):
        return phrase(WORDS, error.key, lang, **error.values)
    where, why = error.filename or place, error.strerror or error
    if disk.is_full(error):
        return phrase(WORDS, "disk_full", lang, where=where, free=disk.free_mb(place))
    return phrase(WORDS, "unwritable", lang, where=where, why=why)
