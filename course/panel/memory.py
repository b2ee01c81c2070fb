"""What one look leaves for the next. It goes through the caller, who does not read it."""

import base64
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from course.project.changes import Changes, Snapshot
from course.project.effects import Part
from course.project.revision import Revision

Stamp = tuple[int, int]
"""A file's time of change in nanoseconds, and its size."""


@dataclass
class Memory:
    """The last look's snapshot, what had changed by then, what each part said, the scripts."""

    snapshot: Snapshot | None = None
    changes: Changes | None = None
    marks: Mapping[Part, str] | None = None
    scripts: dict[Path, tuple[Stamp, Revision]] = field(default_factory=dict)

    def to_text(self) -> str:
        """Give the memory as text."""
        return base64.b64encode(pickle.dumps(self)).decode("ascii")


def from_text(text: str) -> Memory:
    """Give the memory that a text holds; an empty one for an empty text."""
    if not text:
        return Memory()
    memory: Memory = pickle.loads(base64.b64decode(text))
    return memory
