"""What a database has other than was asked for, where what was asked is declared in SQLAlchemy.

The declared tables are made in a database in memory and read as the learner's is, so that both
are the same kind of text. What is compared is what the declaration says:

- columns: there, of the same type and length, NULL or NOT NULL; none that was not asked for
- a server default, and what ON DELETE and ON UPDATE do, where the asked one has it; a number in
  quotes is as good as one without
- the primary key, foreign keys, uniqueness: there, over the same columns, and no others. A unique
  constraint without a name and a unique index do the same, so that one is as good as the other
- indexes: there, unique or not, as asked; further plain ones are nobody's business
- a name, where the asked one has a name; a CHECK by its name alone
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa

from course.project.database.database import Database
from course.project.database.schema import Column, ForeignKey, Index, Table, read_schema_by

_Part = TypeVar("_Part")

QUOTED_NUMBER = re.compile(r"'(-?\d+(?:\.\d+)?)'")
"""SQLite takes a default as the column's type has it: of `'0'` and `0`, each is the other."""


@dataclass(frozen=True)
class Differing:
    """One thing that differs: what was asked for and what is there, one of them maybe nothing."""

    table: str
    asked: str = ""
    found: str = ""

    def __str__(self) -> str:
        """Write it in a line that needs no language: − lacking, + too much, found → asked."""
        if not self.found:
            return f"− {self.table}{self.asked}"
        if not self.asked:
            return f"+ {self.table}{self.found}"
        return f"{self.table}{self.found} → {self.asked.lstrip('. ')}"


def asked(database: Database, tables: Iterable[sa.Table]) -> list[Differing]:
    """Compare tables of the database with those that were asked for; [] where nothing differs.

    A table that a foreign key refers to need not be among them. Raises ProjectError when the
    database cannot be read.
    """
    found: list[Differing] = []
    for wanted in _declared(list(tables)):
        there = database.table(wanted.name)
        if there is None:
            found.append(Differing(wanted.name))
        else:
            found += _table(wanted, there)
    return found


def _declared(tables: list[sa.Table]) -> list[Table]:
    """Read the declared tables as SQLite has them, in the order in which they were given."""
    metadata = sa.MetaData()
    copies = [table.to_metadata(metadata) for table in tables]
    for target in sorted({key.target_fullname for copy in copies for key in copy.foreign_keys}):
        name, _, column = target.rpartition(".")
        if name not in {copy.name for copy in copies}:
            sa.Table(name, metadata, sa.Column(column, sa.Integer), extend_existing=True)
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        metadata.create_all(connection)
        made = {table.name: table for table in read_schema_by(connection).tables}
    engine.dispose()
    return [made[table.name] for table in tables]


def _table(wanted: Table, there: Table) -> Iterator[Differing]:
    yield from _columns(wanted, there)
    keys = [table.primary_key.columns if table.primary_key else () for table in (wanted, there)]
    if keys[0] != keys[1]:
        yield _differing(wanted.name, *[_over("PRIMARY KEY", key) if key else "" for key in keys])
    yield from _foreign_keys(wanted, there)
    yield from _uniques(wanted, there)
    yield from _indexes(wanted, there)
    names = {check.name for check in there.checks}
    for check in wanted.checks:
        if check.name and check.name not in names:
            yield Differing(wanted.name, f" CHECK {check.name}")


def _columns(wanted: Table, there: Table) -> Iterator[Differing]:
    now = {column.name: column for column in there.columns}
    key = wanted.primary_key.columns if wanted.primary_key else ()
    for column in wanted.columns:
        other = now.get(column.name)
        is_key = column.name in key
        if other is None:
            yield Differing(wanted.name, f".{column.name} {_type(column, is_key)}")
            continue
        said, is_said = _type(column, is_key), _type(other, is_key)
        if column.default is not None:
            said += _default(column)
            is_said += _default(other)
        if said != is_said:
            yield Differing(wanted.name, said, f".{column.name} {is_said}")
    asked_for = {column.name for column in wanted.columns}
    for column in there.columns:
        if column.name not in asked_for:
            yield Differing(wanted.name, "", f".{column.name} {_type(column, is_key=False)}")


def _default(column: Column) -> str:
    if column.default is None:
        return ""
    number = QUOTED_NUMBER.fullmatch(column.default)
    return f" DEFAULT {number[1] if number else column.default}"


