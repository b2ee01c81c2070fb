"""What of a lesson runs in the browser, and why not all of it, by what the manifest says."""

from dataclasses import dataclass

from course.contents import LessonEntry
from course.phrases import phrase
from course.site.kernel.later import LACKING

CLOSED = ("postgresql", "application")
"""Without these a lesson doesn't open; it can be read."""


@dataclass(frozen=True)
class Here:
    """`state` is `wholly`, `partly` or `read`; `why` names what lacks, nothing for `wholly`."""

    state: str
    why: str


def here(entry: LessonEntry, lang: str) -> Here:
    """Tell what of a lesson runs in the browser."""
    beyond = [kind for kind in (entry.server, entry.extra) if kind in CLOSED]
    lacking = beyond or entry.uses
    state = "read" if beyond else "partly" if lacking else "wholly"
    return Here(state, " ".join(phrase(LACKING, kind, lang) for kind in lacking))
