"""A picture that displays itself, with a text of the same meaning beside it.

JupyterLab strips inline SVG from notebooks it does not trust, and lets an `<img>` with a
`data:` address pass; so do nbconvert's HTML and GitHub. `style`, `details` and `pre` pass too
(`allowedTags`, `allowedAttributes` and `allowedStyles` of the sanitizer in @jupyterlab/apputils
4.6; `tabindex` on a `div` does not).
"""

import html
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

from course.phrases import phrase

WORDS = Path(__file__).with_name("pictures.toml")

LIGHT = {
    "paper": "#ffffff",
    "panel": "#f5f7f9",
    "edge": "#d1d9e0",
    "ink": "#1f2328",
    "muted": "#57606a",
    "accent": "#0b5fc4",
    "on-accent": "#ffffff",
    "glow": "#e8f1fc",
    "good": "#1a7037",
    "warn": "#b3261e",
    "lane0": "#0b5fc4",
    "lane1": "#9a4a00",
    "lane2": "#7a3fd0",
    "lane3": "#1a7037",
    "lane4": "#b02a6b",
    "lane5": "#0f6c78",
}
DARK = {
    "paper": "#14181d",
    "panel": "#1c2229",
    "edge": "#3a434d",
    "ink": "#e6edf3",
    "muted": "#a0aab4",
    "accent": "#6cb0ff",
    "on-accent": "#0b1a2b",
    "glow": "#17283d",
    "good": "#56c271",
    "warn": "#ff8b80",
    "lane0": "#6cb0ff",
    "lane1": "#f0a35e",
    "lane2": "#b99aff",
    "lane3": "#56c271",
    "lane4": "#f28cbb",
    "lane5": "#5cc8d3",
}
LANE_COLOURS = 6

SANS = (
    "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Apple SD Gothic Neo',"
    "'Malgun Gothic','Noto Sans CJK KR',sans-serif"
)
MONO = (
    "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',"
    "'Apple SD Gothic Neo','Malgun Gothic','Noto Sans Mono CJK KR','Noto Sans CJK KR',monospace"
)

TALLEST = 820
"""Pixels of a picture that are shown before it scrolls."""

SMALLEST = 0.78
"""How far a wide picture is scaled down before it scrolls."""


@dataclass(frozen=True)
class Picture:
    """What a learner sees: a drawing (`svg`) or a table (`html`), and `text` that says the same.

    `label` names the picture in a few words and is its alternative text.
    """

    label: str
    text: str
    lang: str
    svg: str | None = None
    html: str | None = None

    def _repr_mimebundle_(self, **_wishes: object) -> dict[str, str]:
        """Give IPython the text, and the picture where there is one, whatever it wishes for."""
        bundle = {"text/plain": self.text}
        if self.html is not None:
            bundle["text/html"] = self.html
        elif self.svg is not None:
            bundle["text/html"] = self._image(self.svg)
        return bundle

    def __repr__(self) -> str:
        return self.text

    def inline(self) -> str:
        """Give the picture for a page that brings `panel_style()`.

        The SVG is without its own style, which would hold for everything else on the page.
        """
        if self.html is not None:
            return self.html
        return (self.svg or "").replace(f"<style>{_STYLE}</style>", "")

    def _image(self, svg: str) -> str:
        source = "data:image/svg+xml," + quote(svg, safe="/:;,=()'!*")
        width = float(svg.partition("width='")[2].partition("'")[0])
        style = f"height:auto;max-width:100%;min-width:{width * SMALLEST:.0f}px"
        summary = html.escape(phrase(WORDS, "picture.as_text", self.lang))
        return (
            f'<div style="max-height:{TALLEST}px;overflow:auto">'
            f'<img alt="{html.escape(self.label)}" style="{style}" src="{source}"></div>'
            f"<details><summary>{summary}</summary>"
            f'<pre lang="{self.lang}" style="overflow:auto;white-space:pre">'
            f"{html.escape(self.text)}</pre></details>"
        )


