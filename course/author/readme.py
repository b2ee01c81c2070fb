"""What READMEs repeat: the table of lessons and the list of review rules, between two markers.

    <!-- lessons tutorial: begin -->    a part of the course, a line a lesson
    <!-- rules: begin -->               the titles of the rules, in a sentence

each up to `<!-- … : end -->`. Markers name what stands between them; the text around is by hand.
"""

import re
import tomllib
from pathlib import Path

from course.author.compose import WORDS
from course.author.notebook import write_text
from course.author.problem import LessonProblem
from course.contents import Course
from course.phrases import phrase, with_fallback

BLOCK = re.compile(r"(<!-- (?P<name>[\w ]+): begin -->).*?(<!-- (?P=name): end -->)", re.DOTALL)
ORDER = re.compile(r"^ORDER = (\d+)$", re.MULTILINE)


def readmes(course: Course) -> dict[str, Path]:
    """Give the README of each language that has one; the English one is README.md."""
    named = {lang: course.root / f"README.{lang}.md" for lang in course.languages}
    named["en"] = course.root / "README.md"
    return {lang: path for lang, path in named.items() if path.is_file()}


def write(course: Course) -> None:
    """Write what READMEs repeat. Raises LessonProblem for a marker that names nothing."""
    for lang, path in readmes(course).items():
        write_text(renewed(course, path.read_text(encoding="utf-8"), path.name, lang), path)


def problems(course: Course) -> list[str]:
    """Name the READMEs in which a block is not what the build writes, or is not there."""
    found = []
    for lang, path in readmes(course).items():
        text = path.read_text(encoding="utf-8")
        if renewed(course, text, path.name, lang) != text:
            found.append(f"{path.name}: `python3 -m course build` writes its tables anew")
        there = {block["name"] for block in BLOCK.finditer(text)}
        wanted = {"rules", *(f"lessons {part}" for part in course.parts)}
        found += [f"{path.name}: there is no block '{name}'" for name in sorted(wanted - there)]
    return found


def renewed(course: Course, text: str, name: str, lang: str) -> str:
    """Give a README's text with every block written anew."""

    def block(found: re.Match[str]) -> str:
        kind, _, part = found["name"].partition(" ")
        if kind == "lessons" and part in course.parts:
            return f"{found[1]}\n\n{lessons(course, part, lang)}\n\n{found[3]}"
        if found["name"] == "rules":
            return f"{found[1]}{', '.join(rule_titles(course.root, lang))}{found[3]}"
        raise LessonProblem(f"{name}: the marker '{found['name']}' names nothing")

    return BLOCK.sub(block, text)


def lessons(course: Course, part: str, lang: str) -> str:
    """Give the table of a part's lessons."""
    lines = [phrase(WORDS, "table", lang), "|---|---|---|---|"]
    for entry in course.lessons:
        if entry.part == part:
            path = entry.notebook(lang, solved=False).relative_to(course.root).as_posix()
            link = f"[{entry.title[lang]}]({path})"
            takes = entry.minutes
            minutes = f"{takes.total} ({takes.read} + {takes.do})"
            lines.append(f"| {entry.number} | {link} | {minutes} | {entry.doing[lang]} |")
    return "\n".join(lines)


def rule_titles(root: Path, lang: str) -> list[str]:
    """Give the titles of the rules in their order, from their files alone.

    A build with nothing to do has no time to import them; a test holds that both say the same.
    """
    titles = []
    for path in (root / "course" / "review" / "rules").glob("*.toml"):
        order = ORDER.search(path.with_suffix(".py").read_text(encoding="utf-8"))
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        titles.append(
            (int(order[1]) if order else 0, path.stem, with_fallback(table)["title"][lang])
        )
    return [title for _, _, title in sorted(titles)]
