"""The revision graph: newest on top, base at the bottom, a lane for each branch."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from course.phrases import phrase
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
from course.project.revision import BASE, Revision

ROW = 30
LANE = 18
MARGIN = 18
HEADER = 46
ID_LENGTH = 12
MESSAGE_WIDTH = 400


@dataclass(frozen=True)
class Edge:
    """A line from a revision down to one it follows (dashed: depends on).

    It leaves its row for `lane`, runs down in it, and turns to the parent's column at the end.
    `joins` says that it meets another line that already runs to the same parent, one row below.
    """

    child_row: int
    child_column: int
    lane: int
    parent_row: int
    parent_column: int
    parent: str
    dashed: bool
    joins: bool = False


@dataclass(frozen=True)
class Row:
    """One line of the picture: a revision, the base, or an id that no script has."""

    node: Revision
    column: int
    lanes: str
    """The lanes of this row as text, the revision's mark (`*`) among them."""


@dataclass(frozen=True)
class Layout:
    """Where everything stands."""

    rows: tuple[Row, ...]
    edges: tuple[Edge, ...]
    width: int


@dataclass
class _Lane:
    target: str
    dashed: bool
    row: int
    column: int


@dataclass
class _State:
    """What is known of each id beside its place."""

    scripts: dict[str, Revision]
    current: frozenset[str]
    applied: set[str]
    unsure: bool
    """The database names an id that no script has: what lies before it cannot be known."""
    children: dict[str, int] = field(default_factory=dict)

    def is_missing(self, id: str) -> bool:
        return id != BASE and id not in self.scripts

    def is_current(self, id: str) -> bool:
        return id in self.current or (id == BASE and not self.current)


def draw_graph(nodes: Sequence[Revision], current: Collection[str], lang: str) -> Picture:
    """Draw the revisions and mark where the database stands.

    `current` holds the rows of `alembic_version`; none means that the database is at base.
    The order of `nodes` has no influence: rows are sorted by what follows what, then by id.
    """
    state = _read(nodes, current)
    layout = lay_out(nodes)
    lost = sorted(id for id in state.current if id not in {row.node.id for row in layout.rows})
    status = _status(nodes, state, lang)
    label = phrase(WORDS, "graph.label", lang)
    return Picture(
        label=f"{label}: {status}",
        text=_write(layout, lost, state, status, lang),
        svg=_draw(layout, lost, state, label, lang),
        lang=lang,
    )


def lay_out(nodes: Sequence[Revision]) -> Layout:
    """Give each revision a row and a column, and each line its lane: O(rows x lanes).

    Parents that no script has get a row too; revisions without a parent follow base.
    """
    lanes: list[_Lane | None] = []
    rows: list[Row] = []
    edges: list[Edge] = []
    placed: set[str] = set()
    for row, (node, links) in enumerate(_newest_first(nodes)):
        arriving = [k for k, lane in enumerate(lanes) if lane and lane.target == node.id]
        solid = [k for k in arriving if not lanes[k].dashed]
        column = (solid or arriving or [_free(lanes, 0)])[0]
        passing = {k: lane.dashed for k, lane in enumerate(lanes) if lane and k not in arriving}
        for k in arriving:
            lane = lanes[k]
            edges.append(Edge(lane.row, lane.column, k, row, column, node.id, lane.dashed))
            lanes[k] = None
        placed.add(node.id)
        leaving, joining = [], []
        for position, (parent, dashed) in enumerate(links):
            if parent in placed:
                continue
            shared = next(
                (k for k in passing if (lanes[k].target, lanes[k].dashed) == (parent, dashed)),
                None,
            )
            if position and shared is not None:
                edges.append(Edge(row, column, shared, row + 1, shared, parent, dashed, True))
                joining.append(shared)
                continue
            k = column if not position else _free(lanes, column)
            lanes[k] = _Lane(parent, dashed, row, column)
            leaving.append(k)
        rows.append(Row(node, column, _lanes_as_text(column, arriving, leaving, joining, passing)))
    return Layout(tuple(rows), tuple(edges), max(len(lanes), 1))


