"""The four parts of a project, what each says, and where they differ.

The order is that of Part: the models, the revision files, `alembic_version`, the real schema.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from course.project.database.database import Database
from course.project.database.difference import schema_differences
from course.project.database.schema import VERSION_TABLE, Schema
from course.project.database.server import ServerDatabase
from course.project.effects import Command, Part, effects
from course.project.errors import ProjectError, one_line, relative
from course.project.made import MadeSchemas, key_of
from course.project.orders import Comparison, Difference
from course.project.project import Project
from course.project.revision import Revision, heads, with_ancestors
from course.project.revision_files import FileReader, RevisionFiles
from course.project.trial import trial

MOST = 100
"""Revisions up to which it is asked what they make of an empty database."""

NOT_YET = ("no_folder", "no_settings", "no_scripts", "no_url", "placeholder")
"""Reasons for which a part is not there yet, and nothing is wrong."""

PLACEHOLDER = "driver"
"""The kind of database that the URL of a fresh alembic.ini names."""

Given = TypeVar("Given")


@dataclass(frozen=True)
class TableSaid:
    """A table as a part tells of it; `leftover` where a failed batch migration left it behind."""

    name: str
    columns: tuple[str, ...]
    leftover: bool = False


@dataclass(frozen=True)
class Models:
    """What env.py hands over: tables, and the files that define them; `handed_over` if it does."""

    tables: tuple[TableSaid, ...] = ()
    places: tuple[str, ...] = ()
    handed_over: bool = False
    trouble: ProjectError | None = None


@dataclass(frozen=True)
class Revisions:
    """The revision files, and what Alembic would stop at (`faults`).

    `order` is newest first. `applied` has the ids up to the version's rows; `unsure` tells that
    there may be others.
    """

    order: tuple[Revision, ...] = ()
    place: str = ""
    heads: tuple[str, ...] = ()
    applied: frozenset[str] = frozenset()
    unsure: bool = False
    faults: tuple[ProjectError, ...] = ()
    trouble: ProjectError | None = None


@dataclass(frozen=True)
class Version:
    """The rows of `alembic_version`, None without that table; `ghosts` are rows without a file."""

    rows: tuple[str, ...] | None = None
    place: str = ""
    ghosts: tuple[str, ...] = ()
    trouble: ProjectError | None = None


@dataclass(frozen=True)
class RealSchema:
    """The database's tables; `exists` tells whether there is a database at all."""

    tables: tuple[TableSaid, ...] = ()
    views: tuple[str, ...] = ()
    place: str = ""
    exists: bool = False
    trouble: ProjectError | None = None


@dataclass(frozen=True)
class Note:
    """What is said of two parts: a phrase of pictures.toml under `parts`, and its values.

    `tone` is `same`, `differs` (work to be done), `wrong`, `unknown`, or `nothing` (to compare).
    """

    key: str
    tone: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Relation:
    """How two parts stand to each other."""

    left: Part
    right: Part
    notes: tuple[Note, ...]
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Parts:
    """The four parts, how they stand to each other, and what the last command did to them.

    `written` are those that changed; without marks of before, those that the command writes.
    `marks` are by part, and differ when a part says something else.
    """

    models: Models
    revisions: Revisions
    version: Version
    schema: RealSchema
    relations: tuple[Relation, ...]
    marks: Mapping[Part, str]
    command: Command | None = None
    read: frozenset[Part] = frozenset()
    written: frozenset[Part] = frozenset()


