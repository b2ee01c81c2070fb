"""What revisions make of an empty database: remembered as long as the project's sources stay."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from course.project.database.schema import Schema
from course.project.files import walk
from course.project.project import Project

SOURCES = (".py", ".ini", ".toml", ".env")
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
    digest = hashlib.blake2b(repr(sorted(versions)).encode(), digest_size=16)
    for folder, _, names in walk(project.folder):
        for name in names:
            if name.endswith(SOURCES):
                digest.update(f"{folder / name}\0".encode())
                digest.update((folder / name).read_bytes())
    return digest.hexdigest()