def _newest_first(
    nodes: Sequence[Revision],
) -> list[tuple[Revision, list[tuple[str, bool]]]]:
    """Sort children before parents, a branch in one piece, and give each its links downwards.

    Alembic refuses a loop of revisions; scripts read by hand may hold one, and it is cut at the
    smallest id.
    """
    scripts = {node.id: node for node in nodes}
    owners = {label: node.id for node in nodes for label in node.labels}
    links: dict[str, list[tuple[str, bool]]] = {}
    for id, node in scripts.items():
        parents = node.parents or (BASE,)
        needed = [owners.get(name, name) for name in node.depends_on]
        links[id] = [(parent, False) for parent in dict.fromkeys(parents)]
        links[id] += [(name, True) for name in dict.fromkeys(needed) if name not in parents]
    waiting = dict.fromkeys([*sorted(scripts), BASE], 0)
    for parent in (parent for down in links.values() for parent, _ in down):
        waiting[parent] = waiting.get(parent, 0) + 1
    ready = sorted((id for id, count in waiting.items() if not count and id != BASE), reverse=True)
    order: list[str] = []
    left = dict.fromkeys(id for id in waiting if id != BASE)
    while left:
        id = ready.pop() if ready else min(left)
        if id not in left:
            continue
        del left[id]
        order.append(id)
        for parent, _ in reversed(links.get(id, [])):
            waiting[parent] -= 1
            if not waiting[parent] and parent != BASE:
                ready.append(parent)
    missing = {id: Revision(id, "", ()) for id in order if id not in scripts}
    everything = {**scripts, **missing, BASE: Revision(BASE, "", ())}
    return [(everything[id], links.get(id, [])) for id in [*order, BASE]]


def _free(lanes: list[_Lane | None], column: int) -> int:
    """Find the free lane nearest to the column, or open one on the right."""
    free = [k for k, lane in enumerate(lanes) if lane is None]
    if not free:
        lanes.append(None)
        return len(lanes) - 1
    return min(free, key=lambda k: (abs(k - column), -k))


def _lanes_as_text(
    column: int,
    arriving: list[int],
    leaving: list[int],
    joining: list[int],
    passing: dict[int, bool],
) -> str:
    """Write the lanes of one row, two characters a lane, as git does."""
    up, down = {*arriving, *joining}, {*leaving, *joining}
    touched = [*up, *down, column]
    right, left = max(touched), min(touched)
    cells = [" "] * (2 * max([*touched, *passing]) + 1)
    cells[2 * left : 2 * right + 1] = "─" * (2 * (right - left) + 1)
    for k, dashed in passing.items():
        cells[2 * k] = ":" if dashed else "│"
    for k in {*up, *down} - {column}:
        ends = k in (left, right)
        shape = (k in up, k in down)
        if not ends:
            cells[2 * k] = {(True, False): "┴", (False, True): "┬", (True, True): "┼"}[shape]
        elif k > column:
            cells[2 * k] = {(True, False): "╯", (False, True): "╮", (True, True): "┤"}[shape]
        else:
            cells[2 * k] = {(True, False): "╰", (False, True): "╭", (True, True): "├"}[shape]
    cells[2 * column] = "*"
    return "".join(cells)


def _read(nodes: Sequence[Revision], current: Collection[str]) -> _State:
    scripts = {node.id: node for node in nodes}
    owners = {label: node.id for node in nodes for label in node.labels}
    applied: set[str] = set()
    unsure = False
    waiting = list(current)
    while waiting:
        id = waiting.pop()
        if id in applied:
            continue
        applied.add(id)
        if id not in scripts:
            unsure = True
            continue
        waiting += scripts[id].parents
        waiting += [owners.get(name, name) for name in scripts[id].depends_on]
    state = _State(scripts, frozenset(current), applied, unsure)
    for node in scripts.values():
        for parent in node.parents:
            state.children[parent] = state.children.get(parent, 0) + 1
    return state


def _status(nodes: Sequence[Revision], state: _State, lang: str) -> str:
    if not nodes:
        return phrase(WORDS, "graph.no_revisions", lang)
    parts = [phrase(WORDS, "graph.at", lang, ids=", ".join(sorted(state.current)) or BASE)]
    parts += [f"{words} {count}" for _, words, count in _counts(state, lang)]
    return " · ".join(parts)


def _counts(state: _State, lang: str) -> list[tuple[str, str, int]]:
    applied = sum(id in state.applied for id in state.scripts)
    rest = len(state.scripts) - applied
    counts = [("applied", applied), ("unsure" if state.unsure else "pending", rest)]
    return [(key, phrase(WORDS, f"graph.{key}", lang), count) for key, count in counts]


