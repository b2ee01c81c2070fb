"""Read teaching.toml: what a lesson is for, what to say and draw, where people stumble."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from course.author.problem import LessonProblem
from course.contents import LessonEntry
from course.phrases import Words

TEACHING = "teaching.toml"
STUMBLES = 3

Table = dict[str, Any]


class TeachingProblem(LessonProblem):
    """A teaching.toml that is not as CONTRIBUTING says; the message names file and place."""


@dataclass(frozen=True)
class Note:
    """What to say before a cell, and what to draw on the board."""

    cell: str
    say: Words[str]
    draw: Words[str] | None = None


@dataclass(frozen=True)
class Stumble:
    """Where people get stuck (a cell or an exercise), how it shows, the question that helps."""

    at: str
    sign: Words[str]
    ask: Words[str]


@dataclass(frozen=True)
class Cut:
    """A section that can be left out, and why."""

    section: str
    why: Words[str]


@dataclass(frozen=True)
class Teaching:
    """A lesson's teaching.toml; `hope` is the answer that the closing question hopes for."""

    purpose: Words[str]
    before: Words[list[str]]
    notes: tuple[Note, ...]
    stumbles: tuple[Stumble, ...]
    cuts: tuple[Cut, ...]
    ask: Words[str]
    hope: Words[str]

    def texts(self) -> dict[str, dict[str, str]]:
        """Give every text by key and language, as prose and messages are paired."""
        return {key: dict(words) for key, words in self._texts()}

    def _texts(self) -> Iterator[tuple[str, dict[str, str]]]:
        yield "for", self.purpose
        for number in range(max(map(len, self.before.values()), default=0)):
            lines = self.before.items()
            yield (
                f"before.{number + 1}",
                {lang: said[number] for lang, said in lines if number < len(said)},
            )
        for note in self.notes:
            yield f"say.{note.cell}", note.say
            if note.draw is not None:
                yield f"draw.{note.cell}", note.draw
        for stumble in self.stumbles:
            yield f"stumble.{stumble.at}.sign", stumble.sign
            yield f"stumble.{stumble.at}.ask", stumble.ask
        for cut in self.cuts:
            yield f"cut.{cut.section}", cut.why
        yield "closing.ask", self.ask
        yield "closing.hope", self.hope


def read_teaching(entry: LessonEntry) -> Teaching | None:
    """Read a lesson's teaching.toml; None where there is none. Raises TeachingProblem."""
    path = entry.folder / TEACHING
    if not path.is_file():
        return None
    return _Reader(path).teaching()


class _Reader:
    """The reading of one file, which names it in what it refuses."""

    def __init__(self, path: Path) -> None:
        self.name = f"lessons/{path.parent.name}/{path.name}"
        try:
            self.table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise TeachingProblem(f"{self.name}: {error}") from None

    def teaching(self) -> Teaching:
        """Give what the file says."""
        table = self.table
        self._keys(table, "the file", {"for", "before", "say", "stumble", "closing"}, {"cut"})
        self._keys(self._part(table["closing"], "[closing]"), "[closing]", {"ask", "hope"})
        return Teaching(
            purpose=self._words(table["for"], "[for]"),
            before=self._lists(table["before"], "[before]"),
            notes=tuple(self._notes()),
            stumbles=tuple(self._stumbles()),
            cuts=tuple(self._cuts()),
            ask=self._words(table["closing"]["ask"], "[closing] ask"),
            hope=self._words(table["closing"]["hope"], "[closing] hope"),
        )

    def _notes(self) -> Iterator[Note]:
        for where, one in self._each("say", "cell", {"say"}, {"draw"}):
            draw = self._words(one["draw"], f"{where} draw") if "draw" in one else None
            yield Note(one["cell"], self._words(one["say"], f"{where} say"), draw)

    def _stumbles(self) -> Iterator[Stumble]:
        for where, one in self._each("stumble", "at", {"sign", "ask"}):
            sign, ask = (self._words(one[key], f"{where} {key}") for key in ("sign", "ask"))
            yield Stumble(one["at"], sign, ask)

    def _cuts(self) -> Iterator[Cut]:
        for where, one in self._each("cut", "section", {"why"}):
            yield Cut(one["section"], self._words(one["why"], f"{where} why"))

    def _each(
        self, kind: str, place: str, needs: set[str], may: frozenset[str] | set[str] = frozenset()
    ) -> Iterator[tuple[str, Table]]:
        """Give the tables of a kind, each with how a message names it; a place is there once."""
        tables, seen = self.table.get(kind, []), set()
        if not isinstance(tables, list):
            self._refuse(f"[[{kind}]]", "is written with two brackets, a table each time")
        for number, one in enumerate(tables, start=1):
            where = f"[[{kind}]] {number}"
            self._keys(self._part(one, where), where, {place, *needs}, may)
            if not isinstance(one[place], str) or not one[place]:
                self._refuse(where, f"`{place}` is the key of a cell")
            if one[place] in seen:
                self._refuse(where, f"`{one[place]}` is there twice")
            seen.add(one[place])
            yield where, one

    def _keys(
        self,
        table: Table,
        where: str,
        needs: set[str],
        may: frozenset[str] | set[str] = frozenset(),
    ) -> None:
        for missing in sorted(needs - set(table)):
            self._refuse(where, f"lacks `{missing}`")
        for unknown in sorted(set(table) - needs - may):
            self._refuse(where, f"`{unknown}` is none of {', '.join(sorted(needs | may))}")

    def _part(self, value: object, where: str) -> Table:
        if not isinstance(value, dict):
            self._refuse(where, "is a table")
        return value

    def _words(self, value: object, where: str) -> Words[str]:
        said = self._part(value, where)
        for lang, text in said.items():
            if not isinstance(text, str) or not text.strip():
                self._refuse(where, f"`{lang}` is a text")
        if not said:
            self._refuse(where, "says nothing in any language")
        return Words({lang: text.strip() for lang, text in said.items()})

    def _lists(self, value: object, where: str) -> Words[list[str]]:
        said = self._part(value, where)
        for lang, lines in said.items():
            texts = lines if isinstance(lines, list) else [None]
            if not texts or not all(isinstance(line, str) and line.strip() for line in texts):
                self._refuse(where, f"`{lang}` is a list of texts")
        if not said:
            self._refuse(where, "says nothing in any language")
        return Words({lang: [line.strip() for line in lines] for lang, lines in said.items()})

    def _refuse(self, where: str, why: str) -> NoReturn:
        raise TeachingProblem(f"{self.name}: {where}: {why}")
