"""The words of the course and its lessons: alike in every language, and none without a use."""

import ast
import re
import string
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from course.contents import ROOT, load_course
from course.particles import PARTICLES
from course.phrases import all_phrases

COURSE = [*(ROOT / "course").rglob("*.toml")]
LESSONS = [*(ROOT / "lessons").glob("*/messages.toml")]
SKELETON = ROOT / "course" / "author" / "skeleton"
FILES = sorted([*COURSE, *LESSONS])
NAMES = [path.relative_to(ROOT).as_posix() for path in FILES]

NAMES_ALONE = ["doctor.python", "doctor.versions", "changes.version", "loading.bytes"]
"""Phrases of names and values, which are the same in every language."""

FIXED = re.compile(
    rf"\{{\w+(?:![rs])?\}}[`\"')\]]*(?:{'|'.join(sorted(PARTICLES, key=len, reverse=True))})(?!\w)"
)
"""A value and, behind it, a particle that fits some values alone."""


def texts(path: Path) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Give each phrase of a file by its key: its texts (hints are several) by language."""
    for key, words in all_phrases(tomllib.loads(path.read_text(encoding="utf-8"))):
        yield key, {lang: [said] if isinstance(said, str) else said for lang, said in words.items()}


def fields(said: Iterable[str]) -> set[str]:
    return {name for text in said for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_phrase_has_the_same_values_in_each_language(path):
    for key, words in texts(path):
        found = [fields(said) for said in words.values()]
        assert found.count(found[0]) == len(found), f"{path.name}: {key}: {found}"


def test_korean_is_said_in_hangul():
    other = [
        key
        for path in FILES
        for key, words in texts(path)
        for text in words.get("ko", [])
        if not re.search("[가-힣]", text) and not re.fullmatch("(?:(?:…|`[^`]+`)[:.,]? ?)+", text)
    ]
    assert other == NAMES_ALONE


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_particle_follows_the_value_it_stands_behind(path):
    fixed = [
        f"{key}: {place}"
        for key, words in texts(path)
        for text in words.get("ko", [])
        for place in FIXED.findall(text)
    ]
    assert fixed == []


def test_a_particle_that_fits_some_values_alone_is_found():
    assert FIXED.search("URL이 다른 파일 `{file}`을 가리킵니다")
    assert FIXED.search("종료 코드 {code}로 끝났습니다")
    assert not FIXED.search("`{file}`{file:을} {count}개를 {folder}에 옮깁니다")


@cache
def strings(path: Path) -> tuple[set[str], set[str]]:
    """Give the plain strings of a module, and its f-strings as regular expressions.

    Of a page or its script it is every quoted text, and what is put together with another value.
    """
    if path.suffix != ".py":
        return page_strings(path.read_text(encoding="utf-8"))
    plain, built = set(), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            plain.add(node.value)
        if isinstance(node, ast.JoinedStr):
            parts = [
                re.escape(part.value) if isinstance(part, ast.Constant) else "(.+)"
                for part in node.values
            ]
            if re.search("[a-z]", "".join(parts)):
                built.add("".join(parts))
    return plain, built


def page_strings(text: str) -> tuple[set[str], set[str]]:
    plain = {found for _, found in re.findall(r"""(["'`])([\w.]+)\1""", text)}
    parts = re.findall(r"`([\w.]+)\$\{\w+\}`", text)
    parts += re.findall(r"""["']([\w.]+\.)["'] \+ [\w.]+""", text)
    return plain, {f"{re.escape(part)}(.+)" for part in parts}


def unused(keys: Iterable[str], sources: Iterable[Path], manifest: Iterable[str] = ()) -> list[str]:
    """Name the phrases that neither code nor words of the manifest ask for.

    A key is asked for by a string that is the key, or by one such as f"changes.{key}" when what
    has to be filled in is a string of the code, or built of one, too.
    """
    found = [strings(path) for path in sources]
    plain = set(manifest).union(*(plain for plain, _ in found))
    built = {re.compile(text) for text in set().union(*(built for _, built in found))}

    def is_asked_for(key: str) -> bool:
        matches = filter(None, (pattern.fullmatch(key) for pattern in built))
        return key in plain or any(all(map(is_asked_for, match.groups())) for match in matches)

    return [key for key in keys if not is_asked_for(key)]


SOURCES = [
    *(ROOT / "course").rglob("*.py"),
    *(ROOT / "lessons").glob("*/checks.py"),
    *(path for path in (ROOT / "course/site/front").iterdir() if path.suffix in (".js", ".j2")),
]


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_phrase_is_without_use(path):
    if SKELETON not in path.parents:
        used = [kind for entry in load_course().lessons for kind in entry.uses]
        assert unused([key for key, _ in texts(path)], SOURCES, used) == []


def test_a_phrase_without_use_is_found(tmp_path):
    code = tmp_path / "code.py"
    code.write_text('say("plain"); say(f"kind.{kind}"); f"of_{n}"; kinds = ["one", f"{n}"]\n')
    keys = ["plain", "kind.one", "kind.of_one", "kind.two", "kind", "gone"]
    assert unused(keys, [code]) == ["kind.two", "kind", "gone"]


def test_a_phrase_that_no_page_asks_for_is_found(tmp_path):
    page = tmp_path / "page.js"
    page.write_text('say("plain"); say(`kind.${kind}`); const kinds = ["one"];\n')
    assert unused(["plain", "kind.one", "kind.two", "gone"], [page]) == ["kind.two", "gone"]
