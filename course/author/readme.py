"""What READMEs and docs/ repeat: tables and lists between two markers, and the cheat sheets.

    <!-- lessons tutorial: begin -->    a part of the course, a line a lesson
    <!-- rules: begin -->               the titles of the rules, in a sentence
    <!-- schedules: begin -->           in docs/teaching.md, every schedule with its sessions

each up to `<!-- … : end -->`. Markers name what stands between them; the text around is by hand. A
cheat sheet is written whole.
"""

import re
import tomllib
from pathlib import Path

from course.author.compose import WORDS
from course.author.notebook import write_text
from course.author.problem import LessonProblem
from course.author.teaching.cheatsheet import cheatsheet, lacking
from course.author.teaching.page import schedules_text
from course.contents import Course
from course.phrases import phrase, with_fallback

BLOCK = re.compile(r"(<!-- (?P<name>[\w ]+): begin -->).*?(<!-- (?P=name): end -->)", re.DOTALL)
ORDER = re.compile(r"^ORDER = (\d+)$", re.MULTILINE)


def readmes(course: Course) -> dict[str, Path]:
    """Give the README of each language that has one; the English one is README.md."""
    named = {lang: course.root / f"README.{lang}.md" for lang in course.languages}
    named["en"] = course.root / "README.md"
    return {lang: path for lang, path in named.items() if path.is_file()}


def teaching_pages(course: Course) -> dict[str, Path]:
    """Give the page for instructors of each language that has one; the English is teaching.md."""
    docs = course.root / "docs"
    named = {lang: docs / f"teaching.{lang}.md" for lang in course.languages}
    named["en"] = docs / "teaching.md"
    return {lang: path for lang, path in named.items() if path.is_file()}


def cheatsheets(course: Course) -> dict[Path, str]:
    """Give the cheat sheet of each language and where it goes. Raises LessonProblem."""
    made = {lang: cheatsheet(course, lang) for lang in course.languages}
    docs = course.root / "docs"
    return {docs / f"cheatsheet.{lang}.html": page for lang, page in made.items() if page}


def write(course: Course) -> None:
    """Write what READMEs and docs/ repeat. Raises LessonProblem for a marker without a meaning."""
    for pages in (readmes(course), teaching_pages(course)):
        for lang, path in pages.items():
            write_text(renewed(course, path.read_text(encoding="utf-8"), path.name, lang), path)
    for path, page in cheatsheets(course).items():
        write_text(page, path)


def problems(course: Course) -> list[str]:
    """Name the files in which a block is not what the build writes, or is not there."""
    found = list(lacking(course))
    wanted = {"rules", *(f"lessons {part}" for part in course.parts)}
    for pages, blocks in ((readmes(course), wanted), (teaching_pages(course), {"schedules"})):
        for lang, path in pages.items():
            text = path.read_text(encoding="utf-8")
            if renewed(course, text, path.name, lang) != text:
                found.append(f"{path.name}: `python3 -m course build` writes its tables anew")
            there = {block["name"] for block in BLOCK.finditer(text)}
            found += [f"{path.name}: there is no block '{name}'" for name in sorted(blocks - there)]
    for path, page in cheatsheets(course).items():
        if not path.is_file() or path.read_text(encoding="utf-8") != page:
            found.append(f"{path.name}: `python3 -m course build` writes it anew")
    return found


def renewed(course: Course, text: str, name: str, lang: str) -> str:
    """Give a README's text with every block written anew."""

    def block(found: re.Match[str]) -> str:
        kind, _, part = found["name"].partition(" ")
        if kind == "lessons" and part in course.parts:
            return f"{found[1]}\n\n{lessons(course, part, lang)}\n\n{found[3]}"
        if found["name"] == "rules":
            return f"{found[1]}{', '.join(rule_titles(course.root, lang))}{found[3]}"
        if found["name"] == "schedules":
            return f"{found[1]}\n\n{schedules_text(course, lang)}\n\n{found[3]}"
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
