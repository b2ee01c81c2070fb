"""What the build remembers of a lesson (built.json): what its notebooks were made of.

`text` is a hash of all that the notebooks' cells follow from, `inputs` has what their outputs
depend on (`course.author.fingerprint`), and of each notebook the hashes of its code and its file
are there; `minutes` is how long the lesson takes. One line a hash, so that a diff can be read.
"""

import json
from dataclasses import asdict, dataclass, field
from typing import Self

from course.author.compose import Target
from course.author.fingerprint import Inputs
from course.author.notebook import write_text
from course.contents import BUILT, LessonEntry


@dataclass
class Record:
    """What the build wrote last, and of what it made it."""

    text: str = ""
    agreed: str = ""
    inputs: dict[str, Inputs] = field(default_factory=dict)
    notebooks: dict[str, dict[str, str]] = field(default_factory=dict)
    minutes: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, entry: LessonEntry) -> Self:
        """Read the record of a lesson; an empty one where there is none, or none to be read."""
        try:
            return cls(**json.loads((entry.folder / BUILT).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return cls()

    def write(self, entry: LessonEntry) -> None:
        """Write the record beside the lesson."""
        write_text(json.dumps(asdict(self), indent=1) + "\n", entry.folder / BUILT)

    def file(self, lang: str, solved: bool) -> str:
        """Give the hash of a notebook's file as the build wrote it; empty if it wrote none."""
        return self.notebooks.get(key(lang, solved), {}).get("file", "")

    def code(self, target: Target) -> str:
        """Give the hash of the code that a notebook's outputs are of; empty if there is none."""
        return self.notebooks.get(key(target.lang, target.solved), {}).get("code", "")


def key(lang: str, solved: bool) -> str:
    """Name a notebook of a lesson in its record."""
    return f"{lang} solved" if solved else lang