def look_at_parts(
    project: Project,
    command: Command | None = None,
    before: Mapping[Part, str] | None = None,
    files: FileReader | None = None,
    made: MadeSchemas | None = None,
) -> Parts:
    """Look at the four parts of a project, and never raise for one that is not in order.

    `command` is the last one, `before` the marks of a look before it; `files` remembers what the
    revision files said, `made` what they make of an empty database.
    """
    found, no_database = _database(project)
    schema, no_schema = _schema(found, no_database)
    revisions = _revisions(project, files or FileReader(), schema.version or ())
    if no_schema is not None or revisions.faults:
        revisions = replace(revisions, unsure=True)
    asked = _ask(project, found, schema, revisions, made or MadeSchemas())
    if not (schema.version and asked.made):
        revisions = _loaded(project, revisions)
    models = _models(asked)
    place = found.name if found is not None else ""
    known = {revision.id for revision in revisions.order}
    ghosts = tuple(row for row in schema.version or () if row not in known)
    version = Version(schema.version, place, ghosts, no_schema)
    exists = found is not None and found.exists()
    real = RealSchema(_tables(schema), schema.views, place, exists, no_schema)
    marks = _marks(asked, revisions, schema, no_schema)
    meant = effects(command.line) if command is not None else None
    return Parts(
        models=models,
        revisions=revisions,
        version=version,
        schema=real,
        relations=(
            _revisions_and_version(revisions, version),
            _version_and_schema(asked, schema, no_schema),
            _models_and_schema(asked, models, real),
        ),
        marks=marks,
        command=command,
        read=meant.reads if meant is not None else frozenset(),
        written=_written(command, marks, before),
    )


def _attempt(read: Callable[[], Given]) -> tuple[Given | None, ProjectError | None]:
    """Read something; give it, or what kept it from being read."""
    try:
        return read(), None
    except ProjectError as reason:
        return None, reason
    except Exception as error:
        return None, ProjectError("other", said=one_line(error))


def _database(project: Project) -> tuple[Database | None, ProjectError | None]:
    """Give the database; the placeholder that a fresh alembic.ini names is none yet."""
    database, trouble = _attempt(project.database)
    if trouble is not None and trouble.values.get("dialect") == PLACEHOLDER:
        return None, ProjectError("placeholder")
    return database, trouble


def _schema(
    found: Database | None, trouble: ProjectError | None
) -> tuple[Schema, ProjectError | None]:
    if found is None:
        return Schema(), trouble
    schema, trouble = _attempt(lambda: found.schema)
    return schema or Schema(), trouble


def _tables(schema: Schema) -> tuple[TableSaid, ...]:
    return tuple(
        TableSaid(table.name, tuple(column.name for column in table.columns), table.is_leftover)
        for table in schema.tables
    )


def _revisions(project: Project, reader: FileReader, version: Iterable[str]) -> Revisions:
    scripts, trouble = _attempt(project.scripts)
    read, unread = _attempt(lambda: reader.read(project)) if scripts else (None, trouble)
    if scripts is None or read is None:
        return Revisions(trouble=trouble or unread)
    known = {revision.id for revision in read.revisions}
    applied = frozenset(with_ancestors(read.revisions, version))
    place = (scripts.version_locations or [str(Path(scripts.dir, "versions"))])[0]
    return Revisions(
        order=_newest_first(read),
        place=relative(Path(place), project.folder),
        heads=tuple(sorted(revision.id for revision in heads(read.revisions))),
        applied=applied,
        unsure=not applied <= known,
        faults=read.faults,
    )


def _loaded(project: Project, revisions: Revisions) -> Revisions:
    """Let Alembic load the files, where nothing did so yet, and add what stops it."""
    if revisions.trouble or revisions.faults or len(revisions.order) > MOST:
        return revisions
    _, stopped = _attempt(project.revisions)
    return replace(revisions, faults=(stopped,), unsure=True) if stopped else revisions


def _newest_first(read: RevisionFiles) -> tuple[Revision, ...]:
    """Put revisions in the order of their history; one of a circle comes where it is reached."""
    by_id = {revision.id: revision for revision in read.revisions}
    order: dict[str, Revision] = {}
    waiting = [(revision.id, False) for revision in reversed(read.revisions)]
    entered: set[str] = set()
    while waiting:
        name, left = waiting.pop()
        if left:
            order[name] = by_id[name]
        elif name in by_id and name not in entered:
            entered.add(name)
            waiting.append((name, True))
            waiting += [(parent, False) for parent in by_id[name].parents]
    return tuple(order.values())[::-1]