class Drawing:
    """A small SVG under way: elements are added, then `svg` closes it.

    A class name is a colour of the palette (`ink`, `muted`, `lane0` …) for text and filled
    shapes, and the same with `-line` for strokes. `mono` and `small` choose a text's font.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []

    def text(self, x: float, y: float, words: str, style: str = "ink", anchor: str = "") -> None:
        """Write words with their baseline's left end at x, y (or as `anchor` says)."""
        place = f" text-anchor='{anchor}'" if anchor else ""
        self._parts.append(
            f"<text x='{_number(x)}' y='{_number(y)}' class='{style}'{place}>"
            f"{escape(clean(words))}</text>"
        )

    def rect(
        self, x: float, y: float, width: float, height: float, style: str, radius: float = 0
    ) -> None:
        """Draw a box with round corners."""
        self._parts.append(
            f"<rect x='{_number(x)}' y='{_number(y)}' width='{_number(width)}' "
            f"height='{_number(height)}' rx='{_number(radius)}' class='{style}'/>"
        )

    def circle(self, x: float, y: float, radius: float, style: str) -> None:
        """Draw a circle around x, y."""
        self._parts.append(
            f"<circle cx='{_number(x)}' cy='{_number(y)}' r='{_number(radius)}' class='{style}'/>"
        )

    def path(self, steps: list[str | float], style: str) -> None:
        """Draw a path of SVG commands and numbers."""
        data = " ".join(step if isinstance(step, str) else _number(step) for step in steps)
        self._parts.append(f"<path d='{data}' class='{style}'/>")

    def svg(self, title: str, width: float, height: float, lang: str) -> str:
        """Give the whole SVG: a titled card of its own opaque colour, light or dark."""
        size = f"width='{_number(width)}' height='{_number(height)}'"
        card = (
            f"<rect x='.5' y='.5' width='{_number(width - 1)}' height='{_number(height - 1)}' "
            "rx='10' class='paper edge-line'/>"
        )
        head = (
            f"<svg xmlns='http://www.w3.org/2000/svg' {size} "
            f"viewBox='0 0 {_number(width)} {_number(height)}' role='img' lang='{lang}'>"
            f"<title>{escape(clean(title))}</title><style>{_STYLE}</style>"
        )
        return head + card + "".join(self._parts) + "</svg>"


def clean(words: str) -> str:
    """Make words fit for one line of XML: composed, without line breaks and control characters."""
    if words.isascii() and words.isprintable():
        return words
    composed = unicodedata.normalize("NFC", words)
    return "".join(
        " " if char.isspace() else char if unicodedata.category(char) not in _UNFIT else "\ufffd"
        for char in composed
    )


def text_width(words: str, size: float, mono: bool = False) -> float:
    """Estimate the pixels that words take, on the generous side: fonts differ by machine.

    Hangul, Han and Kana take a full square; combining marks take nothing.
    """
    return size * sum(_em(char, mono) for char in clean(words))


def shorten(words: str, size: float, width: float, mono: bool = False) -> str:
    """Cut words that do not fit the width, and end them with an ellipsis."""
    if text_width(words, size, mono) <= width:
        return words
    room = width - size
    kept = []
    for char in clean(words):
        room -= size * _em(char, mono)
        if room < 0:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…"


def columns(words: str) -> int:
    """Count the columns that words take in a terminal."""
    if words.isascii():
        return len(words)
    return sum(
        0 if unicodedata.combining(char) else 2 if _is_wide(char) else 1 for char in clean(words)
    )


def pad(words: str, width: int) -> str:
    """Fill words with blanks up to the given number of terminal columns."""
    return words + " " * (width - columns(words))


def _em(char: str, mono: bool) -> float:
    if _is_wide(char):
        return 1.0
    if unicodedata.combining(char):
        return 0.0
    if mono:
        return 0.605
    return _EM.get(char, 0.69 if char.isupper() else 0.62)


_EM = dict.fromkeys("ijl|.,:;'! I", 0.32) | dict.fromkeys("tfr()[]/-", 0.41)
_EM |= dict.fromkeys("cksvxyzJ_", 0.57) | dict.fromkeys("mwMW@%…→", 0.96)
"""Widths of letters in DejaVu Sans, the widest of the usual sans-serif fonts."""


def _is_wide(char: str) -> bool:
    return not char.isascii() and unicodedata.east_asian_width(char) in "WF"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


_UNFIT = {"Cc", "Cs", "Cn", "Co"}


def _colours(palette: dict[str, str]) -> str:
    return ";".join(f"--{name}:{value}" for name, value in palette.items())


def _classes() -> str:
    colours = "".join(
        f".{name}{{fill:var(--{name})}}.{name}-line{{stroke:var(--{name})}}" for name in LIGHT
    )
    return re.sub(
        r"\n\s*",
        "",
        f"""text{{font:13px {SANS}}}
        .small{{font-size:11px}}
        .bold{{font-weight:600}}
        .mono{{font-family:{MONO};font-size:12px}}
        .mono.small{{font-size:11px}}
        {colours}
        path{{fill:none}}
        .line{{stroke-width:2}}
        .thin{{stroke-width:1.5}}
        .dashed{{stroke-dasharray:3 4}}""",
    )


_STYLE = (
    f":root{{{_colours(LIGHT)}}}"
    f"@media (prefers-color-scheme:dark){{:root{{{_colours(DARK)}}}}}"
    f"{_classes()}"
)


def panel_style() -> str:
    """Give the stylesheet of inline pictures for a shadow root.

    The palette is on its host: light, and dark where the host says `data-scheme="dark"`.
    """
    dark = f":host([data-scheme=dark]){{{_colours(DARK)}}}"
    return f":host{{{_colours(LIGHT)}}}{dark}{_classes()}"
