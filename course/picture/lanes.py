"""Where the revisions of a history and the lines between them stand: rows and lanes.

The method is that of `git log --graph`: children come before their parents, a branch in one piece,
and going down row by row each line under way keeps a lane of its own until its parent is reached.
Own code because no well-kept library in pure Python does it: Graphviz is a program to install, and
general graph layouts lose the order of rows that makes a history readable as text.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from course.project.revision import BASE, Revision


@dataclass(frozen=True)
class Edge:
    """A line from a revision down to one it follows (dashed: depends on).

    It leaves its row for `lane`, runs down in it, and turns to the column where it ends: its
    parent's, or, one row below, that of a line that runs to the same parent already.
    """

    child_row: int
    child_column: int
    lane: int
    parent_row: int
    parent_column: int
    parent: str
    dashed: bool


@dataclass(frozen=True)
class Row:
    """One line of the picture: a revision, the base, or an id that no script has."""

    revision: Revision
    column: int
    lanes: str
    """The lanes of this row as text, the revision's mark (`*`) among them."""


@dataclass(frozen=True)
class Layout:
    """Where everything stands; `width` counts lanes."""

    rows: tuple[Row, ...]
    edges: tuple[Edge, ...]
    width: int


@dataclass(frozen=True)
class _Line:
    """A line that is under way: where it leads to, and where it began."""

    target: str
    dashed: bool
    row: int
    column: int


def lay_out(revisions: Sequence[Revision]) -> Layout:
    """Give each revision a row and a column, and each line its lane: O(rows x lanes).

    Parents that no script has get a row too; revisions without a parent follow base.
    """
    lines: dict[int, _Line] = {}
    width = 1
    rows: list[Row] = []
    edges: list[Edge] = []
    placed: set[str] = set()
    for row, (revision, links) in enumerate(_newest_first(revisions)):
        arriving = [lane for lane in sorted(lines) if lines[lane].target == revision.id]
        solid = [lane for lane in arriving if not lines[lane].dashed]
        column = (solid or arriving or [_free_lane(lines, width, 0)])[0]
        width = max(width, column + 1)
        for lane in arriving:
            line = lines.pop(lane)
            edges.append(Edge(line.row, line.column, lane, row, column, revision.id, line.dashed))
        passing = {lane: lines[lane].dashed for lane in sorted(lines)}
        placed.add(revision.id)
        leaving, joining = [], []
        for position, (parent, dashed) in enumerate(links):
            if parent in placed:
                continue
            shared = _lane_to(parent, dashed, lines) if position else None
            if shared is not None:
                edges.append(Edge(row, column, shared, row + 1, shared, parent, dashed))
                joining.append(shared)
                continue
            lane = _free_lane(lines, width, column) if position else column
            width = max(width, lane + 1)
            lines[lane] = _Line(parent, dashed, row, column)
            leaving.append(lane)
        text = _lanes_as_text(column, arriving, leaving, joining, passing)
        rows.append(Row(revision, column, text))
    return Layout(tuple(rows), tuple(edges), width)


def _newest_first(
    revisions: Sequence[Revision],
) -> list[tuple[Revision, list[tuple[str, bool]]]]:
    """Sort children before parents, a branch in one piece, and give each its links downwards.

    Alembic refuses a loop of revisions; scripts read by hand may hold one, and it is cut at the
    smallest id.
    """
    scripts = {revision.id: revision for revision in revisions}
    links = _links(revisions)
    waiting = dict.fromkeys([*sorted(scripts), BASE], 0)
    for down in links.values():
        for parent, _ in down:
            waiting[parent] = waiting.get(parent, 0) + 1
    left = dict.fromkeys(name for name in waiting if name != BASE)
    ready = sorted((name for name in left if not waiting[name]), reverse=True)
    order: list[str] = []
    while left:
        name = ready.pop() if ready else min(left)
        if name not in left:
            continue
        del left[name]
        order.append(name)
        for parent, _ in reversed(links.get(name, [])):
            waiting[parent] -= 1
            if not waiting[parent] and parent != BASE:
                ready.append(parent)
    missing = {name: Revision(name, "", ()) for name in order if name not in scripts}
    known = {**scripts, **missing, BASE: Revision(BASE, "", ())}
    return [(known[name], links.get(name, [])) for name in [*order, BASE]]


def _links(revisions: Sequence[Revision]) -> dict[str, list[tuple[str, bool]]]:
    """Give what each revision leads down to: its parents, and (dashed) what it depends on."""
    owners = {label: revision.id for revision in revisions for label in revision.labels}
    links: dict[str, list[tuple[str, bool]]] = {}
    for revision in revisions:
        parents = revision.parents or (BASE,)
        needed = [owners.get(name, name) for name in revision.depends_on]
        links[revision.id] = [(parent, False) for parent in dict.fromkeys(parents)]
        links[revision.id] += [
            (name, True) for name in dict.fromkeys(needed) if name not in parents
        ]
    return links


def _free_lane(lines: Collection[int], width: int, column: int) -> int:
    """Find the free lane nearest to the column, or open one on the right."""
    free = [lane for lane in range(width) if lane not in lines]
    return min(free, key=lambda lane: (abs(lane - column), -lane), default=width)


def _lane_to(parent: str, dashed: bool, lines: dict[int, _Line]) -> int | None:
    """Find the leftmost lane in which a line of this kind runs to the parent already."""
    running = (
        lane for lane, line in lines.items() if (line.target, line.dashed) == (parent, dashed)
    )
    return min(running, default=None)


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
    for lane, dashed in passing.items():
        cells[2 * lane] = ":" if dashed else "│"
    for lane in {*up, *down} - {column}:
        shape = (lane in up, lane in down)
        if lane not in (left, right):
            cells[2 * lane] = {(True, False): "┴", (False, True): "┬", (True, True): "┼"}[shape]
        elif lane > column:
            cells[2 * lane] = {(True, False): "╯", (False, True): "╮", (True, True): "┤"}[shape]
        else:
            cells[2 * lane] = {(True, False): "╰", (False, True): "╭", (True, True): "├"}[shape]
    cells[2 * column] = "*"
    return "".join(cells)
