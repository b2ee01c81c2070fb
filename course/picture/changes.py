"""What a command did, as a table and as lines of text."""

import html
from collections.abc import Iterator

from course.phrases import phrase
from course.picture.picture import WORDS, Picture
from course.project.changes import SECTIONS, Change, Changes


def draw_changes(changes: Changes, lang: str) -> Picture:
    """Show the changes as a table, and as lines of text."""
    label = phrase(WORDS, "changes.label", lang)
    if not changes.changes:
        nothing = phrase(WORDS, "changes.nothing", lang)
        return Picture(label=label, text=nothing, lang=lang, html=_paragraph(nothing, lang))
    return Picture(label=label, text=_write(changes, lang), lang=lang, html=_table(changes, lang))


def _sections(changes: Changes) -> Iterator[tuple[str, list[Change]]]:
    for section in SECTIONS:
        within = [change for change in changes.changes if change.section == section]
        if within:
            yield section, within


def _write(changes: Changes, lang: str) -> str:
    lines = []
    for section, within in _sections(changes):
        lines.append(phrase(WORDS, f"changes.section_{section}", lang))
        for change in within:
            words = phrase(WORDS, f"changes.{change.key}", lang, **change.values)
            lines.append(f"  {change.sign} {words}")
    return "\n".join(lines)


def _paragraph(words: str, lang: str) -> str:
    return f'<p lang="{lang}">{html.escape(words)}</p>'


def _table(changes: Changes, lang: str) -> str:
    """Write the changes as a plain table: each row says in words what its sign means."""
    rows = []
    for section, within in _sections(changes):
        for position, change in enumerate(within):
            head = ""
            if not position:
                title = html.escape(phrase(WORDS, f"changes.section_{section}", lang))
                head = f'<th scope="rowgroup" rowspan="{len(within)}" style="{_HEAD}">{title}</th>'
            escaped = {name: html.escape(str(value)) for name, value in change.values.items()}
            values = {
                name: f"<code>{value}</code>" if name in _CODE else value
                for name, value in escaped.items()
            }
            words = phrase(WORDS, f"changes.{change.key}", lang, **values)
            rows.append(
                f'<tr style="background:transparent">{head}'
                f'<td style="{_SIGN}">{change.sign.replace("-", "−")}</td>'
                f'<td style="{_WORDS}">{words}</td></tr>'
            )
    return (
        f'<table lang="{lang}" style="border-collapse:collapse;margin:4px 0">'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


_CELL = "text-align:left;vertical-align:top;line-height:1.6;white-space:normal"
_HEAD = f"{_CELL};padding:4px 20px 4px 4px;font-weight:600"
_SIGN = f"{_CELL};padding:4px 10px 4px 4px;font-family:monospace;font-weight:700"
_WORDS = f"{_CELL};padding:4px 4px"
_CODE = ("table", "columns", "column", "renamed", "what", "constraint", "view", "file")
