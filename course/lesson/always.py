"""What every check asks beside its own question, in one place; `always.toml` has the words.

A question compares the project as it is with the one in which the exercise began. What a project
cannot be asked (no SQLite database, not at its heads, no revisions) is not asked, and differences
that were there when the exercise began do not count.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from course.lesson.begun import Begun
from course.lesson.then_and_now import ThenAndNow
from course.lesson.verdict import OTHER_WORK, Outcome, Verdict, not_yet
from course.project.database.database import Database
from course.project.database.difference import in_short, schema_differences
from course.project.database.lost import lost_columns, lost_rows, lost_tables, lost_values
from course.project.errors import ProjectError, relative
from course.project.orders import Difference
from course.project.project import Project
from course.project.revision import heads
from course.project.trial import Step, trial

QUESTIONS: dict[str, tuple[str, ...]] = {
    "same_revision": ("same_revision",),
    "edited_applied": ("edited_applied", "deleted_applied"),
    "by_hand": ("from_nothing_fails", "by_hand"),
    "gone": ("gone_tables", "gone_columns", "gone_rows"),
    "way_back": ("back_fails", "back_leaves", "back_loses", "again_fails"),
    "models": ("models_gone",),
}
"""The questions in their order, and the mistakes that each may find."""

OF_ALEMBIC = ("alembic", "database", "missing_parent", "raised", "two_heads")
"""Keys of errors behind which may be what the revision files say of each other."""

NAMED = 6
"""How many things are named; more make nothing clearer."""

Check = Callable[[Project], Verdict]
_Check = TypeVar("_Check", bound=Check)
_EXCEPTED = "_not_asked"


def except_for(*names: str) -> Callable[[_Check], _Check]:
    """Leave questions, or single mistakes of theirs, out of what is asked beside a check.

    Raises ValueError for a name that QUESTIONS does not have.
    """
    known = {*QUESTIONS, *(key for keys in QUESTIONS.values() for key in keys)}
    unknown = sorted(set(names) - known)
    if unknown:
        listed = ", ".join(sorted(known))
        raise ValueError(f"no such question: {', '.join(unknown)}; known: {listed}")
    excepted = frozenset(key for name in names for key in QUESTIONS.get(name, (name,)))

    def leave_out(check: _Check) -> _Check:
        setattr(check, _EXCEPTED, excepted)
        return check

    return leave_out


def asked_beside(check: Check, project: Project, begun: Begun) -> Verdict:
    """Run a check, and ask what is always asked.

    Raises ProjectError as the check does, or with what the revision files say of its reason.
    """
    questions = Questions(ThenAndNow(project, begun), getattr(check, _EXCEPTED, frozenset()))
    twins = questions.first(questions.same_revision())
    if twins is not None:
        return twins
    try:
        verdict = check(project)
    except ProjectError as reason:
        raise questions.behind(reason) from reason
    if verdict.outcome is Outcome.PASSED:
        return questions.first(questions.of_passed()) or verdict
    if verdict.outcome is Outcome.NOT_STARTED:
        return questions.first(questions.of_not_started()) or verdict
    return verdict


@dataclass(frozen=True)
class Tried:
    """What a copy did, as far as it was asked: the steps back, again up, and up from nothing."""

    back: tuple[Step, ...] = ()
    again: Step | None = None
    from_nothing: Step | None = None


@dataclass(frozen=True)
class Questions:
    """The questions to one project; each gives the mistakes that it finds, left-out ones too."""

    sides: ThenAndNow
    excepted: frozenset[str] = frozenset()

    def first(self, found: Iterator[Verdict]) -> Verdict | None:
        """Give the first mistake that is not left out; nothing behind it is asked."""
        return next((one for one in found if one.mistake not in self.excepted), None)

    def of_passed(self) -> Iterator[Verdict]:
        """Ask what keeps a right answer from being passed, in the order of QUESTIONS."""
        yield from self.edited_applied()
        with self._trial() as tried:
            yield from self.by_hand(tried)
            yield from self.gone()
            yield from self.way_back(tried)
        if self._is_asked("models"):
            yield from self.models_gone()

    def of_not_started(self) -> Iterator[Verdict]:
        """Ask what was done although the check found nothing of what it asks for."""
        yield from self.edited_applied()
        yield from self.gone()
        changed = [*self.sides.changed_sources(), *self.sides.changed_in_database()]
        if changed:
            with self._trial(goes_back=False) as tried:
                yield from self.by_hand(tried)
            yield not_yet(OTHER_WORK, changed=_listed(changed))

    def behind(self, reason: ProjectError) -> ProjectError:
        """Give what in the revision files is behind an error of Alembic's, or the error itself.

        That is what the files did not have when the exercise began: a gap, a circle, more heads.
        """
        if reason.key not in OF_ALEMBIC:
            return reason
        for fault in self.sides.new_faults():
            return fault
        now, then = heads(self.sides.files.revisions), heads(self.sides.files_then.revisions)
        if len(now) > max(len(then), 1):
            return ProjectError("two_heads", said=_listed(revision.id for revision in now))
        return reason

    def same_revision(self) -> Iterator[Verdict]:
        """Two files have one id, and had not when the exercise began."""
        for fault in self.sides.new_faults():
            if fault.key == "same_revision":
                yield not_yet("same_revision", **fault.values)

    def edited_applied(self) -> Iterator[Verdict]:
        """A file of a revision that was applied has other bytes, or is gone."""
        folder, then = self.sides.project.folder, self.sides.begun.project.folder
        by_id = {revision.id: revision.file for revision in self.sides.files.revisions}
        for revision in self.sides.files_then.revisions:
            if revision.id not in self.sides.applied_then or revision.file is None:
                continue
            name = relative(revision.file, then)
            file = folder / name if (folder / name).is_file() else by_id.get(revision.id)
            if file is None:
                yield not_yet("deleted_applied", file=name)
            elif file.read_bytes() != revision.file.read_bytes():
                yield not_yet("edited_applied", file=relative(file, folder))

    def by_hand(self, tried: Tried) -> Iterator[Verdict]:
        """An empty database upgraded to the heads has another schema than the learner's."""
        made, real = tried.from_nothing, self.sides.database
        if made is None or real is None:
            return
        if made.error:
            if self.sides.made_then is not None:
                yield not_yet("from_nothing_fails", said=made.error)
            return
        found = schema_differences(made.database.schema, real.schema)
        if found and self.sides.made_then is not None:
            before = self.sides.differing_then
            new = [one for one in found if one not in before]
            if new:
                yield not_yet("by_hand", differences=_notation(new))

    def gone(self) -> Iterator[Verdict]:
        """Tables, columns or rows are gone from the database."""
        then, now = self.sides.database_then, self.sides.database
        if now is None or not then.exists():
            return
        kinds = {"gone_tables": lost_tables, "gone_columns": lost_columns, "gone_rows": lost_rows}
        for mistake, lost in kinds.items():
            names = lost(then, now)
            if names:
                yield not_yet(mistake, names=_listed(names))

    def way_back(self, tried: Tried) -> Iterator[Verdict]:
        """The new revisions can't be gone back over, or not to what was there."""
        now = self.sides.database
        if not tried.back or now is None:
            return
        goal = " ".join(self.sides.goals)
        failed = next((step.error for step in tried.back if step.error), None)
        if failed:
            yield not_yet("back_fails", revision=goal, said=failed)
            return
        if self.sides.goes_back_whole():
            back = tried.back[-1].database
            left = self._left(back)
            if left:
                yield not_yet("back_leaves", revision=goal, differences=_notation(left))
            lost = self._lost(back, now)
            if lost:
                yield not_yet("back_loses", revision=goal, names=_listed(lost))
        if tried.again is not None and tried.again.error:
            yield not_yet("again_fails", said=tried.again.error)

    def models_gone(self) -> Iterator[Verdict]:
        """Tables are gone from what env.py hands over; asked where the models may have changed."""
        if not self.sides.other_python_changed():
            return
        then = _models(self.sides.begun.project)
        now = _models(self.sides.project) if then else None
        if then and now is not None and then - now:
            yield not_yet("models_gone", names=_listed(sorted(then - now)))

    def _left(self, back: Database) -> list[Difference]:
        """Give what the way back left or took; not of a part that was no revision's before."""
        found = schema_differences(self.sides.database_then.schema, back.schema)
        if not found or self.sides.made_then is None:
            return []
        lies = {(one.table, one.name) for one in self.sides.differing_then}
        return [one for one in found if (one.table, one.name) not in lies]

    def _lost(self, back: Database, now: Database) -> list[str]:
        """Name tables and columns whose rows or values the way back did not bring back."""
        then = self.sides.database_then
        by_hand = lost_rows(then, now)
        rows = [name for name in lost_rows(then, back) if name not in by_hand]
        return [*rows, *lost_values(then, now, back)]

    @contextmanager
    def _trial(self, goes_back: bool = True) -> Iterator[Tried]:
        """Go back and up again on a copy of the database, and up from nothing, in one trial."""
        if not self.sides.is_at_heads():
            yield Tried()
            return
        goes_back = goes_back and self._is_asked("way_back") and self.sides.has_new_revisions()
        back = [f"downgrade {goal}" for goal in self.sides.goals] if goes_back else []
        again = ["upgrade heads"] if goes_back else []
        nothing = ["forget", "upgrade heads"] if self._is_asked("by_hand") else []
        commands = [*back, *again, *nothing]
        if not commands:
            yield Tried()
            return
        with trial(self.sides.project, *commands, keep_going=True) as steps:
            yield Tried(
                back=tuple(steps[: len(back)]),
                again=steps[len(back)] if again else None,
                from_nothing=steps[-1] if nothing else None,
            )

    def _is_asked(self, question: str) -> bool:
        return not set(QUESTIONS[question]) <= self.excepted


def _models(project: Project) -> set[str] | None:
    """Name the tables that env.py hands over; None where that cannot be told."""
    try:
        with trial(project, "check") as steps:
            return set(steps[-1].compared.models)
    except ProjectError:
        return None


def _notation(differences: Iterable[Difference]) -> str:
    return _listed(map(in_short, differences))


def _listed(names: Iterable[str]) -> str:
    listed = [f"`{name}`" for name in names]
    more = ["…"] if len(listed) > NAMED else []
    return ", ".join([*listed[:NAMED], *more])
