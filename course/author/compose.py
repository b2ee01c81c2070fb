"""Compose notebooks without outputs from a lesson: each language, unsolved and solved."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from course.author.notebook import Cell, Notebook, code, markdown, notebook
from course.author.source import Code, LessonSource, Prose, opening
from course.contents import Course, LessonEntry, Minutes
from course.phrases import Words, phrase

WORDS = Path(__file__).with_name("words.toml")
TO_LESSON = re.compile(r"\{lesson:(\w+)\}")
TO_FILE = re.compile(r"\{file:([\w./]+)\}")
BETWEEN_LANGUAGES = " · "
COMMENT = re.compile(
    r"^(?P<before>\s*(?:[^#'\"\n]*\s)?# ?(?:\d+\. )?)(?P<said>\S.* · .*)$", re.MULTILINE
)


@dataclass(frozen=True)
class Target:
    """One notebook to build: where it goes, and what it is before it is executed."""

    path: Path
    lang: str
    solved: bool
    notebook: Notebook
    meant_to_fail: frozenset[str]

    @property
    def name(self) -> str:
        """The notebook's room and file, as messages name it."""
        return "/".join(self.path.parts[self.path.parts.index("notebooks") :])


def targets(course: Course, source: LessonSource) -> list[Target]:
    """Give the lesson's notebooks in every language, unsolved and solved, not yet executed."""
    meant_to_fail = frozenset(cell.key for cell in source.code if cell.fails)
    return [
        Target(
            source.entry.notebook(lang, solved),
            lang,
            solved,
            compose(course, source, lang, solved),
            meant_to_fail,
        )
        for lang in course.languages
        for solved in (False, True)
    ]


def compose(course: Course, source: LessonSource, lang: str, solved: bool) -> Notebook:
    """Make the notebook: a heading, the lesson's cells, a closing with links.

    Prose that the language lacks is in the first language that has it.
    """
    cells = [markdown("heading", heading(course, source.entry, lang))]
    for cell in source.shown(solved):
        if isinstance(cell, Prose):
            cells.append(markdown(cell.key, linked(course, source.entry, cell.texts[lang], lang)))
        else:
            cells.append(_code(course, cell, source, lang))
    cells.append(markdown("closing", closing(course, source.entry, lang, solved)))
    return notebook(cells, {"lesson": source.entry.slug, "lang": lang, "solved": solved})


def _code(course: Course, cell: Code, source: LessonSource, lang: str) -> Cell:
    text = opening(source.entry, lang) if cell is source.code[0] else cell.source
    if cell.role == "answer":
        text = blank(text, lang, list(course.languages))
    made = code(cell.key, text)
    if cell.role != "plain":
        made["metadata"].update(role=cell.role, exercise=cell.exercise)
    if cell.scrolled:
        made["metadata"]["scrolled"] = True
    return made


def blank(text: str, lang: str, languages: list[str]) -> str:
    """Give an answer cell in one language, with room in its first line.

    A comment says in every language what to do, `# 여기에 씁니다 · write here`; the language's own
    words stay, and a number before them. A cell that would begin with a comment begins with an
    empty line instead, so that `%%writefile` can be typed there, where alone it works.
    """

    def in_language(comment: re.Match[str]) -> str:
        said = Words(zip(languages, comment["said"].split(BETWEEN_LANGUAGES), strict=False))
        return f"{comment['before']}{said[lang]}"

    text = COMMENT.sub(in_language, text)
    return f"\n{text}" if text.startswith("#") else text


def linked(course: Course, entry: LessonEntry, text: str, lang: str) -> str:
    """Fill in what prose refers to: `{lesson:moving}` by number, `{file:alembic.ini}` by a link.

    The link leads from a learner's copy of the notebook to the lesson's working folder; in
    JupyterLab it opens the file. Raises UnknownLesson.
    """

    def number(found: re.Match[str]) -> str:
        return phrase(WORDS, "lesson", lang, n=course.lesson(found[1]).number)

    text = TO_LESSON.sub(number, text)
    return TO_FILE.sub(rf"[`\1`](../{entry.stem}/\1)", text)


def heading(course: Course, entry: LessonEntry, lang: str, minutes: Minutes | None = None) -> str:
    """Title, purpose, minutes (those of the last build), and what the lesson builds on."""
    takes = minutes or entry.minutes
    said = phrase(WORDS, "minutes", lang, n=takes.total, read=takes.read, do=takes.do)
    lines = [
        f"# {entry.number} · {entry.title[lang]}",
        f"*{course.parts[entry.part][lang]}* · {said}",
        entry.purpose[lang],
    ]
    if entry.needs:
        before = ", ".join(_link(course.lesson(slug), lang) for slug in entry.needs)
        lines.append(phrase(WORDS, "needs", lang, lessons=before))
    return "\n\n".join(lines)


def closing(course: Course, entry: LessonEntry, lang: str, solved: bool) -> str:
    """Links to the other notebook of the pair and to the next lesson."""
    other = entry.notebook(lang, not solved)
    here = entry.notebook(lang, solved).parent
    path = Path(os.path.relpath(other, here)).as_posix()
    lines = [phrase(WORDS, "unsolved" if solved else "solved", lang, path=path)]
    following = [lesson for lesson in course.lessons if lesson.number == entry.number + 1]
    lines += [phrase(WORDS, "next", lang, lesson=_link(lesson, lang)) for lesson in following]
    return "---\n\n" + "\n\n".join(lines)


def _link(entry: LessonEntry, lang: str) -> str:
    return f"[{entry.number} · {entry.title[lang]}]({entry.stem}.ipynb)"
