"""Pictures display themselves: well-formed, deterministic, readable in light and dark."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from course.picture.picture import (
    DARK,
    LIGHT,
    Drawing,
    Picture,
    clean,
    columns,
    shorten,
    text_width,
)

# What JupyterLab 4.6 lets pass in a notebook that it does not trust.
ALLOWED = {
    "div": {"style", "lang"},
    "img": {"alt", "src", "style", "lang"},
    "details": set(),
    "summary": set(),
    "pre": {"style", "lang"},
}


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def example() -> Picture:
    drawing = Drawing()
    drawing.text(1, 2, "<b> & \"quotes\" 'single' 한글 #1 100%\x1b")
    drawing.path(["M", 1, 2.25, "L", 3, 4], "lane0-line")
    svg = drawing.svg("title & <more>", 120, 40, "ko")
    return Picture(label='a "label" <x>', text="a < b & c", lang="ko", svg=svg)


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        lit = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * lit[0] + 0.7152 * lit[1] + 0.0722 * lit[2]

    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_html_survives_the_sanitizer_and_carries_the_whole_svg() -> None:
    shown = example()
    tags = _Tags()
    tags.feed(shown._repr_mimebundle_()["text/html"])
    assert [tag for tag, _ in tags.found] == ["div", "img", "details", "summary", "pre"]
    for tag, attributes in tags.found:
        assert set(attributes) <= ALLOWED[tag]
    image = tags.found[1][1]
    assert image["alt"] == shown.label
    kind, _, data = image["src"].partition(",")
    assert kind == "data:image/svg+xml"
    assert not set(data) & set('<>"# &%\n') - {"%"}
    assert unquote(data) == shown.svg


def test_svg_is_well_formed_titled_and_follows_the_dark_scheme() -> None:
    root = ElementTree.fromstring(example().svg)
    space = "{http://www.w3.org/2000/svg}"
    assert root.find(f"{space}title").text == "title & <more>"
    style = root.find(f"{space}style").text
    assert re.search(r"@media \(prefers-color-scheme:dark\)\{:root\{.*--paper:#14181d", style)
    card = root.find(f"{space}rect")
    assert "paper" in card.get("class").split()
    assert "한글" in root.find(f"{space}text").text


def test_text_stands_beside_the_picture() -> None:
    shown = example()
    assert shown._repr_mimebundle_()["text/plain"] == repr(shown) == "a < b & c"
    assert "<pre" in shown._repr_mimebundle_()["text/html"]
    assert "a &lt; b &amp; c" in shown._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(palette: dict[str, str]) -> None:
    behind = {name: palette[name] for name in ("paper", "panel", "glow")}
    for name in ("ink", "muted", "accent", "good", "warn", *(f"lane{i}" for i in range(6))):
        for place, colour in behind.items():
            assert contrast(palette[name], colour) >= 4.5, (name, place)
    assert contrast(palette["on-accent"], palette["accent"]) >= 4.5


def test_palettes_hold_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()


def test_wide_letters_count_double() -> None:
    assert columns("한글ab") == 6
    assert columns("e\u0301") == 1
    assert text_width("한글", 10) == 20
    assert text_width("\u1112\u1161\u11ab", 10) == text_width("한", 10)


def test_short_words_stay_and_long_ones_end_in_an_ellipsis() -> None:
    assert shorten("short", 13, 100) == "short"
    cut = shorten("아주 긴 메시지" * 10, 13, 100)
    assert cut.endswith("…")
    assert text_width(cut, 13) <= 100


def test_clean_leaves_one_line_that_xml_can_hold() -> None:
    assert clean("a\nb\tc\x00d\ud800") == "a b c\ufffdd\ufffd"
