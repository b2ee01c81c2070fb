"""The whole review: the rules of the text, then those of a round trip on a copy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from course.project.errors import ProjectError, relative
from course.project.project import Project
from course.review.finding import NOT_READ, Finding, Note
from course.review.round_trip import round_trip
from course.review.rules import RULES, TRIP_RULES
from course.review.text.project_text import ProjectText

TRIP = "round_trip"
STEPS = (*RULES, TRIP)
"""What the review does, in order."""


@dataclass(frozen=True)
class Review:
    """What a review found; `migrated` tells whether a copy was tried out."""

    findings: list[Finding]
    notes: list[Note]
    revisions: int
    migrated: bool

    @property
    def not_read(self) -> int:
        """How many revision files could not be read."""
        return sum(note.key == NOT_READ for note in self.notes)

    @property
    def is_clean(self) -> bool:
        """Tell whether everything was read and nothing was found."""
        return not self.findings and not self.not_read


def findings(project: Project, *rules: str) -> list[Finding]:
    """Give what breaks the named rules of the text, or any of them where none is named.

    Files that are no revisions come first, by name, then revisions in the order of the history.
    Nothing of the project is written, and no code of it runs.
    Raises ProjectError, also where a revision file cannot be read without running it, and KeyError
    for a rule that is not there.
    """
    text = ProjectText(project)
    _refuse_nothing(text)
    for reason in text.not_read:
        raise reason
    found = [finding for rule in rules or RULES for finding in RULES[rule].check(text)]
    return in_order(text, found)


def review(
    project: Project, migrate: bool, begin: Callable[[str], None] = lambda _step: None
) -> Review:
    """Review a project; `begin` is called with the name of each step.

    Code of the project runs where it is migrated, and nowhere else.
    Raises ProjectError, also where no revision was read although there are files of revisions.
    """
    text = ProjectText(project)
    _refuse_nothing(text)
    found: list[Finding] = []
    for name, rule in RULES.items():
        begin(name)
        found += rule.check(text)
    notes = [_not_read(reason) for reason in text.not_read]
    if text.not_loaded:
        notes.append(Note("not_loaded", _not_loaded(text)))
    notes += [Note("skipped", {"file": name}) for name in text.sources.skipped()]
    migrated = False
    if migrate and text.revisions:
        begin(TRIP)
        trip = round_trip(text, found)
        found += [finding for rule in TRIP_RULES.values() for finding in rule.check(trip)]
        notes += [trip.note] if trip.note else []
        migrated = trip.note is None
    return Review(in_order(text, found), notes, len(text.revisions), migrated)


def _refuse_nothing(text: ProjectText) -> None:
    """Raise ProjectError where no revision was read, and there are files of revisions."""
    if text.revisions:
        return
    for reason in text.not_read:
        raise reason
    if text.not_loaded:
        raise ProjectError("nothing_read", **_not_loaded(text))


def _not_read(reason: ProjectError) -> Note:
    values = {name: str(value) for name, value in reason.values.items()}
    return Note(NOT_READ, {**values, "reason": reason.key}, reason)


def _not_loaded(text: ProjectText) -> dict[str, str]:
    folder = relative(text.scripts_folder, text.folder)
    names = text.not_loaded
    return {"folder": folder, "count": str(len(names)), "file": names[0]}


def in_order(text: ProjectText, found: Sequence[Finding]) -> list[Finding]:
    """Put findings in order: files that are no revisions, then revisions, oldest first."""
    places = {revision.source.name: number for number, revision in enumerate(text.revisions)}
    ranks = {name: number for number, name in enumerate([*RULES, *TRIP_RULES])}

    def key(finding: Finding) -> tuple[int, str, int, int]:
        return places.get(finding.file, -1), finding.file, finding.line, ranks[finding.rule]

    return sorted(found, key=key)
