"""Passwords in alembic.ini and pyproject.toml."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from course.review.text.source import Source

SECTION = re.compile(r"\s*\[(?P<name>.*)\]\s*(?:[#;].*)?$")
SETTING = re.compile(r"(?P<key>[^\s#;\[=:][^=:]*?)\s*[=:]\s*(?P<value>.*)$")
INTERPOLATED = re.compile(r"%\((?P<name>[^)]+)\)s")
PUT_IN_LATER = re.compile(r"\$\{?\w+|\{[\w.]*\}|<[^>]*>|\*+")
TEMPLATE = ("driver", "user", "pass")
"""Driver, user and password of the line that `alembic init` writes."""


@dataclass(frozen=True)
class Secret:
    """A URL with a password: the `line`, the `key` that holds it, and its `section`."""

    line: int
    section: str
    key: str


def secrets_of_ini(source: Source) -> Iterator[Secret]:
    """Find database URLs with a password in an INI file, in any section."""
    section = "DEFAULT"
    settings: list[tuple[int, str, str, str]] = []
    for number, line in enumerate(_lines(source), start=1):
        if header := SECTION.match(line):
            section = header["name"]
        elif setting := SETTING.match(line):
            settings.append((number, section, setting["key"].strip(), setting["value"].strip()))
    for number, section, key, value in settings:
        here = {name: text for _, place, name, text in settings if place in (section, "DEFAULT")}
        if key.endswith("url") and has_password(value, here):
            yield Secret(number, section, key)


def secrets_of_toml(source: Source) -> Iterator[Secret]:
    """Find database URLs with a password in the `[tool.alembic]` of a pyproject.toml."""
    try:
        table = tomllib.loads(source.content.decode("utf-8", errors="replace"))
    except tomllib.TOMLDecodeError:
        return
    for section, key, value in _strings(table.get("tool", {}).get("alembic", {}), "tool.alembic"):
        if has_password(value, {}):
            lines = [number for number, line in enumerate(_lines(source), 1) if value in line]
            yield Secret(lines[0] if lines else 1, section, key)


def _lines(source: Source) -> list[str]:
    return source.content.decode("utf-8", errors="replace").splitlines()


def _strings(table: dict[str, Any], path: str) -> Iterator[tuple[str, str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _strings(value, f"{path}.{key}")
        elif isinstance(value, str):
            yield path, key, value


def has_password(value: str, settings: dict[str, str]) -> bool:
    """Tell whether a URL holds a password of its own, and no stand-in for one.

    `%(name)s` counts where the same file sets the name.
    """
    url = INTERPOLATED.sub(lambda name: settings.get(name["name"], "${later}"), value)
    try:
        read = sa.make_url(url.replace("%%", "%"))
    except (sa.exc.ArgumentError, ValueError):
        return False
    if not read.password or PUT_IN_LATER.search(str(read.password)):
        return False
    return (read.drivername, read.username, str(read.password)) != TEMPLATE
