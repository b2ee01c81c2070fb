"""The cheat sheet: commands, the four parts and the first errors on one page of paper."""

import html
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from course.author.problem import LessonProblem
from course.author.teaching.edition import WORDS
from course.contents import Course
from course.phrases import is_phrase, phrase, with_fallback
from course.project.effects import Part, effects

TABLE = "cheatsheet.toml"
PROGRAM = "alembic "
MARKS = {"": "", "reads": "○", "writes": "●", "both": "◉"}
"""How a part is used, from a distance and without colours."""


def cheatsheet(course: Course, lang: str) -> str | None:
    """Give the page in a language; None without lessons/cheatsheet.toml. Raises LessonProblem."""
    table = load(course)
    if table is None:
        return None
    try:
        return _page(with_fallback_in_lists(table), lang)
    except (KeyError, TypeError) as error:
        raise LessonProblem(f"lessons/{TABLE}: lacks {error}") from None


def load(course: Course) -> dict[str, Any] | None:
    """Read lessons/cheatsheet.toml; None where there is none. Raises LessonProblem."""
    path = course.root / "lessons" / TABLE
    if not path.is_file():
        return None
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise LessonProblem(f"lessons/{TABLE}: {error}") from None


def lacking(course: Course) -> list[str]:
    """Name the texts of the cheat sheet that a language of the course lacks."""
    found = []
    for place, words in _phrases(load(course) or {}, ""):
        found += [
            f"lessons/{TABLE}: {place} lacks {lang}"
            for lang in course.languages
            if not words.get(lang)
        ]
    return found


def _phrases(table: Any, above: str) -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(table, list):
        for number, below in enumerate(table, start=1):
            yield from _phrases(below, f"{above} {number}")
    elif isinstance(table, dict):
        if is_phrase(table):
            yield above, table
        else:
            for name, below in table.items():
                yield from _phrases(below, f"{above}.{name}".lstrip("."))


def with_fallback_in_lists(table: Any) -> Any:
    """Give a table of phrases in which one that a language lacks is another's, lists included."""
    if isinstance(table, list):
        return [with_fallback_in_lists(below) for below in table]
    if isinstance(table, dict):
        if is_phrase(table) and all(isinstance(text, str) for text in table.values()):
            return with_fallback(table)
        return {name: with_fallback_in_lists(below) for name, below in table.items()}
    return table


def used(line: str) -> dict[Part, str]:
    """Say of each part whether a command reads it, writes it, or both; "" for neither."""
    what = effects(line)
    if what is None:
        raise LessonProblem(f"lessons/{TABLE}: `{line}` is no alembic command")
    both = {(True, True): "both", (True, False): "reads", (False, True): "writes"}
    return {part: both.get((part in what.reads, part in what.writes), "") for part in Part}


def _page(table: dict[str, Any], lang: str) -> str:
    parts = "".join(
        f'<div class="part"><h2>{_text(said["title"][lang])}</h2><p>{_text(said["says"][lang])}</p>'
        "</div>"
        for said in (table["part"][part] for part in Part)
    )
    return PAGE.format(
        lang=lang,
        title=_text(table["title"][lang]),
        model=_text(table["model"][lang]),
        parts=parts,
        legend=" ".join(f"{MARKS[key]} {_say(key, lang)}" for key in ("reads", "writes", "both")),
        commands=_commands(table, lang),
        errors=_errors(table, lang),
    )


def _commands(table: dict[str, Any], lang: str) -> str:
    titles = [_text(table["part"][part]["title"][lang]).replace("_", "_<wbr>") for part in Part]
    head = "".join(f'<th scope="col" class="mark">{title}</th>' for title in titles)
    rows = []
    for one in table["command"]:
        marks = "".join(_mark(use, lang) for use in used(one["run"]).values())
        code = f"<code>{html.escape(one['run'].removeprefix(PROGRAM))}</code>"
        rows.append(
            f'<tr><td class="run">{code}</td><td>{_text(one["does"][lang])}</td>{marks}</tr>'
        )
    command = f"<code>{PROGRAM.strip()}</code> …"
    first = f'<th scope="col">{command}</th><th scope="col">{_say("does", lang)}</th>'
    return f"<thead><tr>{first}{head}</tr></thead>\n<tbody>\n" + "\n".join(rows) + "\n</tbody>"


def _mark(use: str, lang: str) -> str:
    if not use:
        return '<td class="mark"></td>'
    return f'<td class="mark"><span title="{_say(use, lang)}">{MARKS[use]}</span></td>'


def _errors(table: dict[str, Any], lang: str) -> str:
    head = "".join(f'<th scope="col">{_say(key, lang)}</th>' for key in ("error", "means", "fix"))
    rows = [
        f"<tr><td><code>{html.escape(one['text'])}</code></td>"
        f"<td>{_text(one['means'][lang])}</td><td>{_text(one['fix'][lang])}</td></tr>"
        for one in table["error"]
    ]
    return f"<thead><tr>{head}</tr></thead>\n<tbody>\n" + "\n".join(rows) + "\n</tbody>"


def _say(key: str, lang: str) -> str:
    return html.escape(phrase(WORDS, f"sheet.{key}", lang))


def _text(text: str) -> str:
    """Give a text as HTML; what is in backquotes is code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))


PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
@page {{ size: A4; margin: 11mm }}
:root {{ color-scheme: light }}
* {{ box-sizing: border-box }}
body {{ background: #fff; color: #1f2328; font: 8.7pt/1.35 system-ui, -apple-system, "Segoe UI",
  Roboto, "Apple SD Gothic Neo", "Malgun Gothic", "Noto Sans CJK KR", sans-serif;
  margin: 0 auto; max-width: 188mm; word-break: keep-all }}
h1 {{ font-size: 17pt; line-height: 1.2; margin: 0 0 1.5mm }}
p {{ margin: 0 0 3mm }}
.parts {{ display: grid; gap: 3mm; grid-template-columns: repeat(4, 1fr); margin: 0 0 3mm }}
.part {{ background: #f5f7f9; border: 1px solid #d1d9e0; border-radius: 2mm; padding: 2mm 2.5mm }}
.part h2 {{ font-size: 10.5pt; margin: 0 0 0.5mm }}
.part p {{ font-size: 7.8pt; line-height: 1.35; margin: 0 }}
table {{ border-collapse: collapse; margin: 0 0 3.5mm; width: 100% }}
th, td {{ border-bottom: 1px solid #d1d9e0; padding: 0.9mm 2mm 0.9mm 0; text-align: left;
  vertical-align: top }}
th {{ border-bottom: 1.5px solid #57606a; font-size: 7.8pt; vertical-align: bottom }}
tr {{ break-inside: avoid }}
.mark {{ padding-left: 1mm; padding-right: 1mm; text-align: center; width: 15mm }}
th.mark {{ font-size: 7pt; line-height: 1.2; width: 15mm }}
.run {{ padding-right: 4mm; white-space: nowrap }}
td.mark {{ color: #0b5fc4 }}
code {{ font: 0.93em Menlo, Consolas, "DejaVu Sans Mono", monospace }}
.legend {{ color: #57606a; font-size: 7.8pt; margin: -2mm 0 4mm; text-align: right }}
@media screen {{ body {{ padding: 10mm 0 }} }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{model}</p>
<div class="parts">{parts}</div>
<table>
{commands}
</table>
<p class="legend">{legend}</p>
<table>
{errors}
</table>
</body>
</html>
"""
