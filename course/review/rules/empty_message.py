"""A message that does not say what changes: none, digits, or weak words alone."""

import re
from collections.abc import Iterator
from pathlib import Path

from course.phrases import load
from course.review.finding import Finding
from course.review.text.project_text import ProjectText

ORDER = 70
WORDS = Path(__file__).with_name("empty_message.toml")
PARTICLE = re.compile(r"(?<=[가-힣])[을를이가은는]$")


def check(text: ProjectText) -> Iterator[Finding]:
    """Find the revisions whose message says nothing."""
    weak = {word for words in load(WORDS)["weak_words"].values() for word in words}
    for revision in text.revisions:
        if says_nothing(revision.message, weak):
            values = {"revision": revision.id, "message": revision.message.replace("\n", " ")}
            yield Finding("empty_message", revision.source.name, 1, values)


def says_nothing(message: str, weak: set[str]) -> bool:
    """Tell whether a message has no word that means something."""
    words = re.findall(r"[^\W\d_]+", message.lower())
    words = [PARTICLE.sub("", word) for word in words]
    return all(word in weak or (len(word) == 1 and word.isascii()) for word in words)
