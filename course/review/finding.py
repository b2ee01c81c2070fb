"""What the review found, and where."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """One place that breaks a rule: `values` fill in the words that words.toml has for the rule.

    `file` is named from the project's folder, with forward slashes.
    """

    rule: str
    file: str
    line: int
    values: dict[str, str] = field(default_factory=dict)
