"""What stops a learner's call, said in one line."""


class LessonError(Exception):
    """Something that one line says; a notebook shows the line and no traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]
