"""An upgrade() that changes the schema and rows of tables that were there before.

Rows of a table that the same upgrade() makes are no alarm: nobody else has used it yet. Nor is a
view, which has no rows, a value that an enum type gets, or the validation of a constraint.
"""

from collections.abc import Iterator

from course.review.finding import Finding
from course.review.text.project_text import ProjectText

ORDER = 40


def check(text: ProjectText) -> Iterator[Finding]:
    """Find the first change of rows in each such upgrade()."""
    for revision in text.revisions:
        if all(effect.kind != "schema" for effect in revision.effects):
            continue
        for effect in revision.effects:
            if effect.is_data and (effect.table is None or effect.table not in revision.created):
                values = {"kind": effect.kind, "table": effect.table or "?"}
                line = effect.operation.call.lineno
                yield Finding("schema_and_data", revision.source.name, line, values)
                break
