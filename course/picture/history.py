"""The revision graph: newest on top, base at the bottom, and where the database stands in it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import quoteattr

from course.phrases import phrase
from course.picture.lanes import Edge, Layout, Row, lay_out
from course.picture.picture import (
    LANE_COLOURS,
    WORDS,
    Drawing,
    Picture,
    clean,
    pad,
    shorten,
    text_width,
)
from course.project.revision import BASE, Revision, with_ancestors

ROW = 30
LANE = 18
MARGIN = 18
HEADER = 46
ID_LENGTH = 12
MESSAGE_WIDTH = 400


@dataclass
class _State:
    """What is known of each id beside its place."""

    scripts: dict[str, Revision]
    current: frozenset[str]
    applied: set[str]
    unsure: bool
    """The database names an id that no script has: what lies before it cannot be known."""
    children: dict[str, int] = field(default_factory=dict)

    def is_missing(self, revision_id: str) -> bool:
        return revision_id != BASE and revision_id not in self.scripts

    def is_current(self, revision_id: str) -> bool:
        return revision_id in self.current or (revision_id == BASE and not self.current)


@dataclass(frozen=True)
class Clickable:
    """A graph whose rows are buttons: the page that shows it is told of each click.

    `selected` is the row that is marked as chosen.
    """

    selected: str | None = None


def draw_graph(
    revisions: Sequence[Revision],
    current: Collection[str],
    lang: str,
    clickable: Clickable | None = None,
) -> Picture:
    """Draw the revisions and mark where the database stands.

    `current` holds the rows of `alembic_version`; none means that the database is at base.
    The order of `revisions` has no influence: rows are sorted by what follows what, then by id.
    """
    state = _read(revisions, current)
    layout = lay_out(revisions)
    lost = sorted(
        revision_id
        for revision_id in state.current
        if revision_id not in {row.revision.id for row in layout.rows}
    )
    status = _status(revisions, state, lang)
    label = phrase(WORDS, "graph.label", lang)
    return Picture(
        label=f"{label}: {status}",
        text=_write(layout, lost, state, status, lang),
        svg=_draw(layout, lost, state, label, lang, clickable),
        lang=lang,
    )


def _read(revisions: Sequence[Revision], current: Collection[str]) -> _State:
    scripts = {revision.id: revision for revision in revisions}
    applied = with_ancestors(revisions, current)
    unsure = not applied <= scripts.keys()
    state = _State(scripts, frozenset(current), applied, unsure)
    for revision in scripts.values():
        for parent in revision.parents:
            state.children[parent] = state.children.get(parent, 0) + 1
    return state


def _status(revisions: Sequence[Revision], state: _State, lang: str) -> str:
    if not revisions:
        return phrase(WORDS, "graph.no_revisions", lang)
    parts = [phrase(WORDS, "graph.at", lang, ids=", ".join(sorted(state.current)) or BASE)]
    parts += [f"{words} {count}" for _, words, count in _counts(state, lang)]
    return " · ".join(parts)


def _counts(state: _State, lang: str) -> list[tuple[str, str, int]]:
    applied = sum(revision_id in state.applied for revision_id in state.scripts)
    rest = len(state.scripts) - applied
    counts = [("applied", applied), ("unsure" if state.unsure else "pending", rest)]
    return [(key, phrase(WORDS, f"graph.{key}", lang), count) for key, count in counts]


def _badges(revision: Revision, state: _State, lang: str) -> list[tuple[str, str]]:
    """Give the words that belong to a row, each with its kind."""
    kinds = []
    if state.is_current(revision.id):
        kinds.append("current")
    if revision.id in state.scripts:
        children = state.children.get(revision.id, 0)
        kinds += ["head"] * (not children) + ["branch_point"] * (children > 1)
        kinds += ["merge"] * (len(revision.parents) > 1)
    elif state.is_missing(revision.id):
        kinds.append("missing")
    badges = [(kind, phrase(WORDS, f"graph.{kind}", lang)) for kind in kinds]
    return badges + [
        ("label", phrase(WORDS, "graph.branch_label", lang, name=name)) for name in revision.labels
    ]


def _message(revision: Revision, state: _State, lang: str) -> str:
    if revision.id == BASE:
        key = "base_note" if state.scripts else "no_revisions"
        return phrase(WORDS, f"graph.{key}", lang)
    if state.is_missing(revision.id):
        return phrase(WORDS, "graph.missing_note", lang)
    return clean(revision.message)


def _write(layout: Layout, lost: list[str], state: _State, status: str, lang: str) -> str:
    """Write the graph as text: a line a revision, with everything the picture shows in words."""
    width = 2 * layout.width + 1
    ids = max(
        [len(row.revision.id) for row in layout.rows] + [len(revision_id) for revision_id in lost]
    )
    note, here = phrase(WORDS, "graph.lost_note", lang), phrase(WORDS, "graph.current", lang)
    lines = [(pad("!", width) + pad(revision_id, ids + 2) + note, [here]) for revision_id in lost]
    for position, row in enumerate(layout.rows):
        revision = row.revision
        below = layout.rows[position + 1].revision.id if revision.id != BASE else None
        words = [badge for _, badge in _badges(revision, state, lang)]
        if revision.id in state.scripts and revision.id not in state.applied:
            words.append(phrase(WORDS, "graph.unsure" if state.unsure else "graph.pending", lang))
        parents = revision.parents or ((BASE,) if revision.id in state.scripts else ())
        if parents and parents != (below,):
            words.append(phrase(WORDS, "graph.follows", lang, ids=", ".join(parents)))
        if revision.depends_on:
            needed = ", ".join(revision.depends_on)
            words.append(phrase(WORDS, "graph.depends_on", lang, ids=needed))
        mark = _mark(revision, state)
        line = pad(row.lanes.replace("*", mark), width) + pad(revision.id, ids + 2)
        lines.append((line + _message(revision, state, lang), words))
    body = [f"{line}  [{' · '.join(words)}]" if words else line for line, words in lines]
    return "\n".join([status, "", *body])


def _mark(revision: Revision, state: _State) -> str:
    if state.is_current(revision.id):
        return "@"
    if state.is_missing(revision.id):
        return "x"
    return "*" if revision.id in state.applied or revision.id == BASE else "o"


@dataclass(frozen=True)
class _Line:
    """The words of one row of the picture, measured."""

    id: str
    message: str
    badges: list[tuple[str, str]]
    strong: bool
    current: bool
    width: float
    """From the left end of the message to the right end of the last badge."""


def _draw(
    layout: Layout,
    lost: list[str],
    state: _State,
    title: str,
    lang: str,
    clickable: Clickable | None,
) -> str:
    drawing = _GraphDrawing()
    lines = [_lost_line(revision_id, lang) for revision_id in lost]
    lines += [_line(row.revision, state, lang) for row in layout.rows]
    id_left = MARGIN + layout.width * LANE + 8
    message_left = id_left + max(text_width(line.id, 12, mono=True) for line in lines) + 14
    legend = [(key, f"{words} {count}") for key, words, count in _counts(state, lang)]
    if any(edge.dashed for edge in layout.edges):
        legend.append(("dependency", phrase(WORDS, "graph.dependency", lang)))
    header_right = _draw_header(drawing, title, legend)
    width = max([header_right, *(message_left + line.width for line in lines)]) + MARGIN
    for i, line in enumerate(lines):
        _draw_line(drawing, line, HEADER + ROW * i, id_left, message_left, width)
    top = HEADER + len(lost) * ROW
    for edge in layout.edges:
        _draw_edge(drawing, edge, top)
    for i, row in enumerate(layout.rows):
        _draw_mark(drawing, row, top + ROW * i + ROW / 2, state)
    for i in range(len(lost)):
        drawing.text(_x(0), HEADER + ROW * i + 20, "!", "warn bold", "middle")
    if clickable is not None:
        ids = [*lost, *(row.revision.id for row in layout.rows)]
        for i, (revision_id, line) in enumerate(zip(ids, lines, strict=True)):
            words = [revision_id, line.message, *(badge for _, badge in line.badges)]
            is_selected = revision_id == clickable.selected
            drawing.button(HEADER + ROW * i, width, revision_id, ", ".join(words), is_selected)
    return drawing.svg(title, width, HEADER + len(lines) * ROW + 12, lang)


class _GraphDrawing(Drawing):
    """A drawing whose rows can be buttons that lie over what is drawn."""

    def button(
        self, top: float, width: float, revision_id: str, label: str, is_selected: bool
    ) -> None:
        """Lay a button over a row; `course.panel`'s view tells of the click and the keys."""
        name = quoteattr(clean(revision_id))
        style = "hit accent-line thin" if is_selected else "hit"
        self._parts.append(
            f"<g role='button' tabindex='0' data-act='select' data-revision={name} "
            f"data-key={quoteattr('row ' + clean(revision_id))} "
            f"aria-label={quoteattr(clean(label))} aria-pressed='{str(is_selected).lower()}'>"
            f"<rect x='7' y='{top + 2}' width='{width - 14:.1f}' height='{ROW - 4}' rx='6' "
            f"fill='transparent' class='{style}'/></g>"
        )


