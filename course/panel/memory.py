"""What one look leaves for the next. It goes through the caller, who does not read it."""

import base64
import copyreg
import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field

from course.project.changes import Changes, Snapshot
from course.project.effects import Part
from course.project.errors import ProjectError
from course.project.made import MadeSchemas
from course.project.revision_files import FileReader


@dataclass
class Memory:
    """The last look's snapshot, what had changed by then, what each part and each file said."""

    snapshot: Snapshot | None = None
    changes: Changes | None = None
    marks: Mapping[Part, str] | None = None
    files: FileReader = field(default_factory=FileReader)
    made: MadeSchemas = field(default_factory=MadeSchemas)

    def to_text(self) -> str:
        """Give the memory as text."""
        return base64.b64encode(pickle.dumps(self)).decode("ascii")


def from_text(text: str) -> Memory:
    """Give the memory that a text holds; an empty one for an empty text."""
    if not text:
        return Memory()
    memory: Memory = pickle.loads(base64.b64decode(text))
    return memory


def _made_again(key: str, values: Mapping[str, object]) -> ProjectError:
    return ProjectError(key, **values)


# An exception is made again from its positional arguments; this one takes names.
copyreg.pickle(ProjectError, lambda error: (_made_again, (error.key, error.values)))
