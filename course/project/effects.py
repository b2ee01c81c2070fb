"""Which of the four parts an `alembic` command reads and writes, by what Alembic means by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from course.running.line import alembic_words


class Part(StrEnum):
    """The four parts that a project consists of, in the order in which they are drawn."""

    models = "models"
    revisions = "revisions"
    version = "version"
    schema = "schema"


@dataclass(frozen=True)
class Command:
    """A command that ran: the line as it was typed, and the exit code."""

    line: str
    exit_code: int


@dataclass(frozen=True)
class Effects:
    """What a command reads, and what it writes when it goes well."""

    reads: frozenset[Part] = frozenset()
    writes: frozenset[Part] = frozenset()


M, R, V, S = Part.models, Part.revisions, Part.version, Part.schema

MEANING: dict[str, tuple[set[Part], set[Part]]] = {
    "branches": ({R}, set()),
    "check": ({M, R, V, S}, set()),
    "current": ({R, V}, set()),
    "downgrade": ({R, V}, {V, S}),
    "edit": ({R}, {R}),
    "ensure_version": (set(), {V}),
    "heads": ({R}, set()),
    "history": ({R}, set()),
    "init": (set(), {R}),
    "list_templates": (set(), set()),
    "merge": ({R}, {R}),
    "revision": ({R}, {R}),
    "show": ({R}, set()),
    "stamp": ({R, V}, {V}),
    "upgrade": ({R, V}, {V, S}),
}
"""What each command reads and writes, without its options."""

ELSEWHERE = ("-c", "--config", "-n", "--name")
"""Options before the command that give it other settings, and with them maybe another database."""

VALUED = (*ELSEWHERE, "-x")
"""Options before the command that take the next word as their value."""


def effects(line: str) -> Effects | None:
    """Give the effects of a shell line; None when it is no plain `alembic` command.

    A command with other settings may mean another database than the one that is drawn: it reads
    and writes nothing of that one.
    """
    words = alembic_words(line)
    if words is None:
        return None
    name, options = _split(words)
    before = words[: len(words) - len(options)]
    if name not in MEANING or any(_is_option(word, "--help", "-h") for word in words):
        return Effects()
    reads, writes = (set(parts) for parts in MEANING[name])
    if name == "revision" and any(_is_option(word, "--autogenerate") for word in options):
        reads = {M, R, V, S}
    if name in ("edit", "history", "show") and _asks_for_current(options):
        reads.add(V)
    elsewhere = any(word.partition("=")[0] in ELSEWHERE for word in before)
    if elsewhere or any(_is_option(word, "--sql") for word in options):
        reads, writes = reads - {V, S}, writes - {V, S}
    return Effects(frozenset(reads), frozenset(writes))


def _split(words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Give the command and what follows it; "" when there are only options."""
    position = 0
    while position < len(words) and words[position].startswith("-"):
        position += 2 if words[position] in VALUED else 1
    if position >= len(words):
        return "", ()
    return words[position], words[position + 1 :]


def _is_option(word: str, long: str, short: str = "") -> bool:
    """Tell whether a word is the option; argparse takes the beginnings of long ones, too."""
    return word == short or (len(word) > len("--s") and long.startswith(word))


def _asks_for_current(options: Sequence[str]) -> bool:
    return any(
        "current" in word or _is_option(word, "--indicate-current", "-i") for word in options
    )
