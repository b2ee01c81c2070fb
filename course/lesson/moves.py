"""Going on, going to a place, taking back: what a lesson says of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from IPython.display import DisplayHandle, clear_output

from course.lesson.card import BLUE, VIOLET, Card, Noted
from course.lesson.looks import Looks
from course.lesson.places import BETWEEN, Lay, lay_of, section_of
from course.lesson.problem import LessonError, problem_words
from course.lesson.session import Session
from course.lesson.verdict import WORDS
from course.phrases import phrase

if TYPE_CHECKING:
    from course.lesson.steps import Step
    from course.project.changes import Changes, Snapshot
    from course.project.checkpoint import Restored


class Moves:
    """Moves of an open lesson, each with a card that says where it led.

    None of them does anything while cells are run again on the way to somewhere.
    """

    def __init__(self, session: Session, looks: Looks) -> None:
        """Take the lesson's session, and what looks at its project."""
        self._session = session
        self._looks = looks
        self._lang = session.lang

    def undo(self) -> Card | Noted | None:
        """Take back the last change."""
        return self._take_back(self._session.steps.undo, "undo", "nothing_to_undo")

    def redo(self) -> Card | Noted | None:
        """Bring back what was taken back last."""
        return self._take_back(self._session.steps.redo, "redo", "nothing_to_redo")

    def resume(self) -> Card | None:
        """Go back to where the lesson was left."""
        from course.lesson import going

        if self._session.is_replaying:
            return None
        with self._moving():
            resumed = going.resume(self._session, self._looks.changes, self._told("coming_back"))
        if resumed is None:
            return self._card("resume", "nothing_to_resume")
        section = section_of(self._session.entry, self._lang, resumed.last.cell)
        key = "resumed_at" if section else "resumed"
        words = self._say(key, time=f"{resumed.last.time:%H:%M}", section=section)
        failed = tuple(
            self._say("not_again", cell=cell, said=said) for cell, said in resumed.failed
        )
        return Card(self._say("resume"), (words, *failed), BLUE)

    def go_to(self, name: str) -> Card | None:
        """Go to a place; say which there are where none has the name."""
        from course.lesson import going

        if self._session.is_replaying:
            return None
        lay = lay_of(self._session.entry, self._lang)
        place = next((place for place in lay.places if place.name == name), None)
        if place is None:
            return self._places(lay, name)
        try:
            with self._moving():
                opened = going.go_to(self._session, place, self._told("going"))
        except going.StoppedError as error:
            cell = error.source.strip().splitlines()[0]
            stopped = self._say("stopped", cell=cell, said=error.said)
            return Card(self._say("go_to"), (stopped,), VIOLET, error.source)
        words = [self._say("arrived", heading=place.heading)]
        if opened.moved is not None:
            words.append(self._say("arrived_moved"))
        return Card(self._say("go_to"), tuple(words), BLUE)

    def go_on(self, exercise: str, is_passed: bool) -> Card:
        """Go on with what the learner made; where that is not what was asked, solve it first."""
        from course.lesson import going
        from course.project.errors import ProjectError, one_line

        if is_passed:
            return Card(self._say("go_on"), (self._say("went_on", name=exercise),), BLUE)
        try:
            sources = going.go_on(self._session, exercise)
        except going.StoppedError as error:
            cell = error.source.strip().splitlines()[0]
            words = self._say("solution_stopped", cell=cell, said=error.said)
            return Card(self._say("go_on"), (words,), VIOLET, error.source)
        except ProjectError as reason:
            return self._looks.note(reason.words(self._lang))
        except (OSError, ValueError) as error:
            return self._looks.note(self._say("no_solution", why=one_line(error)))
        words = self._say("solved_for_you", name=exercise)
        return Card(self._say("go_on"), (words,), BLUE, BETWEEN.join(sources))

    def _take_back(
        self, move: Callable[[], "tuple[Step, Restored] | None"], what: str, nothing: str
    ) -> Card | Noted | None:
        """Undo or redo a step, and say what became of files and database."""
        from course.picture.changes import draw_changes
        from course.project.errors import ProjectError

        if self._session.is_replaying:
            return None
        before = self._snapshot()
        try:
            moved = move()
        except ProjectError as reason:
            return self._looks.note(reason.words(self._lang))
        except OSError as error:
            why = error.strerror or error
            return self._looks.note(self._say("not_undone", why=why))
        if moved is None:
            return self._card(f"{what}.heading", nothing)
        step, restored = moved
        after = self._snapshot()
        self._looks.seen = after or self._looks.seen
        heading = self._say(f"{what}.done", time=f"{step.time:%H:%M}")
        words = () if step.source else (self._say("from_outside"),)
        card = Card(heading, words, BLUE, step.source.strip() or None)
        shown: list[object] = [draw_changes(_changes(before, after, restored), self._lang)]
        if restored.not_kept:
            files = ", ".join(restored.not_kept)
            shown.append(self._looks.note(self._say("too_large", files=files)))
        return Noted(card, tuple(shown))

    def _snapshot(self) -> "Snapshot | None":
        """Look at the project; None where it cannot be read, which undo may be there to end."""
        from course.project.errors import ProjectError

        try:
            return self._looks.snapshot()
        except ProjectError:
            return None

    @contextmanager
    def _moving(self) -> Iterator[None]:
        """Say in one line what keeps a folder from being moved or made."""
        try:
            yield
        except OSError as error:
            place = self._session.folder.parent
            raise LessonError(problem_words(error, place, self._lang)) from None
        finally:
            if self._session.shell is not None:
                clear_output(wait=True)  # type: ignore[no-untyped-call]

    def _told(self, key: str) -> Callable[[int, int], None]:
        """Show how far it is, in one place that is written over."""
        handle = DisplayHandle()  # type: ignore[no-untyped-call]
        shown = False

        def tell(number: int, count: int) -> None:
            nonlocal shown
            card = Card(self._say(key, number=number + 1, count=count), (), BLUE)
            show = handle.update if shown else handle.display
            show(card)  # type: ignore[no-untyped-call]
            shown = True

        return tell

    def _places(self, lay: Lay, name: str) -> Card:
        """Say which places there are."""
        words = self._say("no_place", name=name) if name else self._say("places")
        width = max(len(place.name) for place in lay.places)
        lines = [f"{place.name.ljust(width)}  {place.heading}" for place in lay.places]
        return Card(self._say("go_to"), (words,), BLUE, "\n".join(lines))

    def _card(self, heading: str, words: str) -> Card:
        return Card(self._say(heading), (self._say(words),), BLUE)

    def _say(self, key: str, **values: object) -> str:
        return phrase(WORDS, key, self._lang, **values)


def _changes(
    before: "Snapshot | None", after: "Snapshot | None", restored: "Restored"
) -> "Changes":
    """Say what became different; of a project that could not be read, which files did."""
    from course.project.changes import Change, Changes, compare

    if before is not None and after is not None:
        return compare(before, after)
    written = [Change("files", "~", "file_changed", {"file": path}) for path in restored.written]
    removed = [Change("files", "-", "file_removed", {"file": path}) for path in restored.removed]
    return Changes((*written, *removed))
