"""A NOT NULL column without a server default, added to a table that may have rows.

A table of the same upgrade() has none; where it cannot be told which table it is, no alarm.
"""

import ast
from collections.abc import Iterator

from course.review.finding import Finding
from course.review.text.project_text import ProjectText
from course.review.text.source import is_constant, keyword, last_name
from course.review.text.tables import column_name

ORDER = 30
DEFAULTS = ("Computed", "Identity")


def check(text: ProjectText) -> Iterator[Finding]:
    """Find the columns that rows which exist have no value for."""
    for revision in text.revisions:
        for operation in revision.upgrade:
            column = operation.column() if operation.name == "add_column" else None
            if column is None or (
                revision.created and operation.table in {*revision.created, None}
            ):
                continue
            if is_constant(keyword(column, "nullable"), False) and not _fills_itself(column):
                values = {"table": operation.table or "?", "column": column_name(column) or "?"}
                yield Finding("required_column", revision.source.name, column.lineno, values)


def _fills_itself(column: ast.Call) -> bool:
    """Tell whether the database has a value for the column of a row that gives none."""
    default = keyword(column, "server_default")
    if default is not None and not is_constant(default, None):
        return True
    return any(last_name(getattr(part, "func", part)) in DEFAULTS for part in column.args)
