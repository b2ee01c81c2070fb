"""What revisions make of an empty database: remembered as long as the project's sources stay."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from course.project.database.schema import Schema
from course.project.files import sources_hash
from course.project.project import Project

MANY = 64
"""Schemas that are remembered at most; the oldest go first."""


@dataclass
class MadeSchemas:
    """Schemas by a key that stands for the project's sources and the version."""

    known: dict[str, Schema] = field(default_factory=dict)

    def get(self, key: str) -> Schema | None:
        """Give the schema that was remembered for the key."""
        return self.known.get(key)

    def remember(self, key: str, schema: Schema) -> None:
        """Remember a schema."""
        self.known[key] = schema
        while len(self.known) > MANY:
            del self.known[next(iter(self.known))]


def key_of(project: Project, versions: Iterable[str]) -> str:
    """Give what decides the schema that revisions make: the files they may read, the version."""
    return " ".join([sources_hash(project.folder), *sorted(versions)])
