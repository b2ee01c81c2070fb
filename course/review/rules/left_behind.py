"""A table that is still there after the downgrade to base."""

from collections.abc import Iterator

from course.review.finding import Finding
from course.review.round_trip import RoundTrip
from course.review.text.project_text import ProjectText
from course.review.text.revisions import RevisionText

ORDER = 120


def check_trip(trip: RoundTrip) -> Iterator[Finding]:
    """Find what makes each table; what an empty downgrade() leaves behind is told by its rule."""
    for table in trip.left:
        maker = _maker(trip.text, table)
        if maker is None:
            yield Finding(
                "left_behind", trip.text.modules.env.name, 1, {"table": table, "revision": "?"}
            )
        elif maker.source.name not in trip.empty_downgrades:
            values = {"table": table, "revision": maker.id}
            line = maker.line_of("downgrade")
            yield Finding("left_behind", maker.source.name, line, values)


def _maker(text: ProjectText, table: str) -> RevisionText | None:
    """Find the newest revision that makes a table or gives it its name."""
    for revision in reversed(text.revisions):
        renamed = [
            operation.text("new_table_name")
            for operation in revision.upgrade
            if operation.name == "rename_table"
        ]
        if table in revision.created or table in renamed:
            return revision
    return None
