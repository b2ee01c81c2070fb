"""The revision graph: lanes with known answers, and what must hold for any history."""

import random
import re
from xml.etree import ElementTree

import pytest

from course.picture.history import HEADER, ROW, Clickable, draw_graph
from course.picture.lanes import lay_out
from course.picture.picture import Picture
from course.project.revision import BASE, Revision

LINEAR = [
    Revision("c3", "add orders", ("b2",)),
    Revision("b2", "add profiles", ("a1",)),
    Revision("a1", "create users", ()),
]
MERGED = [
    Revision("m4", "merge", ("b2", "c3")),
    Revision("c3", "재고 추가", ("a1",)),
    Revision("b2", "가격 추가", ("a1",)),
    Revision("a1", "create users", ()),
]


def history(count: int, seed: int) -> list[Revision]:
    """Make a random history with branches, merges and dependencies, newest first."""
    chance = random.Random(seed)
    nodes: list[Revision] = []
    heads: list[str] = []
    for number in range(count):
        revision_id = f"{chance.getrandbits(48):012x}"
        turn = chance.random()
        if not nodes or turn < 0.05:
            parents: tuple[str, ...] = ()
        elif turn < 0.3:
            parents = (chance.choice(nodes).id,)
        elif turn < 0.5 and len(heads) > 1:
            parents = tuple(chance.sample(heads, chance.choice((2, min(3, len(heads))))))
        else:
            parents = (chance.choice(heads),)
        others = [node.id for node in nodes if node.id not in parents]
        needed = (chance.choice(others),) if others and chance.random() < 0.1 else ()
        heads = [head for head in heads if head not in parents] + [revision_id]
        nodes.append(Revision(revision_id, f"step {number}", parents, needed))
    return nodes[::-1]


def lines(nodes: list[Revision], current: list[str], lang: str = "en") -> list[str]:
    """Give the lines of the text form below its heading."""
    return draw_graph(nodes, current, lang).text.splitlines()[2:]


def test_linear_history() -> None:
    assert draw_graph(LINEAR, ["b2"], "en").text.splitlines() == [
        "the database is at b2 · applied 2 · not applied yet 1",
        "",
        "o  c3    add orders  [head · not applied yet]",
        "@  b2    add profiles  [current]",
        "*  a1    create users",
        "*  base  before the first revision",
    ]


def test_branch_and_merge_in_korean() -> None:
    assert draw_graph(MERGED, ["c3"], "ko").text.splitlines() == [
        "데이터베이스는 c3에 있습니다 · 적용됨 2 · 적용 전 2",
        "",
        "o─╮  m4    merge  [헤드 · 병합 · 적용 전 · 이전 리비전 b2, c3]",
        "o │  b2    가격 추가  [적용 전 · 이전 리비전 a1]",
        "│ @  c3    재고 추가  [현재]",
        "*─╯  a1    create users  [분기점]",
        "*    base  첫 리비전 이전의 상태",
    ]


def test_a_merge_joins_a_line_that_runs_to_its_parent_already() -> None:
    nodes = [
        Revision("a2", "", ("p1",)),
        Revision("m3", "", ("x1", "p1")),
        Revision("x1", "", ()),
        Revision("p1", "", ()),
    ]
    layout = lay_out(nodes)
    drawn = [f"{row.lanes} {row.revision.id}" for row in layout.rows]
    assert drawn == ["* a2", "├─* m3", "│ * x1", "* │ p1", "*─╯ base"]


def test_two_heads_are_both_marked() -> None:
    shown = lines(MERGED[1:], ["b2", "c3"])
    assert [line[:9] for line in shown] == ["@    b2  ", "│ @  c3  ", "*─╯  a1  ", "*    base"]
    assert all("[current · head" in line for line in shown[:2])


def test_nothing_applied_marks_base() -> None:
    shown = lines(LINEAR, [])
    assert shown[-1].startswith("@  base") and shown[-1].endswith("[current]")
    assert all(line.startswith("o") for line in shown[:-1])


def test_empty_history_says_so() -> None:
    shown = draw_graph([], [], "en")
    assert shown.text.splitlines()[0] == "There is no revision yet"
    assert shown.text.splitlines()[2].startswith("@  base")
    ElementTree.fromstring(shown.svg)


def test_an_id_that_no_script_has_gets_its_own_row() -> None:
    shown = lines(LINEAR, ["dead"])
    assert shown[0].startswith("!  dead  the database is at this revision, but no script has it")
    assert all("not known to be applied" in line for line in shown[1:4])
    assert "dead" in draw_graph(LINEAR, ["dead"], "en").svg


