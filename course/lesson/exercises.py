"""A lesson's exercises: how one stands, its hints, its solution."""

from typing import TYPE_CHECKING

from course.contents import Course
from course.desk.start_page import refresh
from course.lesson import progress
from course.lesson.card import BLUE, Card, Noted
from course.lesson.check_file import load_check
from course.lesson.looks import Looks
from course.lesson.places import BETWEEN, solution_of
from course.lesson.problem import LessonError
from course.lesson.session import Session
from course.lesson.verdict import WORDS, Messages, Outcome, Verdict, of_error, verdict_card
from course.phrases import phrase, with_fallback
from course.workspace import workspace

if TYPE_CHECKING:
    from course.project.project import Project


class Exercises:
    """The exercises of an open lesson."""

    def __init__(self, course: Course, session: Session, looks: Looks) -> None:
        """Take the course, the lesson's session, and what looks at its project."""
        self._course = course
        self._session = session
        self._looks = looks
        self._entry = session.entry
        self._lang = session.lang
        self._hints: dict[str, int] = {}

    def check(self, exercise: str) -> Card | Noted:
        """Look at the project and say how the exercise stands. A pass is remembered."""
        messages = self._messages(exercise)
        project = self._looks.project()
        verdict = self.judge(exercise, project)
        card = verdict_card(verdict, exercise, messages, self._lang)
        if verdict.outcome is not Outcome.PASSED:
            return self._looks.with_obstacles(card, project)
        if exercise in self._entry.tries:
            return card
        try:
            place = workspace(self._course.root)
            aside = progress.record(place, self._entry.slug, exercise)
        except OSError as error:
            words = phrase(WORDS, "not_recorded", self._lang, why=error.strerror or error)
            return Noted(card, (self._looks.note(words),))
        refresh(self._course, progress.load(place))
        if self._session.panel is not None:
            self._session.panel.passed()
        if aside is not None:
            words = phrase(WORDS, "progress_aside", self._lang, file=aside.name)
            return Noted(card, (self._looks.note(words),))
        return card

    def hint(self, exercise: str) -> Card:
        """Show the exercise's next hint; after the last one, the last one again."""
        hints = with_fallback(self._messages(exercise)["hints"])[self._lang]
        number = min(self._hints.get(exercise, 0) + 1, len(hints))
        self._hints[exercise] = number
        heading = phrase(WORDS, "hint", self._lang, number=number, count=len(hints))
        more = (
            () if number < len(hints) else (phrase(WORDS, "last_hint", self._lang, name=exercise),)
        )
        return Card(f"{heading} · {exercise}", (hints[number - 1], *more), BLUE)

    def solution(self, exercise: str) -> Card:
        """Show the cells that solve the exercise, as the solved notebook has them."""
        self._messages(exercise)
        sources = solution_of(self._entry, self._lang, exercise)
        heading = phrase(WORDS, "solution", self._lang, count=len(sources))
        return Card(f"{heading} · {exercise}", (), BLUE, BETWEEN.join(sources))

    def judge(self, exercise: str, project: "Project | None" = None) -> Verdict:
        """Give an exercise's verdict. What keeps the project from being read is one, too."""
        from course.lesson.always import asked_beside
        from course.lesson.begun import begun_project
        from course.project.errors import ProjectError, one_line

        project = project or self._looks.project()
        try:
            check = load_check(self._entry, exercise)
            with begun_project(self._session, exercise) as begun:
                return asked_beside(check, project, begun) if begun else check(project)
        except ProjectError as reason:
            return of_error(reason)
        except Exception as error:
            return Verdict(Outcome.CANNOT_CHECK, "unexpected", {"said": one_line(error)})

    def _messages(self, exercise: str) -> Messages:
        if exercise not in self._entry.messages:
            known = ", ".join(self._entry.messages)
            raise LessonError(phrase(WORDS, "no_exercise", self._lang, name=exercise, known=known))
        messages: Messages = self._entry.messages[exercise]
        return messages
