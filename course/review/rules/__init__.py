"""The rules, found in this folder: `NAME.py` finds what breaks a rule, `NAME.toml` has its words.

A rule's module says its place among the rules as `ORDER`, and has one function: `check(text)`,
where the text of a project tells what breaks the rule, or `check_trip(trip)`, where only migrating
a copy tells it. Both give findings.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Generic, TypeVar

from course.phrases import phrase
from course.review.finding import Finding
from course.review.round_trip import RoundTrip
from course.review.text.project_text import ProjectText

Subject = TypeVar("Subject")
"""What a rule looks at."""


@dataclass(frozen=True)
class Rule(Generic[Subject]):
    """A rule: its name, its place among the rules, what finds where it is broken, its words."""

    name: str
    order: int
    check: Callable[[Subject], Iterator[Finding]]
    words: Path

    def title(self, lang: str) -> str:
        """Name in a few words what the rule finds."""
        return phrase(self.words, "title", lang)

    def what(self, finding: Finding, lang: str) -> str:
        """Say what was found."""
        key = f"what.{finding.variant}" if finding.variant else "what"
        return phrase(self.words, key, lang, **finding.values)

    def why(self, lang: str) -> str:
        """Say why the rule matters."""
        return phrase(self.words, "why", lang)

    def mend(self, lang: str) -> str:
        """Say how to fix what breaks the rule."""
        return phrase(self.words, "mend", lang)


def _modules() -> list[ModuleType]:
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return sorted(modules, key=lambda module: (module.ORDER, module.__name__))


def _rules(function: str) -> dict[str, Rule[Subject]]:
    """Give the rules whose modules have the function, by name, in order."""
    rules: dict[str, Rule[Subject]] = {}
    for module in _modules():
        if hasattr(module, function):
            words = Path(str(module.__file__)).with_suffix(".toml")
            name = words.stem
            rules[name] = Rule(name, module.ORDER, getattr(module, function), words)
    return rules


RULES: dict[str, Rule[ProjectText]] = _rules("check")
"""The rules that are decided by the project's text alone."""

TRIP_RULES: dict[str, Rule[RoundTrip]] = _rules("check_trip")
"""The rules that are decided by migrating a copy."""


def rule_named(name: str) -> Rule[ProjectText] | Rule[RoundTrip]:
    """Find a rule of either kind. Raises KeyError."""
    return RULES[name] if name in RULES else TRIP_RULES[name]


def titles(lang: str) -> dict[str, str]:
    """Give the title of every rule by its name, in the order of the rules."""
    rules: list[Rule[ProjectText] | Rule[RoundTrip]] = [*RULES.values(), *TRIP_RULES.values()]
    rules.sort(key=lambda rule: rule.order)
    return {rule.name: rule.title(lang) for rule in rules}