def test_a_deleted_script_is_drawn_as_missing() -> None:
    shown = lines([LINEAR[0], LINEAR[2]], ["c3"])
    missing = next(line for line in shown if "b2  " in line)
    assert "x" in missing.split("b2")[0]
    assert missing.endswith("[missing]")
    assert "not known to be applied" in next(line for line in shown if "a1  " in line)


def test_a_deleted_script_that_the_database_is_at_is_current() -> None:
    shown = lines([LINEAR[0], LINEAR[2]], ["b2"])
    assert next(line for line in shown if "b2  " in line).endswith("[current · missing]")


def test_dependencies_are_dashed_and_said_and_counted_as_applied() -> None:
    nodes = [
        Revision("b1", "add price", ("a1",), ("billing",)),
        Revision("c1", "invoices", (), (), ("billing",)),
        Revision("a1", "create users", ()),
    ]
    shown = draw_graph(nodes, ["b1"], "en")
    assert "depends on billing" in shown.text
    assert "label billing" in shown.text
    assert "applied 3" in shown.text
    assert [(e.parent, e.dashed) for e in lay_out(nodes).edges].count(("c1", True)) == 1
    assert shown.svg.count("line dashed") == 2, "the line, and its word in the legend"


def test_pending_differs_in_shape_and_in_words() -> None:
    svg = draw_graph(LINEAR, ["a1"], "en").svg
    root = ElementTree.fromstring(svg)
    dots = [
        element.get("class").split()[0]
        for element in root.iter("{http://www.w3.org/2000/svg}circle")
        if element.get("r") == "5"
    ]
    assert dots == ["paper", "paper", "lane0"]
    assert "not applied yet 2" in svg


def test_long_messages_are_cut_in_the_picture_only() -> None:
    words = "아주 긴 메시지를 적습니다 " * 8
    shown = draw_graph([Revision("a1", words, ())], [], "ko")
    assert words.strip() in shown.text
    assert words.strip() not in shown.svg and "…" in shown.svg


def test_a_message_of_several_lines_stays_in_its_row() -> None:
    shown = lines([Revision("a1", "one\ntwo <three> & four", ())], [])
    assert len(shown) == 2
    assert "one two <three> & four" in shown[0]


def test_a_loop_is_drawn_and_ends() -> None:
    nodes = [Revision("a1", "", ("b2",)), Revision("b2", "", ("a1",))]
    assert [row.revision.id for row in lay_out(nodes).rows] == ["a1", "b2", BASE]


@pytest.mark.parametrize("seed", range(25))
def test_what_holds_for_any_history(seed: int) -> None:
    nodes = history(60, seed)
    layout = lay_out(nodes)
    row_of = {row.revision.id: i for i, row in enumerate(layout.rows)}
    assert [row.revision.id for row in layout.rows][-1] == BASE
    assert set(row_of) == {node.id for node in nodes} | {BASE}

    wanted = {(node.id, parent, False) for node in nodes for parent in node.parents or (BASE,)}
    wanted |= {(node.id, name, True) for node in nodes for name in node.depends_on}
    drawn = [(layout.rows[e.child_row].revision.id, e.parent, e.dashed) for e in layout.edges]
    assert sorted(drawn) == sorted(wanted)

    taken: dict[tuple[int, int], object] = {
        (i, row.column): row.revision.id for i, row in enumerate(layout.rows)
    }
    for edge in layout.edges:
        assert row_of[edge.parent] > edge.child_row
        assert layout.rows[edge.child_row].column == edge.child_column
        if edge.parent_row != row_of[edge.parent]:
            assert edge.parent_row == edge.child_row + 1
            assert edge.parent_column == edge.lane
            assert any(
                (other.parent, other.lane, other.dashed) == (edge.parent, edge.lane, edge.dashed)
                and other.child_row < edge.child_row < edge.parent_row < other.parent_row
                for other in layout.edges
            )
            continue
        assert layout.rows[edge.parent_row].column == edge.parent_column
        for row in range(edge.child_row + 1, edge.parent_row):
            assert taken.setdefault((row, edge.lane), edge) is edge
    assert max(column for _, column in taken) < layout.width


SPACE = "{http://www.w3.org/2000/svg}"
Marks = dict[str, set[str]]


