"""The drawing of the four parts: a command above, four boxes, and brackets for what differs."""

from collections.abc import Sequence
from dataclasses import dataclass

from course.picture.parts_words import (
    PartWords,
    Row,
    Word,
    difference_words,
    effect_words,
    failure_words,
    note_words,
    say,
    trouble_words,
)
from course.picture.picture import Drawing, shorten, text_width
from course.project.effects import Part
from course.project.parts import Parts, Relation

MARGIN, GAP, BOX = 18, 16, 204
PITCH = BOX + GAP
WIDTH = 2 * MARGIN + 4 * BOX + 3 * GAP
INNER = BOX - 24
"""The room for words in a box."""

TITLE, BAR, ARROWS, HEAD = 40, 30, 38, 54
ROWS = 7
"""Rows of a box that are drawn."""

LINES = 3
"""Lines of a table's columns that are drawn, and of what differs."""

INDENT = 16
"""What revisions leave free for their mark."""

DEPTH, INSET, SPACING = 18, 12, 18
"""How far a bracket hangs down, how far from a box's middle it begins; between differences."""

INK = {"": "ink", "muted": "muted", "same": "good", "differs": "lane1", "wrong": "warn"}
TONES = ("wrong", "differs", "unknown", "nothing", "same")
"""The tones of notes, the weightiest first."""

COLOURS = {
    "same": "good",
    "differs": "lane1",
    "wrong": "warn",
    "unknown": "muted",
    "nothing": "muted",
}
SIGN_INK = {"+": "good", "-": "warn", "~": "lane1", " ": "muted"}
SIGNS = {"same": "✓", "differs": "≠", "wrong": "!", "unknown": "?", "nothing": "–"}


def draw(parts: Parts, words: Sequence[PartWords], title: str, lang: str) -> str:
    """Draw it as SVG."""
    drawing = Drawing()
    drawing.text(MARGIN, 27, title, "ink bold")
    top = _draw_command(drawing, parts, lang)
    boxes = [_lay_out(each, lang) for each in words]
    height = HEAD + max(sum(line.height for line in lines) for lines in boxes) + 6
    for each, lines in zip(words, boxes, strict=True):
        left = _middle(each.part) - BOX / 2
        _draw_box(drawing, left, top, height, each, each.part in parts.written)
        _draw_lines(drawing, left + 12, top + HEAD, lines)
    bottom = _draw_relations(drawing, parts.relations, top + height, lang)
    bottom = _draw_troubles(drawing, parts, bottom, lang)
    return drawing.svg(title, WIDTH, bottom + 8, lang)


def _middle(part: Part) -> float:
    return MARGIN + list(Part).index(part) * PITCH + BOX / 2


# --- the command, and its arrows ---


def _draw_command(drawing: Drawing, parts: Parts, lang: str) -> float:
    """Draw the command's bar and an arrow for each part that it read or wrote; give the bottom."""
    if parts.command is None and not parts.written:
        return TITLE
    drawing.rect(MARGIN, TITLE, WIDTH - 2 * MARGIN, BAR, "panel edge-line", 7)
    if parts.command is None:
        drawing.text(MARGIN + 12, TITLE + 20, say("since", lang), "ink")
    else:
        failed = failure_words(parts, lang)
        room = WIDTH - 2 * MARGIN - 44 - (text_width(failed, 13) + 20 if failed else 0)
        line = shorten(parts.command.line, 12, room, mono=True)
        drawing.text(MARGIN + 12, TITLE + 20, "$", "muted mono")
        drawing.text(MARGIN + 26, TITLE + 20, line, "ink mono bold")
        if failed:
            right = WIDTH - MARGIN - 12
            drawing.text(right, TITLE + 20, failed, "warn bold", "end")
    for part in Part:
        _draw_arrows(drawing, parts, part, lang)
    return TITLE + BAR + ARROWS


def _draw_arrows(drawing: Drawing, parts: Parts, part: Part, lang: str) -> None:
    """Draw what is read on its way up to the command, and what is written on its way down."""
    said = effect_words(parts, part, lang)
    left = _middle(part) - (len(said) - 1) * 42 - 20
    for number, words in enumerate(said):
        up = number == 0 and part in parts.read
        x = left + 84 * number
        start, end = TITLE + BAR + ARROWS - 3, TITLE + BAR + 4
        if not up:
            start, end = end - 1, start - 1
        back = 8 if up else -8
        ink = "muted" if up else "accent"
        drawing.path(["M", x, start, "V", end + back / 2], f"{ink}-line line")
        drawing.path(["M", x, end, "L", x - 5, end + back, "H", x + 5, "Z"], ink)
        style = "muted small" if up else "accent small bold"
        drawing.text(x + 9, TITLE + BAR + ARROWS / 2 + 4, words, style)