def _line(revision: Revision, state: _State, lang: str) -> _Line:
    message = shorten(_message(revision, state, lang), 13, MESSAGE_WIDTH)
    badges = _badges(revision, state, lang)
    return _Line(
        _short(revision.id),
        message,
        badges,
        strong=revision.id in state.scripts,
        current=state.is_current(revision.id),
        width=_line_width(message, badges),
    )


def _lost_line(revision_id: str, lang: str) -> _Line:
    message = phrase(WORDS, "graph.lost_note", lang)
    badges = [("current", phrase(WORDS, "graph.current", lang))]
    return _Line(_short(revision_id), message, badges, False, True, _line_width(message, badges))


def _line_width(message: str, badges: list[tuple[str, str]]) -> float:
    width = text_width(message, 13) + 4 if message else 0
    return width + sum(_badge_width(words) + 6 for _, words in badges) + 6


def _badge_width(words: str) -> float:
    return text_width(words, 12) + 14


def _draw_header(drawing: Drawing, title: str, legend: list[tuple[str, str]]) -> float:
    """Write the title and the legend; give the right end."""
    drawing.text(MARGIN, 27, title, "ink bold")
    x = MARGIN + text_width(title, 14) + 20
    for key, words in legend:
        if key == "dependency":
            drawing.path(["M", x - 3, 22.5, "H", x + 10], "lane0-line line dashed")
        else:
            style = "lane0" if key == "applied" else "paper lane0-line thin"
            drawing.circle(x + 4, 22.5, 4, style)
        drawing.text(x + 13, 26.5, words, "muted small")
        x += 13 + text_width(words, 11) + 16
    return x


