"""What languages say in pairs: which texts were accepted as saying the same (agreed.json).

Prose cells, the messages of verdicts, the hints and what teaching.toml says: each has a key, and a
text a language.
"""

import json
from collections.abc import Mapping

from course.author.notebook import write_text
from course.author.source import LessonSource, short_hash
from course.author.teaching.source import TEACHING, read_teaching
from course.contents import Course, LessonEntry

AGREED = "agreed.json"
MESSAGES, TAUGHT = "messages", "teaching"
Hashes = Mapping[str, Mapping[str, str]]


def texts(source: LessonSource) -> dict[str, dict[str, str]]:
    """Give every text of a lesson that stands in each language, by key and language."""
    paired = {cell.key: dict(cell.texts) for cell in source.prose}
    for exercise, table in source.entry.written_messages.items():
        for key, words in table.items():
            if key == "try":
                continue
            if key == "hints":
                paired.update(_hints(f"{MESSAGES}.{exercise}.hint", words))
            elif key == "not_yet":
                paired.update(
                    {f"{MESSAGES}.{exercise}.{name}": dict(below) for name, below in words.items()}
                )
            else:
                paired[f"{MESSAGES}.{exercise}.{key}"] = dict(words)
    teaching = read_teaching(source.entry)
    if teaching is not None:
        paired.update({f"{TAUGHT}.{key}": words for key, words in teaching.texts().items()})
    return paired


def _hints(key: str, words: dict[str, list[str]]) -> dict[str, dict[str, str]]:
    count = max(map(len, words.values()), default=0)
    return {
        f"{key}.{number + 1}": {
            lang: hints[number] for lang, hints in words.items() if number < len(hints)
        }
        for number in range(count)
    }


def spoken(key: str) -> str:
    """Say what a key names: a prose cell, a message or hint, or a text of teaching.toml."""
    kind, _, name = key.partition(".")
    kinds = {MESSAGES: "message", TAUGHT: TEACHING}
    return f"{kinds[kind]} '{name}'" if kind in kinds and name else f"prose '{key}'"


def missing(course: Course, entry: LessonEntry, said: Hashes) -> dict[str, list[str]]:
    """Give the texts that each language of the course lacks; `said` has what there is."""
    titles = {"title": entry.title, "purpose": entry.purpose, "doing": entry.doing}
    named: list[tuple[str, Mapping[str, str]]] = [
        *((f"'{name}' in course.toml", words) for name, words in titles.items()),
        *((spoken(key), words) for key, words in said.items()),
    ]
    return {lang: [name for name, words in named if lang not in words] for lang in course.languages}


def lacking(course: Course, source: LessonSource) -> list[str]:
    """Name every text that a language of the course lacks."""
    lacks = missing(course, source.entry, hashes(source))
    return [
        f"{source.entry.slug}: {name} lacks {lang}"
        for lang, names in lacks.items()
        for name in names
    ]


def hashes(source: LessonSource) -> Hashes:
    """Give a short hash of every text by key and language."""
    return {
        key: {lang: short_hash(text) for lang, text in words.items() if text}
        for key, words in texts(source).items()
    }


def accepted(entry: LessonEntry) -> Hashes:
    """Give the accepted hashes by key and language."""
    path = entry.folder / AGREED
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def one_sided(source: LessonSource) -> list[str]:
    """Name the texts of which some languages were changed and others were not."""
    before = accepted(source.entry)
    problems = []
    for key, now in hashes(source).items():
        known = before.get(key, {})
        changed = sorted(lang for lang in now if lang in known and known[lang] != now[lang])
        kept = sorted(lang for lang in now if known.get(lang) == now[lang])
        if changed and kept:
            problems.append(
                f"{source.entry.slug}: {spoken(key)} was changed in {', '.join(changed)} and "
                f"not in {', '.join(kept)}; when they agree: "
                f"course build {source.entry.slug} --accept"
            )
    return problems


def not_accepted(source: LessonSource) -> list[str]:
    """Name the texts that are not the accepted ones, and keys left over."""
    before, now = accepted(source.entry), hashes(source)
    differing = sorted(key for key in before.keys() | now.keys() if before.get(key) != now.get(key))
    return [f"{source.entry.slug}: {spoken(key)} is not accepted as it stands" for key in differing]


def accept(source: LessonSource) -> None:
    """Record that every text says the same in every language as it stands."""
    write_text(json.dumps(hashes(source), indent=1) + "\n", source.entry.folder / AGREED)
