"""A `create_all` that the project's own code calls, or hands to a `run_sync`; not in tests."""

import ast
from collections.abc import Iterator

from course.review.finding import Finding
from course.review.text.project_text import ProjectText
from course.review.text.source import calls

ORDER = 100


def check(text: ProjectText) -> Iterator[Finding]:
    """Find the calls in the project's files, revisions included."""
    sources = {source.path: source for source in text.modules.files}
    sources |= {revision.source.path: revision.source for revision in text.revisions}
    for source in sources.values():
        if b"create_all" not in source.content or not source.parses:
            continue
        for call in calls(source.tree):
            for node in (call.func, *call.args):
                if isinstance(node, ast.Attribute) and node.attr == "create_all":
                    values = {"call": ast.unparse(node)}
                    yield Finding("create_all", source.name, node.lineno, values)
