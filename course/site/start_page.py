"""The page that a visitor starts from, one for each language: plain HTML, made of the manifest."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from course.contents import Course, LessonEntry
from course.desk.start_text import WORDS as DESK
from course.phrases import phrase
from course.site.here import here
from course.site.policy import POLICY, policy

FRONT = Path(__file__).with_name("front")
WORDS = FRONT / "words.toml"
FIRST_VISIT = 30
"""MB that a first visit takes (`benchmarks/first_visit.py`)."""
ADVICE = ("undo", "resume", "go_to")
"""What the desktop's page advises, but for what needs a terminal."""
SLOTS = ("lesson", "exercise", "count", "total")
MARKS = ((re.compile(r"\*\*(.+?)\*\*"), "strong"), (re.compile(r"`(.+?)`"), "code"))


def pages(course: Course) -> dict[str, str]:
    """Give the name of the page of each language; the first language's is the entrance."""
    first, *others = course.languages
    return {first: "index.html", **{lang: f"{lang}.html" for lang in others}}


def start_page(course: Course, lang: str) -> str:
    """Give the page of a language."""
    names = pages(course)
    first = course.lessons[0]
    nexts = {
        "first": _marked(phrase(DESK, "first", lang, lesson=_slot("lesson")), _link(first, lang)),
        "next": _marked(phrase(DESK, "next", lang, **{name: _slot(name) for name in SLOTS})),
        "all_passed": _marked(phrase(DESK, "all_passed", lang)),
    }
    template = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FRONT),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    ).get_template("start.html.j2")
    return template.render(
        lang=lang,
        entrance=names[lang] == "index.html",
        languages=[(code, name, names[code]) for code, name in course.languages.items()],
        policy=policy(POLICY),
        words=as_data(words(lang, ("bring", "store", "work"))),
        say=lambda key, **values: _marked(phrase(WORDS, key, lang, **values)),
        desk=lambda key: _marked(phrase(DESK, key, lang)),
        size=FIRST_VISIT,
        nexts=nexts,
        parts=list(_parts(course, lang)),
        advice=ADVICE,
    )


def address(entry: LessonEntry, lang: str) -> str:
    """Give the address of a lesson's notebook in JupyterLab, as the site's pages have it.

    Each has a workspace of its own: JupyterLab opens everything again that a workspace had open,
    and each notebook starts a kernel.
    """
    return f"lab/index.html?workspace={lang}-{entry.stem}&path={lang}/{entry.stem}.ipynb"


def words(lang: str, groups: tuple[str, ...]) -> dict[str, str]:
    """Give the phrases of some groups as the page's script fills them in."""
    known = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    return {
        f"{group}.{name}": phrase(WORDS, f"{group}.{name}", lang)
        for group in groups
        for name in known[group]
    }


def as_data(value: Any) -> Markup:
    """Give JSON as a script element of a page holds it."""
    return Markup(json.dumps(value, ensure_ascii=False).replace("<", "\\u003c"))


def _parts(course: Course, lang: str) -> Iterator[dict[str, Any]]:
    for part, title in course.parts.items():
        rows = [_row(entry, lang) for entry in course.lessons if entry.part == part]
        if rows:
            yield {"name": part, "title": title[lang], "rows": rows}


def _row(entry: LessonEntry, lang: str) -> dict[str, Any]:
    runs = here(entry, lang)
    title = entry.title[lang]
    return {
        "slug": entry.slug,
        "stem": entry.stem,
        "exercises": " ".join(entry.exercises),
        "number": entry.number,
        "address": address(entry, lang),
        "title": _marked(title),
        "doing": _marked(entry.doing[lang]),
        "minutes": phrase(DESK, "minutes", lang, count=entry.minutes.total),
        "here": runs.state,
        "why": _marked(runs.why),
        "download": phrase(WORDS, "download_one_label", lang, lesson=title),
    }


def _slot(name: str) -> str:
    return f"\0{name}\0"


def _link(entry: LessonEntry, lang: str) -> Markup:
    shown = f"{entry.number} · {entry.title[lang]}"
    return Markup('<a href="{}">{}</a>').format(address(entry, lang), shown)


def _marked(text: str, lesson: Markup | None = None) -> Markup:
    """Give the HTML of a text with `**`, backticks and slots; scripts fill slots that are left."""
    html = str(escape(text))
    for mark, tag in MARKS:
        html = mark.sub(rf"<{tag}>\1</{tag}>", html)
    for name in SLOTS:
        tag = "a" if name == "lesson" else "span"
        filled = lesson if name == "lesson" and lesson else f'<{tag} data-slot="{name}"></{tag}>'
        html = html.replace(_slot(name), filled)
    return Markup(html)