@dataclass(frozen=True)
class _Asked:
    """What was tried on a copy: the models' comparison, and what the revisions make of nothing.

    `unmade` says why the latter is not known: a phrase of pictures.toml under `parts`.
    """

    comparison: Comparison | None = None
    trouble: ProjectError | None = None
    made: Schema | None = None
    unmade: Note | None = None


def _ask(
    project: Project,
    found: Database | None,
    schema: Schema,
    revisions: Revisions,
    made: MadeSchemas,
) -> _Asked:
    """Try both questions in one go, on a copy of the schema without its rows.

    Where there is no schema to copy, the models are asked for with an empty database.
    """
    unmade = _why_not(schema, revisions)
    wanted = [] if unmade else list(schema.version or ())
    key, _ = _attempt(lambda: key_of(project, wanted))
    known = made.get(key) if key and wanted else None
    upgrades = [] if known else wanted
    many = [one.file for one in revisions.order if one.file] if len(revisions.order) > MOST else []
    sql, _ = _attempt(lambda: _as_sql(found) if found is not None else None)
    tried, trouble = _attempt(lambda: _try(project, sql, upgrades, many))
    if tried is None:
        return _Asked(trouble=trouble, unmade=unmade)
    if key and tried.made is not None:
        made.remember(key, tried.made)
    return replace(tried, made=known or tried.made, unmade=unmade or tried.unmade)


def _why_not(schema: Schema, revisions: Revisions) -> Note | None:
    if not schema.version:
        return None
    if revisions.trouble or revisions.faults:
        return Note("not_made_faults", "unknown")
    if revisions.unsure:
        return Note("not_made_gap", "unknown")
    if len(revisions.order) > MOST:
        return Note("not_made_many", "unknown", {"count": len(revisions.order), "most": MOST})
    return None


def _try(
    project: Project, database: str | None, upgrades: list[str], without: Collection[Path]
) -> _Asked:
    """Compare the models with a database that the SQL makes, and upgrade an empty one.

    Without SQL, an empty database takes the place of the one that the settings name.
    """
    ups = [("forget",), *(("upgrade", revision) for revision in upgrades)] if upgrades else []
    throwaway = database is None
    with trial(
        project, "check", *ups, database=database, throwaway=throwaway, without=without
    ) as steps:
        compared, *others = steps
        stopped = next((step for step in others if step.error), None)
        if stopped is not None:
            unmade = Note("not_made_failed", "unknown", {"said": stopped.error})
            return _Asked(compared.compared, unmade=unmade)
        made = others[-1].database.schema if others else None
        return _Asked(compared.compared, made=made)


def _as_sql(database: Database) -> str:
    """Give the SQL that makes a database's schema and version anew; SQLite's without other rows."""
    if isinstance(database, ServerDatabase):
        return database.dump()
    if not database.exists():
        return ""
    kinds = "CASE type WHEN 'table' THEN 1 WHEN 'view' THEN 3 WHEN 'trigger' THEN 4 ELSE 2 END"
    statements = database.rows(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND substr(name, 1, 7) != 'sqlite_' "
        f"ORDER BY {kinds}, rowid"
    )
    # A virtual table has made the tables behind it already.
    made = [sql.replace("CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ", 1) for (sql,) in statements]
    rows = [row.replace("'", "''") for row in database.versions()]
    made += [f"INSERT INTO {VERSION_TABLE} (version_num) VALUES ('{row}')" for row in rows]
    return "".join(f"{statement};\n" for statement in made)


def _models(asked: _Asked) -> Models:
    if asked.comparison is None:
        return Models(trouble=asked.trouble)
    tables = (TableSaid(name, columns) for name, columns in asked.comparison.models.items())
    in_order = tuple(sorted(tables, key=lambda table: table.name))
    return Models(in_order, asked.comparison.places, asked.comparison.metadata)


