"""The whole review: the rules of the text, then the round trip on a copy."""

from collections.abc import Callable
from dataclasses import dataclass

from course.project.project import Project
from course.review.finding import Finding
from course.review.round_trip import Note, round_trip
from course.review.rules.table import RULES, found_in, in_order
from course.review.text.project_text import Reading

STEPS = (*RULES, "round_trip")
"""What the review does, in order."""


@dataclass(frozen=True)
class Review:
    """What a review found; `migrated` tells whether a copy was tried out."""

    findings: list[Finding]
    notes: list[Note]
    revisions: int
    migrated: bool


def review(
    project: Project, migrate: bool, begin: Callable[[str], None] = lambda step: None
) -> Review:
    """Review a project; `begin` is called with the name of each step. Raises ProjectError."""
    reading = Reading(project)
    found: list[Finding] = []
    for rule in RULES:
        begin(rule)
        found += found_in(reading, rule)
    notes = [Note("skipped", {"file": name}) for name in reading.sources.skipped()]
    migrated = False
    if migrate and reading.revisions:
        begin(STEPS[-1])
        trip = round_trip(reading, found)
        found += trip.findings
        notes += [trip.note] if trip.note else []
        migrated = trip.note is None
    return Review(in_order(reading, found), notes, len(reading.revisions), migrated)
