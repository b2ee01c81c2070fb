"""The playground's own sections, and where they stand among the panel's pictures."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path

from course.panel.section import Section
from course.panel.view import View
from course.phrases import phrase
from course.picture.history import Clickable, draw_graph
from course.playground import markup
from course.playground.markup import button, prose, tag
from course.playground.moves import Place, command_line
from course.playground.problem import WORDS, PlayError
from course.playground.source import Source
from course.playground.terminal import Ran
from course.project.errors import relative
from course.project.revision import BASE, Revision
from course.running.task import Json

STYLE = Path(__file__).with_name("playground.css")
ORDER = ("moves", "graph", "selected", "parts", "terminal", "changes", "schema")
"""The sections from top to bottom; playground.css puts some beside each other."""


FROM_THE_PANEL = ("parts", "changes", "schema")
"""The sections that are the panel's; its graph is drawn here, with rows that can be clicked."""


@dataclass(frozen=True)
class Shown:
    """All that the playground itself says at one moment.

    `selected` is the id of a row, which need not have a file; `source` is what its file says.
    `done` and `undone` are the lines of the moves that can be taken back and done again.
    """

    name: str
    lang: str
    place: Place
    selected: str | None
    source: Source | None
    last: Ran | None
    note: str
    done: Sequence[str]
    undone: Sequence[str]
    folder: Path

    def say(self, key: str, **values: object) -> str:
        """Give a phrase of the playground."""
        return phrase(WORDS, key, self.lang, **values)


def message(shown: Shown, drawn: View | None, is_stale: bool) -> Json:
    """Give the message of a view: the playground's sections, and the pictures that were drawn.

    Pictures of a state before (`is_stale`) are marked so, and `more` will be asked for.
    """
    view = drawn or View(shown.lang, "", ())
    named = {section.name: asdict(section) | {"stale": is_stale} for section in view.sections}
    own = (_moves, _graph, _terminal, _selected)
    named |= {section.name: asdict(section) for make in own for section in make(shown)}
    given = view.message()
    return given | {
        "title": shown.say("title", name=shown.name),
        "style": given["style"] + STYLE.read_text(encoding="utf-8"),
        "sections": [named[name] for name in ORDER if name in named],
        "more": is_stale,
    }


# --- the moves ---


def _moves(shown: Shown) -> Iterator[Section]:
    several = len(shown.place.heads) > 1
    moves = (
        ("all_up", "u", f"upgrade {'heads' if several else 'head'}", False),
        ("one_up", "+", "upgrade +1", False),
        ("one_down", "-", "downgrade -1", False),
        ("all_down", "b", "downgrade base", False),
        ("merge", "m", "merge heads", not several),
    )
    buttons = [
        button(tag("code", line), act, key, disabled=is_off, title=shown.say(f"moves.{act}"))
        for act, key, line, is_off in moves
    ]
    turns = [
        button(
            escape(shown.say(f"moves.{act}")),
            act,
            key,
            disabled=not lines,
            title=lines[-1] if lines else None,
        )
        for act, key, lines in (("undo", "z", shown.done), ("redo", "y", shown.undone))
    ]
    bar = tag("div", "".join(buttons), class_="bar") + tag("div", "".join(turns), class_="bar")
    lists = tag("div", bar, data_list="", role="toolbar", aria_label=shown.say("moves.label"))
    note = tag("p", prose(shown.note), class_="said", role="status") if shown.note else ""
    keys = tag("p", prose(shown.say("moves.keys")), class_="keys")
    html = lists + _new(shown) + keys + note
    yield Section("moves", shown.say("title", name=shown.name), html)


def _new(shown: Shown) -> str:
    """The form for a new revision on top of the head."""
    choices = (("yes", "--autogenerate"), ("", shown.say("moves.empty")))
    buttons = "".join(
        tag("button", tag("code", escape(words)), name="autogenerate", value=value)
        for value, words in choices
    )
    start = tag("code", "alembic revision -m")
    return tag("form", start + _field(shown, "new", "n") + buttons, data_act="new", class_="bar")


def _field(shown: Shown, name: str, shortcut: str) -> str:
    words = shown.say("moves.message")
    entry = markup.attributes(
        name="message",
        required=True,
        autocomplete="off",
        spellcheck="false",
        placeholder=words,
        aria_label=words,
        data_key=f"{name} message",
        data_shortcut=shortcut,
    )
    return f"<input{entry}>" + tag("kbd", shortcut, aria_hidden="true")


# --- the graph ---


def _graph(shown: Shown) -> Iterator[Section]:
    """The panel's graph, with rows that can be clicked."""
    place = shown.place
    clickable = Clickable(shown.selected)
    picture = draw_graph(place.revisions, place.versions, shown.lang, clickable)
    yield Section("graph", shown.say("graph"), picture.inline(), picture.text)


# --- the last command ---


