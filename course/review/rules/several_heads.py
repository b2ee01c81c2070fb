"""More than one head, unless each has a branch label of its own: then it is meant so."""

from collections.abc import Iterator, Sequence

from course.project.revision import Revision, heads
from course.review.finding import Finding
from course.review.text.project_text import ProjectText

ORDER = 80


def check(text: ProjectText) -> Iterator[Finding]:
    """Find the newest head. A revision that could not be read may be the merge: then no alarm."""
    tips = heads(text.revisions)
    if len(tips) < 2 or text.not_read:
        return
    labels = _labels(text.revisions)
    others = {
        tip.id: {label for other in tips if other is not tip for label in labels[other.id]}
        for tip in tips
    }
    if all(labels[tip.id] - others[tip.id] for tip in tips):
        return
    newest = text.by_id[tips[-1].id]
    values = {"heads": ", ".join(tip.id for tip in tips)}
    yield Finding("several_heads", newest.source.name, newest.line, values)


def _labels(revisions: Sequence[Revision]) -> dict[str, set[str]]:
    """Give each revision's branch labels: its own, and those of the revisions before it."""
    labels: dict[str, set[str]] = {}
    for revision in revisions:
        above = (labels[parent] for parent in revision.parents)
        labels[revision.id] = set(revision.labels).union(*above)
    return labels