def _draw_line(
    drawing: Drawing, line: _Line, top: float, id_left: float, message_left: float, width: float
) -> None:
    if line.current:
        drawing.rect(7, top + 2, width - 14, ROW - 4, "glow", 6)
    drawing.text(id_left, top + 19.5, line.id, "ink mono" if line.strong else "muted mono")
    drawing.text(message_left, top + 19.5, line.message, "ink" if line.strong else "muted")
    x = message_left + (text_width(line.message, 13) + 10 if line.message else 0)
    for kind, words in line.badges:
        box, ink = _BADGES[kind]
        drawing.rect(x, top + 6.5, _badge_width(words), 17, box, 8.5)
        drawing.text(x + _badge_width(words) / 2, top + 19, words, f"{ink} small", "middle")
        x += _badge_width(words) + 6


_BADGES = {
    "current": ("accent", "on-accent bold"),
    "head": ("paper good-line", "good bold"),
    "branch_point": ("paper edge-line", "muted"),
    "merge": ("paper edge-line", "muted"),
    "label": ("panel edge-line", "ink"),
    "missing": ("paper warn-line", "warn bold"),
}
"""The box and the words of each kind of badge."""


def _draw_edge(drawing: Drawing, edge: Edge, top: float) -> None:
    x, y = _x(edge.child_column), top + ROW * edge.child_row + ROW / 2
    end_x, end_y = _x(edge.parent_column), top + ROW * edge.parent_row + ROW / 2
    steps: list[str | float] = ["M", x, y]
    if edge.parent_row == edge.child_row + 1:
        steps += _bend(x, y, end_x, end_y)
    else:
        lane_x = _x(edge.lane)
        steps += _bend(x, y, lane_x, y + ROW)
        steps += ["V", end_y - ROW]
        steps += _bend(lane_x, end_y - ROW, end_x, end_y)
    style = f"lane{edge.lane % LANE_COLOURS}-line line"
    drawing.path(steps, f"{style} dashed" if edge.dashed else style)


def _bend(x: float, y: float, end_x: float, end_y: float) -> list[str | float]:
    if x == end_x:
        return ["V", end_y]
    middle = (y + end_y) / 2
    return ["C", x, middle, end_x, middle, end_x, end_y]


def _draw_mark(drawing: Drawing, row: Row, y: float, state: _State) -> None:
    x, revision_id = _x(row.column), row.revision.id
    lane = f"lane{row.column % LANE_COLOURS}"
    if state.is_current(revision_id):
        drawing.circle(x, y, 8.5, "glow accent-line line")
    if state.is_missing(revision_id):
        drawing.rect(x - 5, y - 5, 10, 10, "paper", 0)
        drawing.path(["M", x - 4, y - 4, "L", x + 4, y + 4], "warn-line line")
        drawing.path(["M", x + 4, y - 4, "L", x - 4, y + 4], "warn-line line")
    elif revision_id == BASE:
        drawing.rect(x - 4.5, y - 4.5, 9, 9, "muted", 2)
    elif revision_id in state.applied:
        drawing.circle(x, y, 5, f"{lane} {lane}-line thin")
    else:
        drawing.circle(x, y, 5, f"paper {lane}-line thin")


def _x(column: int) -> float:
    return MARGIN + 8 + column * LANE


def _short(revision_id: str) -> str:
    return revision_id if len(revision_id) <= ID_LENGTH else revision_id[: ID_LENGTH - 1] + "…"
