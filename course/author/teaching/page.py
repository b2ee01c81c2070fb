"""What instructors read about the whole course: schedules and the list of lessons, as Markdown."""

from collections.abc import Iterable

from course.author.teaching.edition import WORDS
from course.author.teaching.schedule import Row, Schedule, clock, named, schedules
from course.contents import Course, LessonEntry
from course.phrases import phrase


def schedules_text(course: Course, lang: str, heading: str = "##") -> str:
    """Give every schedule: its purpose, a table a session, the homework. Raises LessonProblem."""
    blocks = [block for made in schedules(course) for block in _schedule(made, lang, heading)]
    return "\n\n".join(blocks)


def _schedule(made: Schedule, lang: str, heading: str) -> Iterable[str]:
    yield f"{heading} {made.plan.title[lang]}"
    yield made.plan.purpose[lang]
    for key, values, rows in named(made):
        if key:
            yield f"{heading}# {phrase(WORDS, key, lang, **values)}"
        lines = [phrase(WORDS, "schedule_head", lang), "|---|---|---:|"]
        yield "\n".join([*lines, *(_row(row, lang) for row in rows)])
    yield _homework(made, lang)


def _row(row: Row, lang: str) -> str:
    said = f"**{name(row.lesson, lang)}**" if row.lesson else phrase(WORDS, f"row.{row.kind}", lang)
    if not row.exercises:
        said = phrase(WORDS, "row.without_exercises", lang, lesson=said)
    return f"| {clock(row.start)}–{clock(row.end)} | {said} | {row.end - row.start} |"


def _homework(made: Schedule, lang: str) -> str:
    left = [
        phrase(WORDS, "homework_exercises", lang, lesson=name(entry, lang))
        for entry in made.exercises
    ]
    left += [name(entry, lang) for entry in made.homework]
    if not left:
        return phrase(WORDS, "homework_none", lang)
    return "\n".join([phrase(WORDS, "homework", lang), "", *(f"- {one}" for one in left)])


def name(entry: LessonEntry, lang: str) -> str:
    """Name a lesson by number and title."""
    return f"{entry.number} · {entry.title[lang]}"


def index_text(course: Course, lang: str, made: Iterable[LessonEntry], sheet: bool) -> str:
    """Give the page from which an instructor starts: lessons, cheat sheet, schedules.

    `made` are the lessons whose edition and slides are beside the page, `sheet` says whether the
    cheat sheet is.
    """
    there = {entry.slug for entry in made}
    rows = [phrase(WORDS, "index.head", lang), "|---:|---|---:|---:|---|"]
    for entry in course.lessons:
        links = ""
        if entry.slug in there:
            edition, slides = (phrase(WORDS, f"index.{one}", lang) for one in ("edition", "slides"))
            links = f"[{edition}]({entry.stem}.ipynb) · [{slides}]({slides_name(entry)})"
        takes = entry.minutes
        title = entry.title[lang]
        rows.append(f"| {entry.number} | {title} | {takes.read} | {takes.do} | {links} |")
    blocks = [f"# {phrase(WORDS, 'index.title', lang)}", phrase(WORDS, "index.how", lang)]
    blocks.append("\n".join(rows))
    if sheet:
        blocks.append(phrase(WORDS, "index.cheatsheet", lang))
    planned = schedules_text(course, lang, "###")
    if planned:
        blocks += [f"## {phrase(WORDS, 'index.schedules', lang)}", planned]
    return "\n\n".join(blocks) + "\n"


def slides_name(entry: LessonEntry) -> str:
    """Name the file of a lesson's slides."""
    return f"{entry.stem}.slides.html"


def as_html(text: str, title: str, lang: str) -> str:
    """Give Markdown as a page that needs nothing beside it."""
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark").enable("table").render(text)
    return PAGE.format(lang=lang, title=title, body=body)


PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 17px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Apple SD Gothic Neo",
  "Malgun Gothic", "Noto Sans CJK KR", sans-serif; margin: 40px auto; max-width: 860px;
  padding: 0 20px; word-break: keep-all }}
table {{ border-collapse: collapse; margin: 0 0 18px; width: 100% }}
th, td {{ border-bottom: 1px solid #8886; padding: 6px 12px 6px 0; text-align: left }}
code {{ font-family: Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.9em }}
h2 {{ margin-top: 44px }}
h3 {{ margin-top: 32px }}
</style>
</head>
<body>
{body}</body>
</html>
"""
