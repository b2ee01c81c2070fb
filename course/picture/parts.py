"""The four parts of a project side by side: what each says, what differs, what a command did."""

from collections.abc import Iterator

from course.phrases import phrase
from course.picture.parts_drawing import draw
from course.picture.parts_words import (
    PartWords,
    Row,
    difference_words,
    effect_words,
    failure_words,
    note_words,
    part_title,
    part_words,
    say,
    trouble_words,
)
from course.picture.picture import WORDS, Picture
from course.project.parts import Parts

LONGEST = 30
"""Rows of a part that the text form says."""


def draw_parts(parts: Parts, lang: str) -> Picture:
    """Draw models, revision files, `alembic_version` and the real schema, with the same as text."""
    words = part_words(parts, lang)
    label = say("label", lang)
    return Picture(
        label=label,
        text="\n".join(_write(parts, words, lang)),
        svg=draw(parts, words, label, lang),
        lang=lang,
    )


def _write(parts: Parts, words: tuple[PartWords, ...], lang: str) -> Iterator[str]:
    if parts.command is not None:
        failed = failure_words(parts, lang)
        yield f"$ {parts.command.line}" + (f"  [{failed}]" if failed else "")
        yield ""
    for part in words:
        effects = effect_words(parts, part.part, lang)
        title = f"{part.title}  [{', '.join(effects)}]" if effects else part.title
        yield f"{title}  {part.place}".rstrip()
        yield from (_row(row, lang) for row in part.rows[:LONGEST])
        if len(part.rows) > LONGEST:
            yield f"  {say('more', lang, count=len(part.rows) - LONGEST)}"
        yield ""
    for relation in parts.relations:
        between = " ↔ ".join(part_title(part, lang) for part in (relation.left, relation.right))
        notes = "; ".join(note_words(note, lang) for note in relation.notes)
        yield f"{between}: {notes}"
        for difference in relation.differences:
            yield f"  {difference.sign} {difference_words(difference, lang)}"
    troubles = trouble_words(parts, lang)
    if troubles:
        yield ""
    for is_wrong, said in troubles:
        yield f"{'!' if is_wrong else '·'} {said}"


def _row(row: Row, lang: str) -> str:
    sign = {"applied": "* ", "current": "@ ", "": ""}.get(row.state, "o ")
    columns = ", ".join(word.text for word in row.columns)
    said = [f"  {sign}{row.head.text}", columns or row.message]
    marks = [row.mark.text] if row.mark is not None else []
    if row.state in ("current", "pending", "unsure"):
        marks.append(phrase(WORDS, f"graph.{row.state}", lang))
    if marks:
        said.append(f"[{' · '.join(marks)}]")
    return "  ".join(words for words in said if words)
