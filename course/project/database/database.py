"""A database as it stands, read through SQLAlchemy's inspector."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa

from course.project.errors import explained

VERSION_TABLE = "alembic_version"


class Database:
    """One SQLite file, read and never written. A file that is not there reads as empty."""

    def __init__(self, path: Path, folder: Path) -> None:
        """Take the file, and the project folder that error messages name files from."""
        self.path = path
        self.folder = folder

    @cached_property
    def engine(self) -> sa.Engine:
        """An engine that waits half a second for a lock and keeps no connection open."""
        url = sa.URL.create("sqlite", database=str(self.path))
        return sa.create_engine(url, poolclass=sa.NullPool, connect_args={"timeout": 0.5})

    @contextmanager
    def _inspector(self) -> Iterator[sa.Inspector]:
        with explained(self.folder), self.engine.connect() as connection:
            yield sa.inspect(connection)

    def exists(self) -> bool:
        """Tell whether the file is there."""
        return self.path.is_file()

    def tables(self) -> list[str]:
        """Give the names of the tables, Alembic's own left out."""
        if not self.exists():
            return []
        with self._inspector() as inspector:
            return [name for name in inspector.get_table_names() if name != VERSION_TABLE]

    def columns(self, table: str) -> dict[str, dict]:
        """Give the table's columns by name, as the inspector describes them; {} without it."""
        if table not in self.tables():
            return {}
        with self._inspector() as inspector:
            return {column["name"]: dict(column) for column in inspector.get_columns(table)}

    def indexes(self, table: str) -> dict[str, dict]:
        """Give the table's indexes by name; {} without the table."""
        if table not in self.tables():
            return {}
        with self._inspector() as inspector:
            return {index["name"]: dict(index) for index in inspector.get_indexes(table)}

    def uniques(self, table: str) -> list[tuple[str, ...]]:
        """Give the column groups that UNIQUE constraints or unique indexes cover."""
        if table not in self.tables():
            return []
        with self._inspector() as inspector:
            constraints = inspector.get_unique_constraints(table)
            indexes = [index for index in inspector.get_indexes(table) if index["unique"]]
        return [tuple(one["column_names"]) for one in [*constraints, *indexes]]

    def foreign_keys(self, table: str) -> list[dict]:
        """Give the table's foreign keys; [] without the table."""
        if table not in self.tables():
            return []
        with self._inspector() as inspector:
            return [dict(key) for key in inspector.get_foreign_keys(table)]

    def rows(self, query: str, **values: object) -> list[tuple]:
        """Run a SELECT and give its rows. Raises ProjectError when the database refuses it."""
        with explained(self.folder), self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query), values)]

    def count(self, table: str) -> int:
        """Count the table's rows; 0 without the table."""
        if table not in self.tables():
            return 0
        return self.rows(f'SELECT count(*) FROM "{table}"')[0][0]

    def has_version_table(self) -> bool:
        """Tell whether Alembic's version table is there."""
        if not self.exists():
            return False
        with self._inspector() as inspector:
            return inspector.has_table(VERSION_TABLE)

    def versions(self) -> tuple[str, ...]:
        """Give the revisions in alembic_version, sorted; () at base."""
        if not self.has_version_table():
            return ()
        return tuple(
            sorted(row[0] for row in self.rows(f"SELECT version_num FROM {VERSION_TABLE}"))
        )
