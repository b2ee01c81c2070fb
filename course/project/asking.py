"""Ask something about a copied project, and hear the answer in the learner's words."""

import os
from collections.abc import Mapping
from pathlib import Path

from course.project.errors import ProjectError
from course.project.orders import Values
from course.running.task import EndedEarly, Task, TookTooLong
from course.running.ways import ask


def ask_project(
    handler: str,
    order: Values,
    folder: Path,
    environment: Mapping[str, str | None],
    seconds: float,
) -> Values:
    """Have an order about a copied project carried out in the copy's folder; give the answer.

    `environment` adds variables, or (None) takes them away.
    Texts in it do not name the copy's temporary place. Raises ProjectError when there is no
    answer, and when a file outside of the copy was asked for.
    """
    room = folder.parent
    temporary = room / "tmp"
    temporary.mkdir(exist_ok=True)
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
    wanted = {**os.environ, **places, **environment, "PYTHONDONTWRITEBYTECODE": "1"}
    variables = {name: value for name, value in wanted.items() if value is not None}
    try:
        answer = ask(Task(handler, order, folder, variables, seconds))
    except TookTooLong:
        raise ProjectError("slow", seconds=round(seconds)) from None
    except EndedEarly as error:
        raise ProjectError("no_result", said=without(folder, str(error))) from None
    for path in answer["refused"]:
        raise ProjectError("outside", path=without(folder, path))
    return {name: clean(folder, value) for name, value in answer.items()}


def clean(folder: Path, value: object) -> object:
    """Give JSON without the temporary place of a copy in its texts."""
    if isinstance(value, str):
        return without(folder, value)
    if isinstance(value, list | tuple):
        return [clean(folder, part) for part in value]
    if isinstance(value, dict):
        return {name: clean(folder, part) for name, part in value.items()}
    return value


def without(folder: Path, text: str) -> str:
    """Give a text without the temporary place of a copy."""
    text = text.replace(f"{folder}{os.sep}", "").replace(str(folder), ".")
    return text.replace(f"{folder.parent}{os.sep}", "")