def _badges(node: Revision, state: _State, lang: str) -> list[tuple[str, str]]:
    """Give the words that belong to a row, each with its kind."""
    kinds = []
    if state.is_current(node.id):
        kinds.append("current")
    if node.id in state.scripts:
        children = state.children.get(node.id, 0)
        kinds += ["head"] * (not children) + ["branch_point"] * (children > 1)
        kinds += ["merge"] * (len(node.parents) > 1)
    elif state.is_missing(node.id):
        kinds.append("missing")
    badges = [(kind, phrase(WORDS, f"graph.{kind}", lang)) for kind in kinds]
    return badges + [
        ("label", phrase(WORDS, "graph.branch_label", lang, name=name)) for name in node.labels
    ]


def _message(node: Revision, state: _State, lang: str) -> str:
    if node.id == BASE:
        key = "base_note" if state.scripts else "no_revisions"
        return phrase(WORDS, f"graph.{key}", lang)
    if state.is_missing(node.id):
        return phrase(WORDS, "graph.missing_note", lang)
    return clean(node.message)


def _write(layout: Layout, lost: list[str], state: _State, status: str, lang: str) -> str:
    """Write the graph as text: a line a revision, with everything the picture shows in words."""
    width = 2 * layout.width + 1
    ids = max([len(row.node.id) for row in layout.rows] + [len(id) for id in lost])
    note, here = phrase(WORDS, "graph.lost_note", lang), phrase(WORDS, "graph.current", lang)
    lines = [(pad("!", width) + pad(id, ids + 2) + note, [here]) for id in lost]
    for position, row in enumerate(layout.rows):
        node = row.node
        below = layout.rows[position + 1].node.id if node.id != BASE else None
        words = [badge for _, badge in _badges(node, state, lang)]
        if node.id in state.scripts and node.id not in state.applied:
            words.append(phrase(WORDS, "graph.unsure" if state.unsure else "graph.pending", lang))
        parents = node.parents or ((BASE,) if node.id in state.scripts else ())
        if parents and parents != (below,):
            words.append(phrase(WORDS, "graph.follows", lang, ids=", ".join(parents)))
        if node.depends_on:
            needed = ", ".join(node.depends_on)
            words.append(phrase(WORDS, "graph.depends_on", lang, ids=needed))
        mark = _mark(node, state)
        line = pad(row.lanes.replace("*", mark), width) + pad(node.id, ids + 2)
        lines.append((line + _message(node, state, lang), words))
    body = [f"{line}  [{' · '.join(words)}]" if words else line for line, words in lines]
    return "\n".join([status, "", *body])


def _mark(node: Revision, state: _State) -> str:
    if state.is_current(node.id):
        return "@"
    if state.is_missing(node.id):
        return "x"
    return "*" if node.id in state.applied or node.id == BASE else "o"


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


def _draw(layout: Layout, lost: list[str], state: _State, title: str, lang: str) -> str:
    drawing = Drawing()
    lines = [_lost_line(id, lang) for id in lost]
    lines += [_line(row.node, state, lang) for row in layout.rows]
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
    return drawing.svg(title, width, HEADER + len(lines) * ROW + 12, lang)


def _line(node: Revision, state: _State, lang: str) -> _Line:
    message = shorten(_message(node, state, lang), 13, MESSAGE_WIDTH)
    badges = _badges(node, state, lang)
    return _Line(
        _short(node.id),
        message,
        badges,
        strong=node.id in state.scripts,
        current=state.is_current(node.id),
        width=_line_width(message, badges),
    )


def _lost_line(id: str, lang: str) -> _Line:
    message = phrase(WORDS, "graph.lost_note", lang)
    badges = [("current", phrase(WORDS, "graph.current", lang))]
    return _Line(_short(id), message, badges, False, True, _line_width(message, badges))


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
    x, id = _x(row.column), row.node.id
    lane = f"lane{row.column % LANE_COLOURS}"
    if state.is_current(id):
        drawing.circle(x, y, 8.5, "glow accent-line line")
    if state.is_missing(id):
        drawing.rect(x - 5, y - 5, 10, 10, "paper", 0)
        drawing.path(["M", x - 4, y - 4, "L", x + 4, y + 4], "warn-line line")
        drawing.path(["M", x + 4, y - 4, "L", x - 4, y + 4], "warn-line line")
    elif id == BASE:
        drawing.rect(x - 4.5, y - 4.5, 9, 9, "muted", 2)
    elif id in state.applied:
        drawing.circle(x, y, 5, f"{lane} {lane}-line thin")
    else:
        drawing.circle(x, y, 5, f"paper {lane}-line thin")


def _x(column: int) -> float:
    return MARGIN + 8 + column * LANE


def _short(id: str) -> str:
    return id if len(id) <= ID_LENGTH else id[: ID_LENGTH - 1] + "…"
