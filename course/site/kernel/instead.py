"""Cells and checks that need what a browser hasn't say so, and no more is made of it.

A cell as the notebook has it is known by its text (`cells.toml`): what says why, and what makes
the changes that it leaves, is run in its place, wherever it is run from. A check in which something
was refused has seen nothing, and so says that alone.
"""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.contents import LessonEntry
from course.phrases import phrase
from course.site.kernel import refused

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from course.lesson.card import Card
    from course.lesson.verdict import Messages, Verdict

WORDS = Path(__file__).with_name("instead.toml")
CELLS = Path(__file__).with_name("cells.toml")
UNPASSABLE = {
    "deploying": ("see_it_fail", "right_order", "lock_env", "wait_for_revision"),
}
"""Exercises by lesson that ask for what can't be done here: whatever is made, no check passes."""
SEES_TO_IT = ("postgresql",)
"""Lessons of which a check that is refused a second session knows another way."""

Transform = Callable[[list[str]], list[str]]


def cells() -> dict[str, dict[str, dict[str, str]]]:
    """Give what `cells.toml` says of cells, by their lessons and their ids."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for cell in tomllib.loads(CELLS.read_text(encoding="utf-8"))["cell"]:
        found.setdefault(cell["lesson"], {})[cell["id"]] = cell
    return found


def sources(entry: LessonEntry, lang: str) -> dict[str, str]:
    """Give, by the text of each cell of the lesson that can't run here, what runs in its place."""
    ours = cells().get(entry.slug, {})
    if not ours:
        return {}
    notebook = json.loads(entry.notebook(lang, solved=False).read_text(encoding="utf-8"))
    texts = {cell["id"]: "".join(cell["source"]).strip() for cell in notebook["cells"]}
    return {texts[name]: _in_its_place(cell, lang) for name, cell in ours.items()}


def _in_its_place(cell: dict[str, str], lang: str) -> str:
    run = cell.get("run", "").strip()
    why = phrase(WORDS, f"why.{cell['needs']}", lang)
    said = f"{why} {phrase(WORDS, 'goes_on', lang)}" if run else why
    return f"print({said!r})\n{run}\n"


def replacing(known: dict[str, str]) -> Transform:
    """Give what IPython transforms the lines of a cell by."""

    def replace(lines: list[str]) -> list[str]:
        text = known.get("".join(lines).strip())
        return lines if text is None else text.splitlines(keepends=True)

    return replace


def take_over(shell: "InteractiveShell", entry: LessonEntry, lang: str) -> None:
    """Have the lesson's cells and checks say what they need."""
    transforms = shell.input_transformers_cleanup
    transforms[:] = [one for one in transforms if one not in _replacing]
    _replacing[:] = [replacing(known)] if (known := sources(entry, lang)) else []
    transforms[:0] = _replacing
    if not _opened:
        _judge_fairly()
    _opened[:] = [entry.slug]


_replacing: list[Transform] = []
_opened: list[str] = []
"""The lesson that is open."""


def _judge_fairly() -> None:
    """Have no check tell a learner of a mistake when it was the browser that stopped it."""
    from course.lesson import exercises, verdict
    from course.lesson.exercises import Exercises

    judge = Exercises.judge

    def judge_anew(*args: Any) -> "Verdict":
        refused.said.clear()
        return judge(*args)

    def card(found: "Verdict", exercise: str, messages: "Messages", lang: str) -> "Card":
        if found.outcome is not verdict.Outcome.PASSED:
            if exercise in UNPASSABLE.get(_opened[0], ()):
                return _card(phrase(WORDS, "unpassable", lang, name=exercise), exercise, lang)
            if refused.said and _opened[0] not in SEES_TO_IT:
                return _card(refused.said[-1], exercise, lang)
        return verdict.verdict_card(found, exercise, messages, lang)

    for place, name, ours in ((Exercises, "judge", judge_anew), (exercises, "verdict_card", card)):
        setattr(place, name, ours)


def _card(words: str, exercise: str, lang: str) -> "Card":
    from course.lesson.card import VIOLET, Card
    from course.lesson.verdict import WORDS as OUTCOMES

    return Card(f"{phrase(OUTCOMES, 'outcome.cannot_check', lang)} · {exercise}", (words,), VIOLET)
