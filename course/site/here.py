"""What of a lesson runs in the browser, and why not all of it, by what the manifest says."""

from dataclasses import dataclass

from course.contents import LessonEntry
from course.phrases import phrase
from course.site.kernel.later import LACKING, kinds


@dataclass(frozen=True)
class Here:
    """`state` is `wholly` or `partly`; `why` names what lacks."""

    state: str
    why: str


def here(entry: LessonEntry, lang: str) -> Here:
    """Tell what of a lesson runs in the browser."""
    lacking = kinds(entry)
    return Here(
        "partly" if lacking else "wholly", " ".join(phrase(LACKING, kind, lang) for kind in lacking)
    )
