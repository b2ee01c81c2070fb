"""What a review says: a finding where a rule is broken, and a note on the review itself."""

from dataclasses import dataclass, field

from course.project.errors import ProjectError

NOT_READ = "not_read"
"""The key of the note that a revision file could not be read."""


@dataclass(frozen=True)
class Finding:
    """One place that breaks a rule: `values` fill in what the rule's words say of it.

    `file` is named from the project's folder, with forward slashes. A rule that says what it found
    in several ways has a phrase for each, and `variant` names it.
    """

    rule: str
    file: str
    line: int
    values: dict[str, str] = field(default_factory=dict)
    variant: str | None = None


@dataclass(frozen=True)
class Note:
    """What could not be read or tried out, and why. It is no finding.

    `key` names its phrase, `values` fill it in; where an error is the reason, it says so itself.
    """

    key: str
    values: dict[str, str] = field(default_factory=dict)
    because: ProjectError | None = None
