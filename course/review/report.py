"""A review in words, for people and for programs."""

import json
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from course.phrases import phrase
from course.review.finding import Finding, Note
from course.review.rules import rule_named
from course.review.run import Review

WORDS = Path(__file__).with_name("words.toml")
JSON_SCHEMA = 1
"""Goes up when something in the JSON is renamed or taken away."""


def note_words(note: Note, lang: str) -> str:
    """Say a note in one line."""
    values = dict(note.values)
    if note.because is not None:
        values["said"] = note.because.words(lang)
    return phrase(WORDS, f"note.{note.key}", lang, **values)


def as_json(review: Review, lang: str) -> str:
    """Give the review as a JSON document."""
    document = {
        "schema": JSON_SCHEMA,
        "revisions": review.revisions,
        "migrated": review.migrated,
        "findings": [_finding_as_json(finding, lang) for finding in review.findings],
        "notes": [
            {"note": note.key, "said": note_words(note, lang), "values": note.values}
            for note in review.notes
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _finding_as_json(finding: Finding, lang: str) -> dict[str, object]:
    rule = rule_named(finding.rule)
    return {
        "rule": rule.name,
        "file": finding.file,
        "line": finding.line,
        "what": rule.what(finding, lang),
        "why": rule.why(lang),
        "mend": rule.mend(lang),
        "values": finding.values,
    }


def print_text(review: Review, lang: str, console: Console) -> None:
    """Print the review; why a rule matters and the mend stand at the first place that breaks it."""
    told: set[str] = set()
    for finding in review.findings:
        console.print(f"{finding.file}:{finding.line}", style="bold", end=" ", soft_wrap=True)
        console.print(finding.rule, style="red", soft_wrap=True)
        for line in _lines(finding, lang, is_first=finding.rule not in told):
            console.print(f"  {line}", soft_wrap=True)
        told.add(finding.rule)
        console.print()
    for note in review.notes:
        words = phrase(WORDS, "line.note", lang, said=note_words(note, lang))
        console.print(words, style="dim", soft_wrap=True)
    console.print(_summary(review, lang), soft_wrap=True)


def _lines(finding: Finding, lang: str, is_first: bool) -> Iterator[str]:
    rule = rule_named(finding.rule)
    yield rule.what(finding, lang)
    if is_first:
        yield phrase(WORDS, "line.why", lang, why=rule.why(lang))
        yield phrase(WORDS, "line.mend", lang, mend=rule.mend(lang))


def _summary(review: Review, lang: str) -> str:
    values = {
        "revisions": review.revisions,
        "count": len(review.findings),
        "not_read": review.not_read,
    }
    if review.not_read:
        key = "not_read_found" if review.findings else "not_read"
    elif review.findings:
        key = "found"
    else:
        key = "clean_migrated" if review.migrated else "clean"
    return phrase(WORDS, f"line.{key}", lang, **values)