def _models_and_schema(asked: _Asked, models: Models, schema: RealSchema) -> Relation:
    def relation(note: Note, *differences: Difference) -> Relation:
        return Relation(Part.models, Part.schema, (note,), differences)

    if models.trouble or schema.trouble or asked.comparison is None:
        return relation(_incomparable(models.trouble, schema.trouble))
    if not models.handed_over:
        return relation(Note("models_none", "nothing"))
    differences = asked.comparison.differences
    if differences:
        return relation(Note("models_differ", "differs", {"count": len(differences)}), *differences)
    return relation(Note("models_same" if models.tables else "models_empty", "same"))


def _incomparable(*troubles: ProjectError | None) -> Note:
    """Say that there is nothing to compare yet, or no way to."""
    not_yet = any(trouble is not None and trouble.key in NOT_YET for trouble in troubles)
    return Note("nothing_yet", "nothing") if not_yet else Note("incomparable", "unknown")


def _revisions_and_version(revisions: Revisions, version: Version) -> Relation:
    return Relation(Part.revisions, Part.version, tuple(_history_notes(revisions, version)))


def _history_notes(revisions: Revisions, version: Version) -> Iterator[Note]:
    if revisions.trouble or version.trouble:
        yield _incomparable(revisions.trouble, version.trouble)
        return
    if version.ghosts:
        yield Note("history_ghost", "wrong", {"ids": ", ".join(version.ghosts)})
    if revisions.faults:
        yield Note("history_faults", "wrong", {"count": len(revisions.faults)})
    elif len(revisions.heads) > 1:
        yield Note("history_heads", "wrong", {"ids": ", ".join(revisions.heads)})
    if revisions.unsure:
        return
    pending = [one.id for one in revisions.order[::-1] if one.id not in revisions.applied]
    if pending:
        yield Note("history_pending", "differs", {"count": len(pending), "id": pending[0]})
    elif len(revisions.heads) < 2:
        yield Note("history_same" if revisions.order else "history_empty", "same")


def _version_and_schema(asked: _Asked, schema: Schema, trouble: ProjectError | None) -> Relation:
    def relation(note: Note, *differences: Difference) -> Relation:
        return Relation(Part.version, Part.schema, (note,), differences)

    made = asked.made if schema.version else Schema()
    if trouble is not None or made is None:
        return relation(asked.unmade or _incomparable(trouble))
    differences = schema_differences(made, schema)
    values = {"count": len(differences)}
    if differences:
        key = "made_otherwise" if schema.version else "made_without_version"
        return relation(Note(key, "wrong", values), *differences)
    return relation(Note("made_same" if schema.tables else "made_empty", "same"))


def _marks(
    asked: _Asked, revisions: Revisions, schema: Schema, no_schema: ProjectError | None
) -> Mapping[Part, str]:
    """Give a hash of what each part says; "" for one that cannot be read."""
    models = asked.comparison.details if asked.comparison is not None else None
    files, _ = _attempt(lambda: [one.file.read_bytes() for one in revisions.order if one.file])
    is_read = files is not None and revisions.trouble is None
    said = {
        Part.models: models,
        Part.revisions: (files, revisions.faults) if is_read else None,
        Part.version: None if no_schema else (schema.version,),
        Part.schema: None if no_schema else (schema.tables, schema.views),
    }
    return {
        part: "" if words is None else hashlib.sha256(repr(words).encode()).hexdigest()
        for part, words in said.items()
    }


def _written(
    command: Command | None, marks: Mapping[Part, str], before: Mapping[Part, str] | None
) -> frozenset[Part]:
    """Give the parts that changed; of one that cannot be compared, what the command means to do.

    A file that was saved before an `alembic` command is not written by it.
    """
    meant = effects(command.line) if command is not None else None
    went_well = command is not None and command.exit_code == 0
    written = set()
    for part in Part:
        writes = meant is not None and part in meant.writes
        if before is None or not before.get(part) or not marks[part]:
            changed = writes and went_well
        else:
            can_be = meant is None or writes or part in (Part.version, Part.schema)
            changed = can_be and before[part] != marks[part]
        if changed:
            written.add(part)
    return frozenset(written)
