"""Pieces of HTML that the playground's sections are made of. Whatever goes in is escaped here."""

import re
from html import escape

CODE = re.compile(r"`([^`]+)`")


def attributes(**values: str | bool | None) -> str:
    """Give attributes, `data_act` as `data-act`; one that is false or None is left out."""
    given = []
    for name, value in values.items():
        written = name.rstrip("_").replace("_", "-")
        if value is True:
            given.append(f" {written}")
        elif isinstance(value, str):
            given.append(f' {written}="{escape(value)}"')
    return "".join(given)


def tag(name: str, inside: str, /, **values: str | bool | None) -> str:
    """Give an element around HTML."""
    return f"<{name}{attributes(**values)}>{inside}</{name}>"


def prose(words: str) -> str:
    """Give words as HTML, what stands in backquotes as code."""
    return CODE.sub(r"<code>\1</code>", escape(words))


def listing(text: str, key: str) -> str:
    """Give text in a box that scrolls; `key` names it across updates."""
    return tag("pre", escape(text), data_key=key, tabindex="0", class_="listing")


def coloured(text: str, language: str, key: str) -> str:
    """Give code in a box, with the colours of a language that Pygments knows by the name."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name

    inside = highlight(text, get_lexer_by_name(language), HtmlFormatter(nowrap=True))
    return tag("pre", inside, data_key=key, tabindex="0", class_="listing")


def button(words: str, act: str, shortcut: str = "", **values: str | bool | None) -> str:
    """Give a button for an act, with the key that does the same beside its words (HTML)."""
    key = tag("kbd", escape(shortcut), aria_hidden="true") if shortcut else ""
    more = {"data_shortcut": shortcut, "aria_keyshortcuts": shortcut} if shortcut else {}
    return tag(
        "button", words + key, type="button", data_act=act, data_key=f"do {act}", **more, **values
    )


def folded(summary: str, inside: str, key: str, is_open: bool = False) -> str:
    """Give a part that can be opened."""
    return tag("details", tag("summary", escape(summary)) + inside, data_key=key, open=is_open)
