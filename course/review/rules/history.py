"""Rules about revisions as a whole: their message, their way back, their place in the history."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from course.phrases import load
from course.review.finding import Finding
from course.review.text.project_text import Reading
from course.review.text.revisions import Revision, heads
from course.review.text.source import Function, is_constant

WEAK_WORDS = Path(__file__).with_name("weak_words.toml")
TEMPLATE_DOCSTRINGS = ("", "Downgrade schema.")
PARTICLE = re.compile(r"(?<=[가-힣])[을를이가은는]$")


def empty_downgrade(reading: Reading) -> Iterator[Finding]:
    """A downgrade() without a statement, while upgrade() has some.

    Where upgrade() only updates or deletes rows there may be nothing to take back: a docstring that
    says so is enough.
    """
    for revision in reading.revisions:
        for up, down in _pairs(revision):
            if _is_empty(up) or (down is not None and not _is_empty(down)):
                continue
            if down is not None and _only_corrects_rows(revision) and _says_why(down):
                continue
            line = (down or up).lineno
            values = {"revision": revision.id, "function": down.name if down else "downgrade"}
            yield Finding("empty_downgrade", revision.source.name, line, values)


def _pairs(revision: Revision) -> Iterator[tuple[Function, Function | None]]:
    """Give upgrade() and downgrade(), and those of each database of the multidb template."""
    functions = revision.source.functions
    for name, function in functions.items():
        if name == "upgrade":
            yield function, functions.get("downgrade")
        elif name.startswith("upgrade_"):
            down = functions.get(f"downgrade_{name.removeprefix('upgrade_')}")
            if down is not None:
                yield function, down


def _is_empty(function: Function) -> bool:
    return all(_does_nothing(one) for one in function.body)


def _does_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Return):
        return node.value is None or is_constant(node.value, None)
    return isinstance(node, ast.Pass)


def _only_corrects_rows(revision: Revision) -> bool:
    kinds = {change.kind for change in revision.changes}
    return bool(kinds) and kinds <= {"UPDATE", "DELETE"}


def _says_why(function: Function) -> bool:
    return (ast.get_docstring(function) or "") not in TEMPLATE_DOCSTRINGS


def empty_message(reading: Reading) -> Iterator[Finding]:
    """A message that does not say what changes: none, digits, or weak words alone."""
    weak = {word for words in load(WEAK_WORDS)["words"].values() for word in words}
    for revision in reading.revisions:
        if says_nothing(revision.message, weak):
            values = {"revision": revision.id, "message": revision.message.replace("\n", " ")}
            yield Finding("empty_message", revision.source.name, 1, values)


def says_nothing(message: str, weak: set[str]) -> bool:
    """Tell whether a message has no word that means something."""
    words = re.findall(r"[^\W\d_]+", message.lower())
    words = [PARTICLE.sub("", word) for word in words]
    return all(word in weak or (len(word) == 1 and word.isascii()) for word in words)


def several_heads(reading: Reading) -> Iterator[Finding]:
    """More than one head, unless each has a branch label of its own: then it is meant so."""
    found = heads(reading.revisions)
    if len(found) < 2:
        return
    labels = _labels(reading.revisions)
    others = {
        one.id: {label for other in found if other is not one for label in labels[other.id]}
        for one in found
    }
    if all(labels[one.id] - others[one.id] for one in found):
        return
    newest = found[-1]
    values = {"heads": ", ".join(one.id for one in found)}
    yield Finding("several_heads", newest.source.name, newest.line, values)


def _labels(revisions: list[Revision]) -> dict[str, set[str]]:
    """Give each revision's branch labels: its own, and those of the revisions before it."""
    labels: dict[str, set[str]] = {}
    for one in revisions:
        labels[one.id] = set(one.labels).union(*(labels[parent] for parent in one.parents))
    return labels
