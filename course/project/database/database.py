"""One database as it stands: its schema in one reading, its rows by queries."""

from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from course.project.database.schema import Column, ForeignKey, Index, Schema, Table, read_schema
from course.project.errors import explained, relative


class Database:
    """One look at an SQLite file, which is never written. A file that is not there is empty.

    The schema is read once. Every method raises ProjectError when the file cannot be read.
    """

    def __init__(self, path: Path, folder: Path) -> None:
        """Take the file, and the project folder that error messages name files from."""
        self.path = path
        self.folder = folder

    @property
    def name(self) -> str:
        """What the learner calls it: the file, from the project's folder."""
        return relative(self.path, self.folder)

    @cached_property
    def engine(self) -> sa.Engine:
        """An engine that waits half a second for a lock and keeps no connection open."""
        url = sa.URL.create("sqlite", database=str(self.path))
        return sa.create_engine(url, poolclass=sa.NullPool, connect_args={"timeout": 0.5})

    def exists(self) -> bool:
        """Tell whether the file is there."""
        return self.path.is_file()

    @cached_property
    def schema(self) -> Schema:
        """The whole schema, and the rows of alembic_version."""
        if not self.exists():
            return Schema()
        with explained(self.folder):
            return read_schema(self.engine)

    def tables(self) -> list[str]:
        """Give the names of the tables, Alembic's own left out."""
        return [table.name for table in self.schema.tables]

    def table(self, name: str) -> Table | None:
        """Give a table; None where there is none of that name."""
        return next((table for table in self.schema.tables if table.name == name), None)

    def columns(self, table: str) -> dict[str, Column]:
        """Give the table's columns by name; {} without the table."""
        there = self.table(table)
        return {column.name: column for column in there.columns} if there else {}

    def primary_key(self, table: str) -> tuple[str, ...]:
        """Give the columns of the table's primary key; () without one."""
        there = self.table(table)
        return there.primary_key.columns if there and there.primary_key else ()

    def indexes(self, table: str) -> dict[str, Index]:
        """Give the table's indexes by name, those over expressions too; {} without the table."""
        there = self.table(table)
        return {index.name: index for index in there.indexes} if there else {}

    def uniques(self, table: str) -> list[tuple[str, ...]]:
        """Give the column groups that UNIQUE constraints or unique indexes cover."""
        there = self.table(table)
        if there is None:
            return []
        constraints = [key.columns for key in there.uniques]
        return constraints + [index.columns for index in there.indexes if index.unique]

    def foreign_keys(self, table: str) -> tuple[ForeignKey, ...]:
        """Give the table's foreign keys; () without the table."""
        there = self.table(table)
        return there.foreign_keys if there else ()

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """Run a SELECT and give its rows. Raises ProjectError when the database refuses it."""
        with explained(self.folder), self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query), values)]

    def count(self, table: str) -> int:
        """Count the table's rows; 0 without the table."""
        if self.table(table) is None:
            return 0
        [(count,)] = self.rows(f'SELECT count(*) FROM "{table}"')
        return int(count)

    def has_version_table(self) -> bool:
        """Tell whether Alembic's version table is there."""
        return self.schema.version is not None

    def versions(self) -> tuple[str, ...]:
        """Give the revisions in alembic_version, sorted; () at base."""
        return self.schema.version or ()