def marks_of_text(shown: Picture) -> Marks:
    """Give the ids of the text by what it says of them: its sign and its words."""
    found: Marks = {}
    for line in shown.text.splitlines()[2:]:
        name = re.search(r"[0-9a-f]{12}|base", line)[0]
        words = re.fullmatch(r".*  \[(.*)\]", line)
        found[name] = {"current", "head"} & set(words[1].split(" · ") if words else ())
        found[name] |= {"ring"} if "@" in line.partition(name)[0] else set()
    return found


def marks_of_svg(shown: Picture) -> Marks:
    """Give the ids of the picture by what it draws for them: words, a ring, a row that glows."""
    root = ElementTree.fromstring(shown.svg)

    def rows(tag: str, height: str) -> list[tuple[int, ElementTree.Element]]:
        parts = [part for part in root.findall(f"{SPACE}{tag}") if "class" in part.attrib]
        return [(int((float(part.get(height)) - HEADER) // ROW), part) for part in parts]

    texts = rows("text", "y")
    found: dict[int, set[str]] = {}
    for row, text in texts:
        if text.text in ("current", "head"):
            found.setdefault(row, set()).add(text.text)
    for row, circle in rows("circle", "cy"):
        if circle.get("r") == "8.5":
            found.setdefault(row, set()).add("ring")
    glowing = {row for row, rect in rows("rect", "y") if rect.get("class") == "glow"}
    assert glowing == {row for row, marks in found.items() if "current" in marks}
    return {text.text: found.get(row, set()) for row, text in texts if "mono" in text.get("class")}


@pytest.mark.parametrize("seed", range(12))
def test_the_picture_marks_what_the_text_marks(seed: int) -> None:
    nodes = history(25, seed)
    chance = random.Random(seed)
    heads = {node.id for node in nodes} - {name for node in nodes for name in node.parents}
    for current in (
        set(),
        {chance.choice(nodes).id},
        {node.id for node in chance.sample(nodes, 3)},
        {"dead00000000", nodes[0].id},
    ):
        shown = draw_graph(nodes, current, "en")
        drawn = marks_of_svg(shown)
        assert drawn == marks_of_text(shown)
        assert {name for name, marks in drawn.items() if "current" in marks} == (current or {BASE})
        assert {name for name, marks in drawn.items() if "head" in marks} == heads


@pytest.mark.parametrize("seed", range(5))
def test_a_picture_is_well_formed_and_independent_of_the_order_given(seed: int) -> None:
    nodes = history(40, seed)
    current = [nodes[20].id]
    shown = draw_graph(nodes, current, "ko")
    ElementTree.fromstring(shown.svg)
    assert len(shown.text.splitlines()) == 2 + len(nodes) + 1
    random.Random(seed).shuffle(nodes)
    again = draw_graph(nodes, current, "ko")
    assert (again.svg, again.text, again.label) == (shown.svg, shown.text, shown.label)


def test_lanes_of_the_text_meet_their_ends() -> None:
    for seed in range(10):
        above = ""
        for line in (row.lanes for row in lay_out(history(40, seed)).rows):
            for k in range(0, max(len(line), len(above)), 2):
                upper = above[k : k + 1].strip()
                lower = line[k : k + 1].strip()
                assert lower or upper not in set("│╮╭┬┼┤├:"), (seed, above, line)
                assert upper or lower not in set("│╯╰┴┼┤├:"), (seed, above, line)
            above = line


def test_rows_are_buttons_where_they_can_be_clicked_and_nowhere_else():
    plain = draw_graph(LINEAR, ["dead"], "ko")
    clickable = draw_graph(LINEAR, ["dead"], "ko", Clickable("b2"))
    assert plain.text == clickable.text and "<g " not in plain.svg
    rows = ElementTree.fromstring(clickable.svg).findall(f"{SPACE}g")
    assert [row.get("data-revision") for row in rows] == ["dead", "c3", "b2", "a1", BASE]
    assert [row.get("data-revision") for row in rows if row.get("aria-pressed") == "true"] == ["b2"]
    tops = [float(row.find(f"{SPACE}rect").get("y")) for row in rows]
    assert tops == [HEADER + ROW * i + 2 for i in range(5)]
    assert re.sub("<g .*?</g>", "", clickable.svg) == plain.svg


def test_a_button_names_any_revision_safely():
    odd = Revision("a'\"<&>", 'it\'s "odd"', ())
    svg = draw_graph([odd], [], "en", Clickable()).svg
    [row, _base] = ElementTree.fromstring(svg).findall(f"{SPACE}g")
    assert row.get("data-revision") == odd.id and odd.message in row.get("aria-label")
