"""Where boxes and the lines between them stand: layers from left to right, channels between.

Each line leads from a row of a box (a foreign key) to a row of another (the key it refers to).
Upright lines run in the channels, and a line that passes a layer has a way of its own through
it, so that no line crosses a box.

The method is Sugiyama's, in small: layers by the longest path, an empty box where a line passes a
layer, sweeps that draw each box to the mean of those it is tied to; in the channels, the left-edge
method gives each upright line a track. Own code because no well-kept library in pure Python does
it: Graphviz is a program to install, grandalf is asleep, and Mermaid draws in the browser, where
no text of the same meaning stands beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from course.picture.picture import LANE_COLOURS, Drawing

# Boxes start on multiples of ROW, so that the three kinds of level lines (from a foreign key,
# to a key, past a layer) never share one height.
ROW = 24
HEAD = 32
MARGIN = 16
TOP = 52
GAP = 24
TRACK = 10
CHANNEL = 19
FROM, TO, PAST = 4, -4, 0

Relation = tuple[str, str, str, str]
"""Box and row that a line comes from, box and row that it leads to."""


@dataclass
class Box:
    """A box of rows, or (without rows) the way of a line past a layer."""

    width: float
    height: float
    rows: tuple[str, ...] | None = None
    x: float = 0
    y: float = 0

    def port(self, row: str, shift: int) -> float:
        """Give the height at which a line meets a row."""
        if self.rows is None:
            return self.y + ROW / 2
        return self.y + HEAD + ROW * (self.rows.index(row) + 0.5) + shift


@dataclass(frozen=True)
class _Port:
    box: str
    row: str
    shift: int


@dataclass
class _Net:
    """All lines between two layers that lead to one row: `hub` is the end nearest to it."""

    hub: _Port
    hub_on_left: bool
    others: dict[tuple[_Port, bool], None] = field(default_factory=dict)
    """The other ends, and whether each is on the left."""


@dataclass
class Plan:
    """Boxes in layers from left to right, and the nets in the channel right of each layer."""

    boxes: dict[str, Box]
    layers: list[list[str]]
    channels: list[dict[str, _Net]]


def plan_layers(boxes: dict[str, Box], relations: Iterable[Relation]) -> Plan:
    """Set the related boxes into layers, and lead each relation from channel to channel.

    Boxes without a relation have no layer: see `shelve`.
    """
    relations = list(relations)
    related = {name for source, _, target, _ in relations for name in (source, target)}
    layer_of = _layers(sorted(related), [(source, target) for source, _, target, _ in relations])
    count = max(layer_of.values(), default=-1) + 1
    plan = Plan(dict(boxes), [[] for _ in range(count)], [{} for _ in range(count)])
    for name, layer in sorted(layer_of.items()):
        plan.layers[layer].append(name)
    for source, row, target, referred in relations:
        start, end = _Port(source, row, FROM), _Port(target, referred, TO)
        key = f"{target}.{referred}"
        here, there = layer_of[source], layer_of[target]
        if here == there:
            _connect(plan, here, key, end, True, start, True)
            continue
        step = 1 if here > there else -1
        hub = end
        for layer in range(there + step, here, step):
            way = f"{key} past {layer}"
            if way not in plan.boxes:
                plan.boxes[way] = Box(0, ROW)
                plan.layers[layer].append(way)
            past = _Port(way, "", PAST)
            _connect(plan, min(layer, layer - step), key, hub, step > 0, past, step < 0)
            hub = past
        _connect(plan, min(here, here - step), key, hub, step > 0, start, step < 0)
    return plan


def _connect(
    plan: Plan, channel: int, key: str, hub: _Port, hub_left: bool, other: _Port, left: bool
) -> None:
    net = plan.channels[channel].setdefault(key, _Net(hub, hub_left))
    net.others[(other, left)] = None


def _layers(names: list[str], relations: list[tuple[str, str]]) -> dict[str, int]:
    """Put each table right of those it refers to; a loop is cut where it closes.

    A layer takes a limited number of tables, so that a picture of many is not one tall column.
    """
    refers: dict[str, set[str]] = {name: set() for name in names}
    for source, target in relations:
        if source != target:
            refers[source].add(target)
    order: list[str] = []
    kept: dict[str, list[str]] = {}

    def visit(name: str, above: tuple[str, ...]) -> None:
        kept[name] = [target for target in sorted(refers[name]) if target not in above]
        for target in kept[name]:
            if target not in kept:
                visit(target, (*above, target))
        order.append(name)

    for name in names:
        if name not in kept:
            visit(name, (name,))
    most = max(4, round((2 * len(names)) ** 0.5))
    layer_of: dict[str, int] = {}
    filled: dict[int, int] = {}
    for name in order:
        layer = max((layer_of[target] + 1 for target in kept[name]), default=0)
        while filled.get(layer, 0) >= most:
            layer += 1
        layer_of[name] = layer
        filled[layer] = filled.get(layer, 0) + 1
    return layer_of


def place(plan: Plan) -> tuple[float, float]:
    """Give the boxes of the layers their places; return the right and bottom ends."""
    for layer in plan.layers:
        _stack(plan, layer, {})
    count = len(plan.layers)
    for _ in range(2):
        for index in reversed(range(count - 1)):
            _stack(plan, plan.layers[index], _wishes(plan, index, from_left=False))
        for index in range(1, count):
            _stack(plan, plan.layers[index], _wishes(plan, index, from_left=True))
    x, bottom = float(MARGIN), float(TOP)
    placed = [plan.boxes[name] for layer in plan.layers for name in layer]
    lift = min((box.y for box in placed), default=0)
    for box in placed:
        box.y += TOP - lift
    for layer, channel in zip(plan.layers, plan.channels, strict=True):
        width = max(plan.boxes[name].width for name in layer)
        for name in layer:
            box = plan.boxes[name]
            box.x, box.width = x, width
            bottom = max(bottom, box.y + box.height)
        tracks = len(set(_tracks(plan, channel).values()))
        x += width + (2 * CHANNEL + TRACK * (tracks - 1) if channel else GAP)
    right = x - (CHANNEL if plan.channels and plan.channels[-1] else GAP)
    return (right, bottom + GAP) if placed else (MARGIN, TOP)


def _wishes(plan: Plan, index: int, from_left: bool) -> dict[str, float]:
    """Say where each box of a layer would have straight lines to the next layer's boxes."""
    channel = plan.channels[index - 1] if from_left else plan.channels[index]
    pulls: dict[str, list[float]] = {}
    for net in channel.values():
        ends = [(net.hub, net.hub_on_left), *net.others]
        for mine, on_left in ends:
            if on_left == from_left:
                continue
            for other, other_left in ends:
                if other_left == from_left:
                    own = plan.boxes[mine.box]
                    offset = own.port(mine.row, mine.shift) - own.y
                    goal = plan.boxes[other.box].port(other.row, other.shift)
                    pulls.setdefault(mine.box, []).append(goal - offset)
    return {name: sum(goals) / len(goals) for name, goals in pulls.items()}


