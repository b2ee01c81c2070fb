"""How far a learner is: which exercises of which lessons are passed, and what is next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from course.contents import Course, LessonEntry


@dataclass(frozen=True)
class Standing:
    """A lesson and those of its exercises that are passed, in the lesson's order."""

    entry: LessonEntry
    passed: tuple[str, ...]

    @property
    def state(self) -> str:
        """`passed`, `begun` or `not_started`."""
        if len(self.passed) == len(self.entry.exercises):
            return "passed"
        return "begun" if self.passed else "not_started"

    @property
    def open_exercise(self) -> str | None:
        """The first exercise that is not passed; None when all are."""
        return next((name for name in self.entry.exercises if name not in self.passed), None)


def standings(course: Course, passed: Mapping[str, Sequence[str]]) -> list[Standing]:
    """Give how each lesson stands; `passed` has names of exercises by lesson.

    An exercise that a newer course no longer has does not count.
    """
    return [
        Standing(
            entry, tuple(name for name in entry.exercises if name in passed.get(entry.slug, ()))
        )
        for entry in course.lessons
    ]


def following(stand: Sequence[Standing]) -> tuple[LessonEntry, str] | None:
    """Give the first exercise that is not passed, with its lesson; None when all are."""
    for standing in stand:
        if standing.open_exercise is not None:
            return standing.entry, standing.open_exercise
    return None
