"""What keeps a lesson from being built; the message is one line, or a line for each problem."""


class LessonProblem(Exception):
    """A lesson that cannot be read, or a notebook that does not run as its lesson says."""
