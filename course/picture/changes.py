"""What a command did, as a table and as lines of text."""

import html

from course.phrases import phrase
from course.picture.picture import WORDS, Picture
from course.project.changes import SECTIONS, Change, Changes


def draw_changes(changes: Changes, lang: str) -> Picture:
    """Show the changes as a table, and as lines of text."""
    label = phrase(WORDS, "changes.label", lang)
    found = changes.changes
    if not found:
        nothing = phrase(WORDS, "changes.nothing", lang)
        return Picture(label=label, text=nothing, lang=lang, html=_paragraph(nothing, lang))
    return Picture(label=label, text=_write(found, lang), lang=lang, html=_table(found, lang))


def _write(changes: tuple[Change, ...], lang: str) -> str:
    lines = []
    for section in SECTIONS:
        found = [change for change in changes if change.section == section]
        if found:
            lines.append(phrase(WORDS, f"changes.section_{section}", lang))
        for change in found:
            said = phrase(WORDS, f"changes.{change.key}", lang, **change.values)
            lines.append(f"  {change.sign} {said}")
    return "\n".join(lines)


def _paragraph(words: str, lang: str) -> str:
    return f'<p lang="{lang}">{html.escape(words)}</p>'


def _table(changes: tuple[Change, ...], lang: str) -> str:
    """Write the changes as a plain table: each row says in words what its sign means."""
    rows = []
    for section in SECTIONS:
        found = [change for change in changes if change.section == section]
        for position, change in enumerate(found):
            head = ""
            if not position:
                title = html.escape(phrase(WORDS, f"changes.section_{section}", lang))
                head = f'<th scope="rowgroup" rowspan="{len(found)}" style="{_HEAD}">{title}</th>'
            escaped = {name: html.escape(str(value)) for name, value in change.values.items()}
            values = {
                name: f"<code>{value}</code>" if name in _CODE else value
                for name, value in escaped.items()
            }
            said = phrase(WORDS, f"changes.{change.key}", lang, **values)
            rows.append(
                f'<tr style="background:transparent">{head}'
                f'<td style="{_SIGN}">{change.sign.replace("-", "−")}</td>'
                f'<td style="{_SAID}">{said}</td></tr>'
            )
    return (
        f'<table lang="{lang}" style="border-collapse:collapse;margin:4px 0">'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


_CELL = "text-align:left;vertical-align:top;line-height:1.6;white-space:normal"
_HEAD = f"{_CELL};padding:4px 20px 4px 4px;font-weight:600"
_SIGN = f"{_CELL};padding:4px 10px 4px 4px;font-family:monospace;font-weight:700"
_SAID = f"{_CELL};padding:4px 4px"
_CODE = ("table", "columns", "column", "renamed", "what", "constraint", "view", "file")
