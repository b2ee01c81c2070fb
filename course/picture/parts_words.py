"""What the picture of the four parts says, in words: rows for each part, lines for what differs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from course.phrases import phrase
from course.picture.picture import WORDS, clean
from course.project.database.schema import VERSION_TABLE
from course.project.effects import Part
from course.project.errors import ProjectError
from course.project.orders import Difference
from course.project.parts import NOT_YET, Note, Parts, Relation, TableSaid
from course.project.revision import Revision

OWN_WORDS = ("other_server", "placeholder")
"""Reasons that errors.toml says otherwise, or not."""


@dataclass(frozen=True)
class Word:
    """A word of a row; `tone` is empty, `muted`, or how a Note's tone has it."""

    text: str
    tone: str = ""


@dataclass(frozen=True)
class Row:
    """One row of a part: a name (`is_name`) or a remark, and what belongs to it.

    That is a message, the columns of a table, a mark beside it; `state` is `applied`,
    `pending`, `unsure` or `current` for a revision.
    """

    head: Word
    is_name: bool = False
    message: str = ""
    columns: tuple[Word, ...] = ()
    mark: Word | None = None
    state: str = ""


@dataclass(frozen=True)
class PartWords:
    """A part's title, where it is, and its rows, most important first where not all can show."""

    part: Part
    title: str
    place: str
    rows: tuple[Row, ...]


def part_words(parts: Parts, lang: str) -> tuple[PartWords, ...]:
    """Say each part, in the order in which they are drawn."""
    rows = {
        Part.models: _models(parts, lang),
        Part.revisions: _revisions(parts, lang),
        Part.version: _version(parts, lang),
        Part.schema: _schema(parts, lang),
    }
    places = {
        Part.models: ", ".join(parts.models.places),
        Part.revisions: parts.revisions.place,
        Part.version: parts.version.place,
        Part.schema: parts.schema.place,
    }
    return tuple(
        PartWords(part, part_title(part, lang), places[part], tuple(rows[part])) for part in Part
    )


def part_title(part: Part, lang: str) -> str:
    """Name a part."""
    return VERSION_TABLE if part is Part.version else say(str(part), lang)


def say(key: str, lang: str, **values: object) -> str:
    """Give a phrase of pictures.toml below `parts`."""
    return phrase(WORDS, f"parts.{key}", lang, **values)


def note_words(note: Note, lang: str) -> str:
    """Say how two parts stand to each other."""
    return say(note.key, lang, **note.values)


def difference_words(difference: Difference, lang: str) -> str:
    """Say what differs, without its sign."""
    if difference.kind in ("column", "other"):
        return ".".join(filter(None, (difference.table, difference.name)))
    values = {"table": difference.table, "name": difference.name}
    return " ".join(say(f"kind_{difference.kind}", lang, **values).split())


def effect_words(parts: Parts, part: Part, lang: str) -> list[str]:
    """Say what the last command did to a part; of a change without a command, that it changed."""
    words = ["read"] if part in parts.read else []
    if part in parts.written:
        words.append("written" if parts.command is not None else "changed")
    return [say(word, lang) for word in words]


def failure_words(parts: Parts, lang: str) -> str:
    """Say that the last command failed; "" when it did not, or there was none."""
    command = parts.command
    if command is None or not command.exit_code:
        return ""
    return say("failed", lang, code=command.exit_code)


def trouble_words(parts: Parts, lang: str) -> list[tuple[bool, str]]:
    """Say what keeps parts from being read, each reason once; False where nothing is wrong yet."""
    reasons: dict[str, tuple[ProjectError, list[Part]]] = {}
    for part, reason in _troubles(parts):
        words = _reason(reason, lang)
        reasons.setdefault(words, (reason, []))[1].append(part)
    return [
        (
            reason.key not in (*NOT_YET, "other_server"),
            f"{', '.join(part_title(part, lang) for part in about)}: {words}",
        )
        for words, (reason, about) in reasons.items()
    ]


def _troubles(parts: Parts) -> Iterator[tuple[Part, ProjectError]]:
    for part, reasons in (
        (Part.models, [parts.models.trouble]),
        (Part.revisions, [parts.revisions.trouble, *parts.revisions.faults]),
        (Part.version, [parts.version.trouble]),
        (Part.schema, [parts.schema.trouble]),
    ):
        for reason in reasons:
            if reason is not None:
                yield part, reason


def _reason(reason: ProjectError, lang: str) -> str:
    if reason.key in OWN_WORDS:
        return say(reason.key, lang, **reason.values)
    return reason.words(lang)


