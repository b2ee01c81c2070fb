"""What the build asks of a kernel beside the notebook: functions that run there, by their names."""

from IPython import get_ipython

from course.lesson import kernel

Judged = tuple[str, str | None, dict[str, str]]


def failed_commands() -> list[str]:
    """Give the `!` commands that failed since the kernel started, in order."""
    return [failure.command for failure in kernel.failures]


def judge(exercise: str) -> Judged:
    """Check an exercise of the notebook's `lesson`; give outcome, mistake and values as text."""
    lesson = get_ipython().user_ns["lesson"]
    # Not a method that learners' completion would offer beside `check`.
    verdict = lesson._judge(exercise)  # noqa: SLF001
    values = {name: str(value) for name, value in verdict.values.items()}
    return str(verdict.outcome), verdict.mistake, values
