"""What is to be seen of the selected revision: its file, and the SQL that it would write."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from course.playground.at_once import at_once
from course.playground.stage import Stage
from course.playground.terminal import Ran, write_sql
from course.project.revision import BASE, Revision

RUNNING = re.compile(r"^-- Running (?:upgrade|downgrade) (?P<way>.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """A revision's file as it is written, and what `--sql` gives for both ways."""

    code: str
    up: Ran
    down: Ran


@dataclass
class Sources:
    """The sources of a stage's revisions, each read once as long as its file stays."""

    stage: Stage
    _known: dict[str, tuple[int, Source]] = field(default_factory=dict)

    def of(self, revision: Revision) -> Source:
        """Give a revision's source. Raises OSError when its file cannot be read."""
        file = revision.file or Path()
        written = file.stat().st_mtime_ns
        known = self._known.get(revision.id)
        if known is None or known[0] != written:
            known = self._known[revision.id] = (written, self._read(revision, file))
        return known[1]

    def _read(self, revision: Revision, file: Path) -> Source:
        code = file.read_text(encoding="utf-8", errors="replace")
        parent = revision.parents[0] if revision.parents else BASE
        up, down = at_once(
            lambda: self._sql(revision, f"alembic upgrade {parent}:{revision.id} --sql"),
            lambda: self._sql(revision, f"alembic downgrade {revision.id}:{parent} --sql"),
        )
        return Source(code, up, down)

    def _sql(self, revision: Revision, line: str) -> Ran:
        ran = write_sql(self.stage, line)
        return ran if ran.exit_code else Ran(line, own_part(ran.printed, revision.id), 0)


def own_part(script: str, revision: str) -> str:
    """Give the part of a script that is one revision's: a merge's has its other branch, too."""
    marks = list(RUNNING.finditer(script))
    ends = [mark.start() for mark in marks[1:]] + [len(script)]
    for mark, end in zip(marks, ends, strict=False):
        before, _, after = mark["way"].partition(" -> ")
        if revision in (before.strip(), after.strip()):
            return script[mark.start() : end].strip()
    return script.strip()