def _stack(plan: Plan, layer: list[str], wishes: dict[str, float]) -> None:
    """Order a layer's boxes by their wishes and set them one under the other."""
    wished = {name: wishes.get(name, plan.boxes[name].y) for name in layer}
    layer.sort(key=lambda name: (wished[name], name))
    y = None
    for name in layer:
        box = plan.boxes[name]
        top = ROW * round(wished[name] / ROW)
        box.y = top if y is None else max(top, y)
        y = ROW * -(-(box.y + box.height + GAP) // ROW)
    off = sum(plan.boxes[name].y - wished[name] for name in layer) / len(layer)
    for name in layer:
        plan.boxes[name].y -= ROW * round(off / ROW)


def _span(plan: Plan, net: _Net) -> tuple[float, float]:
    ends = [net.hub, *(port for port, _ in net.others)]
    heights = [plan.boxes[port.box].port(port.row, port.shift) for port in ends]
    return min(heights), max(heights)


def _tracks(plan: Plan, channel: dict[str, _Net]) -> dict[str, int]:
    """Give the nets of a channel tracks, so that no two upright lines lie on one another."""
    ends: list[float] = []
    tracks: dict[str, int] = {}
    for key, net in sorted(channel.items(), key=lambda item: (_span(plan, item[1]), item[0])):
        low, high = _span(plan, net)
        free = (k for k, end in enumerate(ends) if end + TRACK <= low)
        track = next(free, len(ends))
        ends[track : track + 1] = [high]
        tracks[key] = track
    return tracks


def shelve(boxes: list[Box], width: float, top: float) -> tuple[float, float]:
    """Set boxes without relations side by side in rows; return the right and bottom ends."""
    x, y, bottom, right = float(MARGIN), top, top, float(MARGIN)
    for box in boxes:
        if x > MARGIN and x + box.width > width:
            x, y = float(MARGIN), bottom
        box.x, box.y = x, y
        x += box.width + GAP
        right = max(right, x - GAP)
        bottom = max(bottom, y + box.height + GAP)
    return right, bottom


def draw_lines(drawing: Drawing, plan: Plan) -> None:
    """Draw the relations of a plan whose boxes have their places."""
    targets = sorted({key for channel in plan.channels for key in channel})
    colours = {key: f"lane{i % LANE_COLOURS}" for i, key in enumerate(targets)}
    for index, channel in enumerate(plan.channels):
        left = plan.boxes[plan.layers[index][0]]
        tracks = _tracks(plan, channel)
        start = left.x + left.width
        following = plan.layers[index + 1 : index + 2]
        end = plan.boxes[following[0][0]].x if following else start
        for key, net in channel.items():
            trunk = start + CHANNEL + TRACK * tracks[key]
            colour = colours[key]
            hub_x = start if net.hub_on_left else end
            hub_y = plan.boxes[net.hub.box].port(net.hub.row, net.hub.shift)
            for port, on_left in net.others:
                y = plan.boxes[port.box].port(port.row, port.shift)
                x = start if on_left else end
                drawing.path(_turn(x, y, trunk, hub_x, hub_y), f"{colour}-line thin")
                if port.shift == FROM:
                    drawing.circle(x, y, 2.5, colour)
            if net.hub.shift == TO:
                back = 7 if net.hub_on_left else -7
                tip: list[str | float] = ["M", hub_x, hub_y, "L", hub_x + back, hub_y - 4]
                drawing.path([*tip, "L", hub_x + back, hub_y + 4, "Z"], colour)
    for name, box in plan.boxes.items():
        if box.rows is None:
            key = name.rpartition(" past ")[0]
            way: list[str | float] = ["M", box.x, box.y + ROW / 2, "H", box.x + box.width]
            drawing.path(way, f"{colours[key]}-line thin")


def _turn(x: float, y: float, trunk: float, end_x: float, end_y: float) -> list[str | float]:
    """Lead a line from x, y to the trunk, along it, and to the end, with round corners."""
    if y == end_y and x != end_x:
        return ["M", x, y, "H", end_x]
    radius = min(6, abs(end_y - y) / 2)
    down = radius if end_y > y else -radius
    into = radius if x < trunk else -radius
    out = radius if end_x > trunk else -radius
    return [
        *("M", x, y, "H", trunk - into, "Q", trunk, y, trunk, y + down),
        *("V", end_y - down, "Q", trunk, end_y, trunk + out, end_y, "H", end_x),
    ]
