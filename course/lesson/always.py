"""What every check asks beside its own question, in one place; `always.toml` has the words.

A question compares the project as it is with the one in which the exercise began. What a project
cannot be asked (no SQLite database, not at its heads, no revisions) is not asked, and differences
that were there when the exercise began do not count.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from course.lesson.begun import Begun
from course.lesson.verdict import OTHER_WORK, Outcome, Verdict, not_yet
from course.project.database.database import Database
from course.project.database.difference import schema_differences
from course.project.database.lost import (
    changed_tables,
    lost_columns,
    lost_rows,
    lost_tables,
    lost_values,
)
from course.project.database.schema import Schema
from course.project.errors import ProjectError, relative
from course.project.files import SOURCES, walk
from course.project.orders import Difference
from course.project.project import Project
from course.project.revision import BASE, Revision, with_ancestors
from course.project.revision_files import FileReader
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

NAMED = 6
"""How many differences are named; more make nothing clearer."""

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
        raise ValueError(f"no such question: {', '.join(unknown)}; known: {', '.join(known)}")
    excepted = frozenset(key for name in names for key in QUESTIONS.get(name, (name,)))

    def leave_out(check: _Check) -> _Check:
        setattr(check, _EXCEPTED, excepted)
        return check

    return leave_out


def asked_beside(check: Check, project: Project, begun: Begun) -> Verdict:
    """Run a check, and ask what is always asked. Raises ProjectError as the check does."""
    excepted: frozenset[str] = getattr(check, _EXCEPTED, frozenset())
    always = Always(project, begun, excepted)
    for twins in always.same_revision():
        return twins
    verdict = check(project)
    if verdict.outcome is Outcome.PASSED:
        return next(always.of_passed(), verdict)
    if verdict.outcome is Outcome.NOT_STARTED:
        return next(always.of_not_started(), verdict)
    return verdict


class Always:
    """The questions to one project; each gives what it found, one verdict at most."""

    def __init__(self, project: Project, begun: Begun, excepted: frozenset[str]) -> None:
        """Take the project, the one in which the exercise began, and mistakes to leave out."""
        self.project = project
        self.begun = begun
        self.excepted = excepted

    def of_passed(self) -> Iterator[Verdict]:
        """Ask what keeps a right answer from being passed, in the order of QUESTIONS."""
        yield from self.edited_applied()
        with self._trial() as tried:
            yield from self.by_hand(tried)
            yield from self.gone()
            yield from self.way_back(tried)
        yield from self.models_gone()

    def of_not_started(self) -> Iterator[Verdict]:
        """Ask what was done although the check found nothing of what it asks for."""
        yield from self.edited_applied()
        yield from self.gone()
        changed = [*self._changed_files(), *self._changed_database()]
        if changed:
            yield Verdict(Outcome.NOT_YET, OTHER_WORK, {"changed": _listed(changed)})

    def same_revision(self) -> Iterator[Verdict]:
        """Two files have one id, and had not when the exercise began."""
        before = {_said(fault) for fault in _faults(self.begun.project)}
        for fault in _faults(self.project):
            if fault.key in self._asked("same_revision") and _said(fault) not in before:
                yield not_yet(fault.key, **fault.values)
                return

    def edited_applied(self) -> Iterator[Verdict]:
        """A file of a revision that was applied has other bytes, or is gone."""
        if not self._asked("edited_applied"):
            return
        now = {revision.id: revision.file for revision in _revisions(self.project)}
        for revision in self._revisions_then:
            if revision.id not in self._applied_then or revision.file is None:
                continue
            name = relative(revision.file, self.begun.project.folder)
            same_place = self.project.folder / name
            file = same_place if same_place.is_file() else now.get(revision.id)
            if file is None:
                if "deleted_applied" not in self.excepted:
                    yield not_yet("deleted_applied", file=name)
            elif file.read_bytes() != revision.file.read_bytes():
                if "edited_applied" not in self.excepted:
                    yield not_yet("edited_applied", file=relative(file, self.project.folder))

    def by_hand(self, tried: "_Tried") -> Iterator[Verdict]:
        """An empty database upgraded to the heads has another schema than the learner's."""
        made = tried.from_nothing
        if made is None or self.database is None or not self._asked("by_hand"):
            return
        if made.error:
            if "from_nothing_fails" not in self.excepted and self._made_then is not None:
                yield not_yet("from_nothing_fails", said=made.error)
            return
        found = schema_differences(made.database.schema, self.database.schema)
        if found and "by_hand" not in self.excepted and self._made_then is not None:
            before = schema_differences(self._made_then, self._then.schema)
            found = tuple(one for one in found if one not in before)
            if found:
                yield not_yet("by_hand", differences=_notation(found))

    def gone(self) -> Iterator[Verdict]:
        """Tables, columns or rows are gone from the database."""
        if self.database is None or not self._then.exists():
            return
        kinds = {"gone_tables": lost_tables, "gone_columns": lost_columns, "gone_rows": lost_rows}
        for key, lost in kinds.items():
            if key not in self.excepted:
                names = lost(self._then, self.database)
                if names:
                    yield not_yet(key, names=_listed(f"`{name}`" for name in names))

    def way_back(self, tried: "_Tried") -> Iterator[Verdict]:
        """The new revisions can't be gone back over, or not to what was there."""
        if not tried.back or self.database is None:
            return
        goal = " ".join(self._goals)
        for step in tried.back:
            if step.error and "back_fails" not in self.excepted:
                yield not_yet("back_fails", revision=goal, said=step.error)
            if step.error:
                return
        back = tried.back[-1].database
        found = schema_differences(self._then.schema, back.schema)
        if found and "back_leaves" not in self.excepted and self._made_then is not None:
            lies = schema_differences(self._made_then, self._then.schema)
            places = {(one.table, one.name) for one in lies}
            found = tuple(one for one in found if (one.table, one.name) not in places)
            if found:
                yield not_yet("back_leaves", revision=goal, differences=_notation(found))
        if "back_loses" not in self.excepted and self._then.exists():
            lost = [*lost_rows(self._then, back), *lost_values(self._then, self.database, back)]
            kept_by_hand = lost_rows(self._then, self.database)
            names = [f"`{name}`" for name in lost if name not in kept_by_hand]
            if names:
                yield not_yet("back_loses", revision=goal, names=_listed(names))
        if tried.again is not None and tried.again.error and "again_fails" not in self.excepted:
            yield not_yet("again_fails", said=tried.again.error)

    def models_gone(self) -> Iterator[Verdict]:
        """Tables are gone from what env.py hands over; asked where a file of Python's changed."""
        changed = any(name.endswith(".py") for name in self._changed_sources(self._scripts_then))
        if not self._asked("models") or not changed or not self.begun.project.has_settings():
            return
        try:
            with trial(self.begun.project, "check") as [step]:
                then = set(step.compared.models)
            with trial(self.project, "check") as [step]:
                now = set(step.compared.models)
        except (ProjectError, ValueError):
            return
        if then - now:
            yield not_yet("models_gone", names=_listed(f"`{name}`" for name in sorted(then - now)))

    # --- what the questions look at ---

    @cached_property
    def database(self) -> Database | None:
        """The learner's database; None where there is none to look at."""
        try:
            database = self.project.database()
            return database if database.exists() else None
        except ProjectError:
            return None

    @cached_property
    def _then(self) -> Database:
        if self.database is None:
            return Database(self.begun.project.folder / "not-known", self.begun.project.folder)
        return self.begun.database(self.database)

    @cached_property
    def _revisions_then(self) -> tuple[Revision, ...]:
        return _revisions(self.begun.project)

    @cached_property
    def _applied_then(self) -> set[str]:
        return with_ancestors(self._revisions_then, self._then.versions())

    @property
    def _scripts_then(self) -> set[str]:
        folder = self.begun.project.folder
        return {relative(one.file, folder) for one in self._revisions_then if one.file is not None}

    @cached_property
    def _made_then(self) -> Schema | None:
        """What the revisions of then made of an empty database; None where they could not.

        It tells which differences were there already; only asked for where there are some.
        """
        versions = self._then.versions()
        if not versions:
            return Schema()
        commands = ("forget", *(f"upgrade {version}" for version in versions))
        try:
            with trial(self.begun.project, *commands) as steps:
                last = steps[-1]
                return None if last.error else last.database.schema
        except ProjectError:
            return None

    @cached_property
    def _goals(self) -> tuple[str, ...]:
        """The revisions to go back to."""
        return self._then.versions() or (BASE,)

    def _is_at_heads(self) -> bool:
        if self.database is None or not self.database.has_version_table():
            return False
        heads = self.project.heads()
        return bool(heads) and set(self.database.versions()) == set(heads)

    def _has_new_revisions(self) -> bool:
        """Tell whether a revision that is new, or says something else, was applied since."""
        if self.database is None or not self._then.exists():
            return False
        now = _revisions(self.project)
        ids = {revision.id for revision in now}
        if not set(self._then.versions()) <= ids:
            return False
        applied = with_ancestors(now, self.database.versions()) - self._applied_then
        files = {one.id: one.file for one in self._revisions_then if one.file is not None}
        return any(
            one.file is not None
            and (one.id not in files or files[one.id].read_bytes() != one.file.read_bytes())
            for one in now
            if one.id in applied
        )

    @contextmanager
    def _trial(self) -> Iterator["_Tried"]:
        """Go back and up again on a copy of the database, and up from nothing, in one trial."""
        at_heads = self._is_at_heads()
        back = [f"downgrade {goal}" for goal in self._goals] if at_heads else []
        if not self._asked("way_back") or not (at_heads and self._has_new_revisions()):
            back = []
        again = ["upgrade heads"] if back else []
        nothing = ["forget", "upgrade heads"] if at_heads and self._asked("by_hand") else []
        if not back and not nothing:
            yield _Tried()
            return
        with trial(self.project, *back, *again, *nothing, keep_going=True) as steps:
            yield _Tried(
                steps[: len(back)],
                steps[len(back)] if back else None,
                steps[-1] if nothing and len(steps) == len(back + again + nothing) else None,
            )

    def _asked(self, question: str) -> tuple[str, ...]:
        return tuple(key for key in QUESTIONS[question] if key not in self.excepted)

    def _changed_sources(self, without: set[str]) -> list[str]:
        then, now = _sources(self.begun.project.folder), _sources(self.project.folder)
        return [
            name
            for name in sorted(then.keys() | now.keys())
            if then.get(name) != now.get(name) and name not in without
        ]

    def _changed_files(self) -> Iterator[str]:
        for name in self._changed_sources(set()):
            yield f"`{name}`"

    def _changed_database(self) -> Iterator[str]:
        database = self.database
        if database is None:
            return
        if not self._then.exists():
            if database.schema.tables or database.versions():
                yield f"`{relative(database.path, self.project.folder)}`"
            return
        if self._then.versions() != database.versions():
            yield "`alembic_version`"
        differing = schema_differences(self._then.schema, database.schema)
        names = {one.table for one in differing} | set(changed_tables(self._then, database))
        for name in sorted(names):
            yield f"`{name}`"