def _terminal(shown: Shown) -> Iterator[Section]:
    ran = shown.last
    label = shown.say("terminal.label")
    if ran is None:
        inside = tag("p", prose(shown.say("terminal.nothing")), class_="muted-words")
        yield Section("terminal", label, inside + _so_far(shown))
        return
    ended = shown.say("terminal.exit", code=ran.exit_code)
    kind = "good" if ran.exit_code == 0 else "bad"
    line = tag("span", "$ ", class_="prompt") + escape(ran.line)
    head = tag("div", tag("code", line) + tag("span", ended, class_=kind), class_="command")
    meaning = ran.meaning(shown.lang)
    means = tag("p", prose(meaning), class_="said bad") if meaning else ""
    printed = markup.listing(ran.printed.strip("\n"), "printed") if ran.printed.strip() else ""
    text = "\n".join(filter(None, [f"$ {ran.line}", ran.printed.rstrip(), ended, meaning]))
    yield Section("terminal", label, head + means + printed + _so_far(shown), text)


def _so_far(shown: Shown) -> str:
    """The commands that lead from the start to here, for a terminal."""
    if not shown.done:
        return ""
    summary = shown.say("terminal.so_far", count=len(shown.done))
    return markup.folded(summary, markup.listing("\n".join(shown.done), "so far"), "fold so far")


# --- the selected revision ---


def _selected(shown: Shown) -> Iterator[Section]:
    label = shown.say("selected.label")
    revision = shown.place.by_id.get(shown.selected or "")
    if shown.selected is None:
        yield Section("selected", label, tag("p", prose(shown.say("selected.nothing"))))
    elif shown.selected == BASE:
        inside = tag("p", prose(shown.say("selected.base")))
        yield Section("selected", label, _name(shown, BASE, "") + inside + _go_and_stamp(shown))
    elif revision is None:
        yield _ghost(shown, shown.selected, label)
    else:
        yield _with_file(shown, revision, label)


def _name(shown: Shown, revision: str, words: str) -> str:
    states = [key for key, holds in _states(shown, revision) if holds]
    badges = "".join(
        tag("span", escape(shown.say(f"state.{key}")), class_=f"badge {key}") for key in states
    )
    inside = tag("code", escape(revision)) + tag("b", escape(words)) + badges
    return tag("div", inside, class_="name")


def _states(shown: Shown, revision: str) -> Iterator[tuple[str, bool]]:
    place = shown.place
    yield "current", place.is_at(revision)
    is_file = revision in place.by_id
    yield "applied", is_file and revision in place.applied and not place.is_at(revision)
    yield "pending", is_file and revision not in place.applied
    yield "missing", not is_file and revision != BASE


def _go_and_stamp(shown: Shown) -> str:
    """The buttons that lead to the selected revision, with the commands that they run."""
    given = {"revision": shown.selected}
    made = []
    for act, key in (("go", "g"), ("stamp", "s")):
        try:
            line = command_line(given | {"act": act}, shown.place)
        except PlayError:
            continue
        words = escape(shown.say(f"selected.{act}")) + tag("code", escape(line))
        made.append(button(words, act, key, data_revision=shown.selected))
    return tag("div", "".join(made), class_="bar", data_list="")


def _ghost(shown: Shown, name: str, label: str) -> Section:
    """A row without a file: who names it, and what helps."""
    children = [each for each in shown.place.revisions if name in each.parents]
    files = ", ".join(f"`{_file(shown, each)}`" for each in children)
    lines = []
    if children:
        lines.append(shown.say("selected.gap", revision=name, files=files))
    if name in shown.place.versions:
        lines.append(shown.say("selected.lost", revision=name))
    html = _name(shown, name, "") + "".join(tag("p", prose(line)) for line in lines)
    return Section("selected", label, html, "\n".join([name, *lines]))


def _file(shown: Shown, revision: Revision) -> str:
    return relative(revision.file, shown.folder) if revision.file else revision.id


def _with_file(shown: Shown, revision: Revision, label: str) -> Section:
    file = _file(shown, revision)
    head = _name(shown, revision.id, revision.message) + tag("div", escape(file), class_="file")
    html = head + _go_and_stamp(shown) + _branch(shown, revision)
    text = [f"{revision.id}  {revision.message}", file]
    if shown.source is not None:
        html += markup.folded(
            shown.say("selected.code"),
            markup.coloured(shown.source.code, "python", "code"),
            "fold code",
            is_open=True,
        )
        text += ["", shown.source.code]
        for key, ran in (("up", shown.source.up), ("down", shown.source.down)):
            html += markup.folded(ran.line, _script(shown, ran, key), f"fold {key}", key == "up")
            text += [f"$ {ran.line}", ran.meaning(shown.lang) or ran.printed]
    return Section("selected", label, html, "\n".join(text))


def _script(shown: Shown, ran: Ran, key: str) -> str:
    if ran.exit_code:
        return tag("p", prose(ran.meaning(shown.lang)), class_="said")
    return markup.coloured(ran.printed, "sql", f"sql {key}")


def _branch(shown: Shown, revision: Revision) -> str:
    """The form for a new revision on top of the selected one."""
    words = escape(shown.say("selected.branch"))
    inside = _field(shown, "branch", "r") + tag("button", words)
    form = {"data_act": "branch", "data_revision": revision.id, "class_": "bar"}
    return tag("form", inside, **form)
