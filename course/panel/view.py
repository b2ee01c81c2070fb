"""What a panel shows of a project: drawn away from the caller, with a memory of the last look."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from course.panel.section import NAMES, WORDS, Section
from course.phrases import phrase
from course.picture.picture import WORDS as PICTURE_WORDS
from course.picture.picture import panel_style
from course.project.effects import Command
from course.running import ways
from course.running.task import Json, Task

HERE = {ways.CHOICE: "here"}
"""A look is in a process of its own already: what it tries out on a copy needs no further one."""


@dataclass(frozen=True)
class View:
    """Everything that a panel shows at one moment."""

    lang: str
    title: str
    sections: tuple[Section, ...]

    def message(self) -> Json:
        """Give the message that `view.js` shows."""
        as_text = phrase(PICTURE_WORDS, "picture.as_text", self.lang)
        return {
            "type": "view",
            "lang": self.lang,
            "title": self.title,
            "style": panel_style(),
            "words": {
                "as_text": as_text,
                "restarted": phrase(WORDS, "restarted", self.lang),
            },
            "sections": [asdict(section) for section in self.sections],
        }


@dataclass
class Viewer:
    """Looks at the project in a folder again and again. One look at a time: it has a memory."""

    folder: Path
    lang: str
    environment: Mapping[str, str]
    """Looked at for each look anew, so it may be `os.environ` itself."""
    sections: Sequence[str] = NAMES
    """Those that are drawn."""
    memory: str = field(default="", init=False)
    """What the last look left for the next: `course.panel.memory` reads it, nobody else does."""

    def view(self, command: Command | None = None) -> View:
        """Look at the project as it stands, after a command if one ran.

        What cannot be read says so in its section. Raises TaskError when the look itself ended
        early or took too long.
        """
        order = {
            "folder": str(self.folder),
            "lang": self.lang,
            "command": asdict(command) if command else None,
            "sections": list(self.sections),
            "memory": self.memory,
        }
        environment = {**self.environment, **HERE}
        folder = self.folder if self.folder.is_dir() else self.folder.parent
        answer = ways.ask(Task("course.panel.look:look", order, folder, environment))
        self.memory = answer["memory"]
        sections = tuple(Section(**values) for values in answer["sections"])
        return View(self.lang, phrase(WORDS, "title", self.lang), sections)
