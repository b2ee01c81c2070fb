"""A lesson as its notebook sees it: the few things that it shows, checks and does."""

from course.contents import Course
from course.lesson.card import BLUE, Card, Noted
from course.lesson.exercises import Exercises
from course.lesson.looks import Looks, Shown
from course.lesson.moves import Moves
from course.lesson.session import Session
from course.lesson.verdict import WORDS, Outcome, Verdict
from course.phrases import phrase


class Lesson:
    """An open lesson. Every method looks at the project as it stands and shows what it sees."""

    def __init__(self, course: Course, session: Session) -> None:
        self._session = session
        self._looks = Looks(session)
        self._moves = Moves(session, self._looks)
        self._exercises = Exercises(course, session, self._looks)

    def __repr__(self) -> str:
        entry = self._session.entry
        return f"{entry.number} · {entry.title[self._session.lang]}"

    def graph(self) -> Shown:
        """Draw the revision graph with the database's current revision and the heads marked.

        Where there is no database to look at, the revisions are drawn, and a note says why.
        """
        return self._looks.graph()

    def schema(self) -> Shown:
        """Draw the tables as they stand: columns, keys, indexes and relations."""
        return self._looks.schema()

    def changes(self) -> Shown:
        """Say what changed in schema, rows, files and version since the last look."""
        return self._looks.changes()

    def parts(self) -> Shown:
        """Draw the four parts side by side, where they differ, and what the last command did.

        The parts are the models, the revision files, alembic_version and the real schema.
        """
        return self._looks.parts()

    def live(self) -> Shown:
        """Show the pictures in a panel beside the notebook, which follows each change.

        Where there is no such panel, the four parts are shown as they stand.
        """
        panel = self._session.panel
        if panel is not None and panel.show():
            return self._card("live", "live_words")
        return self.parts()

    def play(self) -> Card:
        """Open a copy of the project in the panel, to click on and try out at will."""
        from course.project.errors import ProjectError

        panel = self._session.panel
        try:
            is_shown = panel is not None and panel.play()
        except ProjectError as reason:
            return self._looks.note(reason.words(self._session.lang))
        return self._card("play", "play_words" if is_shown else "play_elsewhere")

    def undo(self) -> Card | Noted | None:
        """Take back what the last cell, editor or terminal did to files and database."""
        return self._moves.undo()

    def redo(self) -> Card | Noted | None:
        """Bring back what `undo` took back last."""
        return self._moves.redo()

    def resume(self) -> Card | None:
        """Go back to where the lesson was left, with its files, its database and its names.

        What is in the folder now is moved aside.
        """
        return self._moves.resume()

    def go_to(self, name: str = "") -> Card | None:
        """Go to where an exercise or a section begins: the cells before it are run, unseen.

        What is in the folder is moved aside first. Without a name, say which there are.
        """
        if self._session.shell is not None:
            self._session.shell.user_ns.setdefault("lesson", self)
        return self._moves.go_to(name)

    def go_on(self, exercise: str) -> Card:
        """Go on below a try or an exercise: what is not done yet is done as the solution does it.

        What the learner had comes back by `undo`.
        """
        verdict = self._exercises.judge(exercise)
        return self._moves.go_on(exercise, verdict.outcome is Outcome.PASSED)

    def check(self, exercise: str) -> Card | Noted:
        """Look at the project and say how the exercise stands. A pass is remembered."""
        return self._exercises.check(exercise)

    def hint(self, exercise: str) -> Card:
        """Show the exercise's next hint; after the last one, the last one again."""
        return self._exercises.hint(exercise)

    def solution(self, exercise: str) -> Card:
        """Show the cells that solve the exercise, as the solved notebook has them."""
        return self._exercises.solution(exercise)

    def _judge(self, exercise: str) -> Verdict:
        return self._exercises.judge(exercise)

    def _card(self, heading: str, words: str) -> Card:
        lang = self._session.lang
        return Card(phrase(WORDS, heading, lang), (phrase(WORDS, words, lang),), BLUE)
