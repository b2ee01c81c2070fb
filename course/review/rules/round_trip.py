"""An upgrade, a downgrade, or the upgrade after it, that fails on a copy."""

from collections.abc import Iterator

from course.review.finding import Finding
from course.review.round_trip import RoundTrip

ORDER = 130


def check_trip(trip: RoundTrip) -> Iterator[Finding]:
    """Find the revision at which the copy stopped.

    What the second upgrade meets after an empty downgrade() is told by that rule.
    """
    if trip.failure is None:
        return
    phase, revision = trip.failure.phase, trip.failure.revision
    values = {
        "phase": phase,
        "revision": revision.id if revision else "?",
        "said": trip.failure.error,
    }
    if revision is None:
        yield Finding("round_trip", trip.text.modules.env.name, 1, values, variant=phase)
    elif phase != "again" or revision.source.name not in trip.empty_downgrades:
        line = revision.line_of("downgrade" if phase == "down" else "upgrade")
        yield Finding("round_trip", revision.source.name, line, values, variant=phase)