def _trouble_row(reason: ProjectError, lang: str) -> Row:
    if reason.key in NOT_YET:
        return Row(Word(say("not_yet", lang), "muted"))
    if reason.key == "other_server":
        return Row(Word(say("not_looked_at", lang), "muted"))
    return Row(Word(say("unread", lang), "wrong"))


def _models(parts: Parts, lang: str) -> Iterator[Row]:
    models = parts.models
    if models.trouble is not None:
        yield _trouble_row(models.trouble, lang)
    elif not models.handed_over:
        yield Row(Word(say("no_models", lang), "muted"))
    elif not models.tables:
        yield Row(Word(say("no_tables", lang), "muted"))
    relation = _between(parts, Part.models, Part.schema)
    tones = _tones(relation, "+~", "differs")
    yield from (_table(table, tones, lang) for table in _different_first(models.tables, tones))


def _schema(parts: Parts, lang: str) -> Iterator[Row]:
    schema = parts.schema
    if schema.trouble is not None:
        yield _trouble_row(schema.trouble, lang)
    elif not schema.exists:
        yield Row(Word(say("no_database", lang), "muted"))
    elif not schema.tables:
        yield Row(Word(say("no_tables", lang), "muted"))
    tones = _tones(_between(parts, Part.models, Part.schema), "-~", "differs")
    tones |= _tones(_between(parts, Part.version, Part.schema), "+~", "wrong")
    yield from (_table(table, tones, lang) for table in _different_first(schema.tables, tones))
    if schema.views:
        yield Row(Word(say("views", lang, names=", ".join(schema.views)), "muted"))


Tones = dict[tuple[str, str], str]
"""How tables (with an empty name) and columns are to be shown."""


def _between(parts: Parts, left: Part, right: Part) -> Relation:
    return next(each for each in parts.relations if (each.left, each.right) == (left, right))


def _tones(relation: Relation, signs: str, tone: str) -> Tones:
    return {
        (difference.table, difference.name): tone
        for difference in relation.differences
        if difference.sign in signs
    }


def _different_first(tables: Sequence[TableSaid], tones: Tones) -> list[TableSaid]:
    different = {table for table, _ in tones}
    return sorted(tables, key=lambda table: (table.name not in different, table.name))


def _table(table: TableSaid, tones: Tones, lang: str) -> Row:
    whole = tones.get((table.name, ""), "")
    mark = Word(phrase(WORDS, "schema.leftover", lang), "wrong") if table.leftover else None
    columns = tuple(
        Word(column, tones.get((table.name, column), whole or "muted")) for column in table.columns
    )
    return Row(Word(table.name, whole), True, "", columns, mark)


def _revisions(parts: Parts, lang: str) -> Iterator[Row]:
    revisions = parts.revisions
    if revisions.trouble is not None:
        yield _trouble_row(revisions.trouble, lang)
    elif revisions.faults:
        yield Row(Word(say("faults", lang, count=len(revisions.faults)), "wrong"))
    elif not revisions.order:
        yield Row(Word(say("no_revisions", lang), "muted"))
    if revisions.order:
        yield Row(Word(say("count", lang, count=len(revisions.order)), "muted"))
    yield from (_revision(revision, parts, lang) for revision in revisions.order)


def _revision(revision: Revision, parts: Parts, lang: str) -> Row:
    revisions = parts.revisions
    several = len(revisions.heads) > 1
    current = revision.id in (parts.version.rows or ())
    not_applied = "unsure" if revisions.unsure else "pending"
    state = "applied" if revision.id in revisions.applied else not_applied
    mark = None
    if revision.id in revisions.heads and not revisions.faults:
        mark = Word(phrase(WORDS, "graph.head", lang), "wrong" if several else "same")
    message = clean(revision.message)
    return Row(Word(revision.id), True, message, (), mark, "current" if current else state)


def _version(parts: Parts, lang: str) -> Iterator[Row]:
    version = parts.version
    if version.trouble is not None:
        yield _trouble_row(version.trouble, lang)
    elif version.rows is None:
        yield Row(Word(say("no_version", lang), "muted"))
    elif not version.rows:
        yield Row(Word(say("at_base", lang), "muted"))
    messages = {revision.id: revision.message for revision in parts.revisions.order}
    for row in version.rows or ():
        if row in version.ghosts:
            missing = Word(say("no_file", lang), "wrong")
            yield Row(Word(row, "wrong"), True, mark=missing)
        else:
            yield Row(Word(row), True, clean(messages[row]))
