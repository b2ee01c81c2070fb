"""What the desk remembers between two looks (`.desk.json`): it can be lost without a loss.

Of each language it has the lessons that were there and what the last update of the course brought;
of each notebook's file what it said, so that a file that did not change is not read again.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from course.desk import copying, files

NAME = ".desk.json"


@dataclass
class Update:
    """What an update of the course brought on a day (ISO): slugs of lessons."""

    day: str
    added: list[str] = field(default_factory=list)
    revised: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    @property
    def is_news(self) -> bool:
        """Whether it brought anything."""
        return bool(self.added or self.revised or self.removed)


@dataclass
class Record:
    """The record of one workspace."""

    place: Path
    lessons: dict[str, list[str]] = field(default_factory=dict)
    updates: dict[str, Update] = field(default_factory=dict)
    seen: dict[str, tuple[list[int], copying.Look]] = field(default_factory=dict)

    @classmethod
    def of(cls, place: Path) -> Self:
        """Read the record of a workspace; an empty one where there is none, or none to be read."""
        try:
            kept: Any = json.loads((place / NAME).read_bytes())
            updates = {lang: Update(**update) for lang, update in kept["updates"].items()}
            seen = {
                path: (stamp, copying.Look(**look)) for path, (stamp, look) in kept["seen"].items()
            }
            lessons = {lang: list(names) for lang, names in kept["lessons"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return cls(place)
        return cls(place, lessons, updates, seen)

    def save(self) -> None:
        """Write the record, if it says something new. Raises OSError."""
        there = {path: kept for path, kept in self.seen.items() if Path(path).exists()}
        kept = {
            "lessons": self.lessons,
            "updates": {lang: asdict(update) for lang, update in self.updates.items()},
            "seen": {path: [stamp, asdict(look)] for path, (stamp, look) in there.items()},
        }
        content = (json.dumps(kept, indent=1, sort_keys=True) + "\n").encode()
        path = self.place / NAME
        if not path.is_file() or path.read_bytes() != content:
            files.write(path, content)

    def look(self, path: Path) -> copying.Look:
        """Look at a notebook's file; one that did not change since the last look is not read.

        Raises NotANotebook and OSError.
        """
        status = path.stat()
        stamp = [status.st_mtime_ns, status.st_size, status.st_ino]
        kept = self.seen.get(str(path))
        if kept is not None and kept[0] == stamp:
            return kept[1]
        look = copying.look_at(copying.read(path))
        self.seen[str(path)] = (stamp, look)
        return look
