"""A review in words, for people and for programs."""

import json
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from course.phrases import phrase
from course.review.finding import Finding
from course.review.round_trip import Note
from course.review.run import Review

WORDS = Path(__file__).with_name("words.toml")
KINDS = {"round_trip": "phase", "rename_as_drop_and_add": "of"}
"""Rules that say what was found in several ways, and the value that tells which."""

SCHEMA = 1
"""Goes up when something in the JSON is renamed or taken away."""


def what(finding: Finding, lang: str) -> str:
    """Say what was found."""
    kind = finding.values.get(KINDS.get(finding.rule, ""))
    key = f"{finding.rule}_{kind}" if kind else finding.rule
    return phrase(WORDS, f"what.{key}", lang, **finding.values)


def why(rule: str, lang: str) -> str:
    """Say why the rule matters."""
    return phrase(WORDS, f"why.{rule}", lang)


def mend(rule: str, lang: str) -> str:
    """Say how to mend what breaks the rule."""
    return phrase(WORDS, f"mend.{rule}", lang)


def note_words(note: Note, lang: str) -> str:
    """Say a note in one line."""
    values = dict(note.values)
    if note.because is not None:
        values["said"] = note.because.words(lang)
    return phrase(WORDS, f"note.{note.key}", lang, **values)


def as_json(review: Review, lang: str) -> str:
    """Give the review as a JSON document."""
    found = [
        {
            "rule": one.rule,
            "file": one.file,
            "line": one.line,
            "what": what(one, lang),
            "why": why(one.rule, lang),
            "mend": mend(one.rule, lang),
            "values": one.values,
        }
        for one in review.findings
    ]
    notes = [{"note": one.key, "said": note_words(one, lang)} for one in review.notes]
    document = {
        "schema": SCHEMA,
        "revisions": review.revisions,
        "migrated": review.migrated,
        "findings": found,
        "notes": notes,
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def print_text(review: Review, lang: str, console: Console) -> None:
    """Print the review; why a rule matters and the mend stand at the first place that breaks it."""
    told: set[str] = set()
    for one in review.findings:
        console.print(f"{one.file}:{one.line}", style="bold", end=" ", soft_wrap=True)
        console.print(one.rule, style="red", soft_wrap=True)
        for line in _lines(one, lang, first=one.rule not in told):
            console.print(f"  {line}", soft_wrap=True)
        told.add(one.rule)
        console.print()
    for note in review.notes:
        said = phrase(WORDS, "line.note", lang, said=note_words(note, lang))
        console.print(said, style="dim", soft_wrap=True)
    console.print(_summary(review, lang), soft_wrap=True)


def _lines(finding: Finding, lang: str, first: bool) -> Iterator[str]:
    yield what(finding, lang)
    if first:
        yield phrase(WORDS, "line.why", lang, why=why(finding.rule, lang))
        yield phrase(WORDS, "line.mend", lang, mend=mend(finding.rule, lang))


def _summary(review: Review, lang: str) -> str:
    values = {"revisions": review.revisions, "count": len(review.findings)}
    if review.findings:
        return phrase(WORDS, "line.found", lang, **values)
    return phrase(WORDS, "line.clean_migrated" if review.migrated else "line.clean", lang, **values)