# --- the boxes ---


@dataclass(frozen=True)
class _Line:
    """A line of a box: words from their places on, in a font; a mark at the right end."""

    height: float
    words: tuple[tuple[float, Word], ...] = ()
    font: str = "small"
    mark: Word | None = None
    state: str = ""


SPACE = _Line(6)


def _lay_out(part: PartWords, lang: str) -> list[_Line]:
    """Give the lines of a box; the rows that do not fit are counted."""
    shown = _choose(part.rows)
    lines = [line for row in shown for line in (*_row_lines(row), SPACE)]
    left_out = len(part.rows) - len(shown)
    if left_out:
        lines += _texts(say("more", lang, count=left_out), "muted")
    return lines


def _choose(rows: Sequence[Row]) -> list[Row]:
    """Give the rows that are drawn: the first, and where the database stands."""
    if len(rows) <= ROWS:
        return list(rows)
    current = [row for row in rows if row.state == "current"][:2]
    others = [row for row in rows if row.state != "current"][: ROWS - len(current)]
    return [row for row in rows if row in current or row in others]


def _row_lines(row: Row) -> list[_Line]:
    if not row.is_name:
        return _texts(row.head.text, row.head.tone)
    return [*_name_lines(row), *_message_lines(row), *_column_lines(row.columns)]


def _texts(words: str, tone: str, indent: float = 0) -> list[_Line]:
    lines = wrap(words, 11, INNER - indent, LINES)
    return [_Line(16, ((indent, Word(line, tone)),)) for line in lines]


def _name_lines(row: Row) -> list[_Line]:
    """Give the line of a name, and a mark behind it, or below where there is no room."""
    indent = INDENT if row.state else 0
    room = INNER - indent
    taken = text_width(row.mark.text, 11) + 8 if row.mark is not None else 0
    fits = text_width(row.head.text, 12, mono=True) + taken <= room
    name = Word(shorten(row.head.text, 12, room, mono=True), row.head.tone)
    font = "mono" if row.state else "mono bold"
    line = _Line(18, ((indent, name),), font, row.mark if fits else None, row.state)
    below = _texts(row.mark.text, row.mark.tone, indent) if row.mark and not fits else []
    return [line, *below]


def _message_lines(row: Row) -> list[_Line]:
    indent = INDENT if row.state else 0
    message = shorten(row.message, 11, INNER - indent)
    return [_Line(15, ((indent, Word(message, "muted")),))] if message else []


def _column_lines(columns: Sequence[Word]) -> list[_Line]:
    """Give lines of columns, one behind the other; those that do not fit are counted."""
    lines: list[list[tuple[float, Word]]] = [[]]
    x = 0.0
    for number, column in enumerate(columns):
        comma = "," if number < len(columns) - 1 else ""
        name = shorten(column.text, 11, INNER - 8, mono=True) + comma
        width = text_width(name, 11, mono=True)
        if x + width > INNER and x:
            if len(lines) == LINES:
                lines[-1][-1:] = [_counted(lines[-1][-1], len(columns) - number + 1)]
                break
            lines.append([])
            x = 0.0
        lines[-1].append((x, Word(name, column.tone)))
        x += width + 6
    return [_Line(15, tuple(line), "mono small") for line in lines if line]


def _counted(place: tuple[float, Word], count: int) -> tuple[float, Word]:
    return place[0], Word(f"… +{count}", "muted")


def _draw_box(
    drawing: Drawing, left: float, top: float, height: float, part: PartWords, written: bool
) -> None:
    """Draw the frame of a box, its title and its place."""
    frame, head = ("accent-line line", "glow") if written else ("edge-line", "panel")
    drawing.rect(left, top, BOX, height, f"paper {frame}", 8)
    drawing.rect(left + 1, top + 1, BOX - 2, HEAD - 7, head, 7)
    drawing.text(left + 12, top + 21, part.title, "ink bold")
    place = shorten(part.place, 11, INNER, mono=True)
    drawing.text(left + 12, top + 39, place, "muted mono small")


def _draw_lines(drawing: Drawing, left: float, top: float, lines: Sequence[_Line]) -> None:
    y = top
    for line in lines:
        if line.state:
            _draw_state(drawing, left + 5, y + 9, line.state)
        for x, word in line.words:
            drawing.text(left + x, y + 13, word.text, f"{INK[word.tone]} {line.font}")
        if line.mark is not None:
            style = f"{INK[line.mark.tone]} small bold"
            drawing.text(left + INNER, y + 13, line.mark.text, style, "end")
        y += line.height