@dataclass(frozen=True)
class _Tried:
    """The steps back, the step up again, and the step up from nothing, as far as they were asked."""

    back: list[Step] | tuple[()] = ()
    again: Step | None = None
    from_nothing: Step | None = None


def _revisions(project: Project) -> tuple[Revision, ...]:
    """Read the revision files as they are written; none where there are no scripts."""
    try:
        return FileReader().read(project).revisions
    except ProjectError:
        return ()


def _faults(project: Project) -> tuple[ProjectError, ...]:
    try:
        return FileReader().read(project).faults
    except ProjectError:
        return ()


def _said(fault: ProjectError) -> tuple[object, ...]:
    return fault.key, *fault.values.values()


def _sources(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for parent, _, names in walk(folder)
        for path in (parent / name for name in names)
        if path.name.endswith(SOURCES)
    }


KINDS = {
    "type": "TYPE",
    "nullable": "NULL",
    "default": "DEFAULT",
    "primary_key": "PRIMARY KEY",
    "foreign_key": "FOREIGN KEY",
    "unique": "UNIQUE",
    "check": "CHECK",
    "index": "INDEX",
    "table": "TABLE",
    "view": "VIEW",
}


def _notation(differences: tuple[Difference, ...]) -> str:
    """Write differences in a line that needs no language."""
    return _listed(f"`{_one(difference)}`" for difference in differences)


def _one(difference: Difference) -> str:
    kind = KINDS.get(difference.kind, "")
    if difference.kind in ("table", "view"):
        return f"{difference.sign} {kind} {difference.table or difference.name}"
    if difference.kind in ("column", "type", "nullable", "default"):
        return f"{difference.sign} {difference.table}.{difference.name} {kind}".rstrip()
    return f"{difference.sign} {difference.table} {kind} {difference.name}"


def _listed(names: Iterator[str] | list[str]) -> str:
    listed = list(names)
    more = ["…"] if len(listed) > NAMED else []
    return ", ".join([*listed[:NAMED], *more])