def _type(column: Column, is_key: bool) -> str:
    """Say a column's type; SQLite has keys that were not said to be NOT NULL, and still are."""
    null = "" if is_key else " NULL" if column.nullable else " NOT NULL"
    return f"{column.type}{null}"


def _foreign_keys(wanted: Table, there: Table) -> Iterator[Differing]:
    def same_columns(one: ForeignKey, other: ForeignKey) -> bool:
        return one.columns == other.columns

    for key, other in _paired(wanted.foreign_keys, there.foreign_keys, same_columns):
        if key is None or other is None:
            yield _differing(wanted.name, _key(key), _key(other))
            continue
        told = ForeignKey(
            other.name if key.name else None,
            other.columns,
            other.table,
            other.referred,
            other.on_delete if key.on_delete else "",
            other.on_update if key.on_update else "",
        )
        if told != key:
            yield _differing(wanted.name, _key(key), _key(told))


def _key(key: ForeignKey | None) -> str:
    if key is None:
        return ""
    words = [
        _over(f"FOREIGN KEY {key.name}" if key.name else "FOREIGN KEY", key.columns),
        _over(f"REFERENCES {key.table}", key.referred),
        f"ON DELETE {key.on_delete}" if key.on_delete else "",
        f"ON UPDATE {key.on_update}" if key.on_update else "",
    ]
    return " ".join(word for word in words if word)


Unique = tuple[str | None, tuple[str, ...], bool]
"""A unique constraint or (True) a unique index: its name, its columns."""


def _uniques(wanted: Table, there: Table) -> Iterator[Differing]:
    """Compare what is unique; where a plain index was asked for, `_indexes` says so."""

    def same_columns(one: Unique, other: Unique) -> bool:
        return one[1] == other[1]

    plain = {index.columns for index in wanted.indexes if not index.unique}
    found = [one for one in _unique(there) if not (one[2] and one[1] in plain)]
    for one, other in _paired(_unique(wanted), found, same_columns):
        if one is None or other is None:
            if one is None or not (one[2] and _index_over(there, one[1])):
                yield _differing(wanted.name, _said(one), _said(other))
        elif one[0] and (one[0], one[2]) != (other[0], other[2]):
            yield _differing(wanted.name, _said(one), _said(other))


def _unique(table: Table) -> list[Unique]:
    constraints: list[Unique] = [(key.name, key.columns, False) for key in table.uniques]
    return constraints + [(one.name, one.columns, True) for one in table.indexes if one.unique]


def _said(one: Unique | None) -> str:
    if one is None:
        return ""
    name, columns, is_index = one
    kind = "UNIQUE INDEX" if is_index else "UNIQUE"
    return _over(f"{kind} {name}" if name else kind, columns)


def _indexes(wanted: Table, there: Table) -> Iterator[Differing]:
    """Compare plain indexes, and say where one is unique that should not be, or the reverse."""
    for index in wanted.indexes:
        others = [one for one in there.indexes if one.columns == index.columns]
        same = next((one for one in others if one.name == index.name), None)
        other = same or next(iter(others), None)
        if index.unique and (other is None or other.unique):
            continue  # `_uniques` compares them
        if other is None:
            yield Differing(wanted.name, f" {_index(index)}")
        elif (other.name, other.unique) != (index.name, index.unique):
            yield _differing(wanted.name, _index(index), _index(other))


def _index_over(table: Table, columns: tuple[str, ...]) -> bool:
    return any(index.columns == columns for index in table.indexes)


def _index(index: Index) -> str:
    return _over(f"{'UNIQUE INDEX' if index.unique else 'INDEX'} {index.name}", index.columns)


def _paired(
    wanted: Iterable[_Part], there: Iterable[_Part], same: Callable[[_Part, _Part], bool]
) -> Iterator[tuple[_Part | None, _Part | None]]:
    """Put each asked part beside one that is there; then those that nobody asked for."""
    left = list(there)
    for part in wanted:
        other = next((one for one in left if same(part, one)), None)
        if other is not None:
            left.remove(other)
        yield part, other
    for one in left:
        yield None, one


def _over(kind: str, columns: tuple[str, ...]) -> str:
    return f"{kind} ({', '.join(columns)})"


def _differing(table: str, wanted: str, there: str) -> Differing:
    return Differing(table, f" {wanted}" if wanted else "", f" {there}" if there else "")