def _draw_state(drawing: Drawing, x: float, y: float, state: str) -> None:
    if state == "current":
        drawing.circle(x, y, 7, "glow accent-line thin")
    is_hollow = state in ("pending", "unsure")
    drawing.circle(x, y, 4, "paper lane0-line thin" if is_hollow else "lane0")


# --- how they stand to each other ---


def _draw_relations(
    drawing: Drawing, relations: Sequence[Relation], top: float, lang: str
) -> float:
    """Draw a bracket from box to box for each, and what it says below; give the bottom."""
    *near, far = relations
    low = top
    for relation in near:
        left, right = _middle(relation.left) + INSET, _middle(relation.right) - INSET
        _draw_bracket(drawing, relation, left, right, top, top + DEPTH)
        low = max(low, _write_relation(drawing, relation, (left + right) / 2, top + DEPTH, lang))
    left, right = _middle(far.left), _middle(far.right) + INSET
    _draw_bracket(drawing, far, left, right, top, low + DEPTH)
    return _write_relation(drawing, far, (left + right) / 2, low + DEPTH, lang)


def _tone(relation: Relation) -> str:
    return min((note.tone for note in relation.notes), key=TONES.index)


def _draw_bracket(
    drawing: Drawing, relation: Relation, left: float, right: float, top: float, low: float
) -> None:
    tone = _tone(relation)
    bend = 8
    path: list[str | float] = ["M", left, top, "V", low - bend]
    path += ["Q", left, low, left + bend, low, "H", right - bend]
    path += ["Q", right, low, right, low - bend, "V", top]
    dashed = " dashed" if tone in ("unknown", "nothing") else ""
    drawing.path(path, f"{COLOURS[tone]}-line thin{dashed}")
    middle = (left + right) / 2
    drawing.circle(middle, low, 10, f"paper {COLOURS[tone]}-line thin")
    drawing.text(middle, low + 4.5, SIGNS[tone], f"{COLOURS[tone]} bold", "middle")


def _write_relation(
    drawing: Drawing, relation: Relation, middle: float, top: float, lang: str
) -> float:
    """Write the notes and the differences around the middle; give the bottom."""
    is_far = relation.left is Part.models
    room = WIDTH - 2 * MARGIN if is_far else PITCH - 20
    y = top + 16
    for note in relation.notes:
        for line in wrap(note_words(note, lang), 13, room, LINES + 1):
            y += 16
            drawing.text(middle, y, line, COLOURS[note.tone], "middle")
    for tokens in _flow(relation, room, lang):
        y += 17
        x = middle - (sum(width for _, _, width in tokens) - SPACING) / 2
        for sign, words, width in tokens:
            drawing.text(x, y, sign.replace("-", "−"), f"{SIGN_INK[sign]} mono bold")
            drawing.text(x + 14, y, words, "ink mono small")
            x += width
    return y + 8


def _flow(relation: Relation, room: float, lang: str) -> list[list[tuple[str, str, float]]]:
    """Give lines of differences as sign, words and width; those that do not fit are counted."""
    lines: list[list[tuple[str, str, float]]] = [[]]
    taken = 0.0
    for number, difference in enumerate(relation.differences):
        words = shorten(difference_words(difference, lang), 11, room - 14, mono=True)
        width = 14 + text_width(words, 11, mono=True) + SPACING
        if taken and taken + width - SPACING > room:
            if len(lines) == LINES:
                more = say("more", lang, count=len(relation.differences) - number)
                return [*lines, [(" ", more, 14 + text_width(more, 11, mono=True) + SPACING)]]
            lines.append([])
            taken = 0
        lines[-1].append((difference.sign, words, width))
        taken += width
    return lines if relation.differences else []


def _draw_troubles(drawing: Drawing, parts: Parts, top: float, lang: str) -> float:
    """Write what keeps parts from being read; give the bottom."""
    y = top + 6
    for is_wrong, words in trouble_words(parts, lang):
        lines = wrap(words.replace("`", ""), 13, WIDTH - 2 * MARGIN - 30, LINES)
        height = 18 * len(lines) + 12
        frame = "warn-line" if is_wrong else "edge-line"
        drawing.rect(MARGIN, y, WIDTH - 2 * MARGIN, height, f"panel {frame}", 7)
        for number, line in enumerate(lines):
            drawing.text(MARGIN + 14, y + 21 + 18 * number, line, "ink")
        y += height + 8
    return y


def wrap(words: str, size: float, width: float, most: int) -> list[str]:
    """Break words into at most so many lines of a width; the last says with … that there is more.

    A word that is longer than a line is cut.
    """
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and text_width(longer, size) > width:
            if len(lines) == most:
                lines[-1] = shorten(f"{lines[-1]} …", size, width)
                break
            longer = word
            lines.append("")
        lines[-1] = shorten(longer, size, width)
    return lines
