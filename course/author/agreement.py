"""Prose in pairs: which texts were accepted as saying the same, kept in lessons/*/agreed.json."""

import json
from pathlib import Path

from course.author.source import LessonSource


def accepted_file(source: LessonSource) -> Path:
    """The file that keeps the hashes of a lesson's accepted prose."""
    return source.entry.folder / "agreed.json"


def accepted(source: LessonSource) -> dict[str, dict[str, str]]:
    """Give the accepted hashes by key and language."""
    path = accepted_file(source)
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def one_sided(source: LessonSource) -> list[str]:
    """Name the prose cells of which some languages were changed and others were not."""
    before = accepted(source)
    found = []
    for cell in source.prose:
        known, now = before.get(cell.key, {}), cell.hashes()
        changed = sorted(lang for lang in now if lang in known and known[lang] != now[lang])
        kept = sorted(lang for lang in now if known.get(lang) == now[lang])
        if changed and kept:
            found.append(
                f"{source.entry.slug}: prose '{cell.key}' was changed in {', '.join(changed)} and "
                f"not in {', '.join(kept)}; when they agree: "
                f"course build {source.entry.slug} --accept"
            )
    return found


def not_accepted(source: LessonSource) -> list[str]:
    """Name the prose cells whose texts are not the accepted ones, and keys left over."""
    before, now = accepted(source), {cell.key: cell.hashes() for cell in source.prose}
    differing = sorted(key for key in before.keys() | now.keys() if before.get(key) != now.get(key))
    return [f"{source.entry.slug}: prose '{key}' is not accepted as it stands" for key in differing]


def accept(source: LessonSource) -> None:
    """Record that the prose of every language says the same as it stands."""
    texts = {cell.key: cell.hashes() for cell in source.prose}
    text = json.dumps(texts, indent=1) + "\n"
    accepted_file(source).write_text(text, encoding="utf-8", newline="\n")
