"""An error as libpq puts it into words: `ERROR:  …`, the line with a caret, DETAIL and HINT.

As pqBuildErrorMessage3 and reportErrorPosition do it in libpq's fe-protocol3.c.
"""

import re
import unicodedata
from collections.abc import Mapping

DISPLAYED = 60
"""Columns of a line that are shown."""
RIGHT = 10
"""Columns that stay behind the place of the error."""
TITLES = {"D": "DETAIL", "H": "HINT", "q": "QUERY", "W": "CONTEXT"}

ERRORS = ("ERROR", "FATAL", "PANIC")
"""What is said with its context."""


def say(fields: Mapping[int, bytes], query: str = "") -> str:
    """Give an error's or a notice's text, by its fields and the query that it is about."""
    found = {chr(code): value.decode("utf-8", "replace") for code, value in fields.items()}
    lines = [f"{found.get('S', 'ERROR')}:  {found.get('M', '')}"]
    inner = "P" not in found and "p" in found
    place, about = found.get("p" if inner else "P"), found.get("q", "") if inner else query
    if place is not None and about:
        lines += show(about, int(place))
    elif place is not None:
        lines[0] += f" at character {place}"
    told = [code for code in TITLES if code != "W" or found.get("V", "ERROR") in ERRORS]
    lines += [f"{TITLES[code]}:  {found[code]}" for code in told if code in found]
    return "".join(f"{line}\n" for line in lines)


def show(query: str, place: int) -> list[str]:
    """Give the line with the character at a place, counted from 1, and a caret below it."""
    if not 1 <= place <= len(query) + 1:
        return []
    before, behind = query[: place - 1], query[place - 1 :]
    lines = re.split("\r\n|\r|\n", before)
    left = lines[-1].replace("\t", " ")
    right = re.split("[\r\n]", behind)[0].replace("\t", " ")
    shown_left, shown_right = _cut(left, right)
    head = f"LINE {len(lines)}: {'...' if shown_left != left else ''}"
    line = f"{head}{shown_left}{shown_right}{'...' if shown_right != right else ''}"
    return [line, " " * (width(head) + width(shown_left)) + "^"]


def _cut(left: str, right: str) -> tuple[str, str]:
    """Cut a line at its end, and where that is not enough at its beginning."""
    if width(left + right) <= DISPLAYED:
        return left, right
    if width(left) + RIGHT <= DISPLAYED:
        while width(left + right) > DISPLAYED:
            right = right[:-1]
        return left, right
    while width(right) > RIGHT:
        right = right[:-1]
    while width(left + right) > DISPLAYED:
        left = left[1:]
    return left, right


def width(text: str) -> int:
    """Give a text's columns on a screen."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
