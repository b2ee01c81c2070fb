"""A notebook's file as a learner gets it: without outputs, and knowing what it is a copy of.

A copy says in its metadata which edition it is of and what its cells held when it was written, so
that it needs no list beside it: it can be renamed, moved or carried to another machine. Plain JSON:
nbformat takes a second to import.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]


class NotANotebook(ValueError):
    """A file that is no notebook, or a part of one."""


@dataclass(frozen=True)
class Look:
    """What the file of a notebook says.

    `lesson` is the slug of its lesson, `cells` a hash of its cells without their outputs, `edition`
    that of the notebook that it is a copy of; lesson and edition are empty where it does not say.
    `touched` is whether somebody worked in it.
    """

    lesson: str
    cells: str
    edition: str
    touched: bool


def read(path: Path) -> Notebook:
    """Read a notebook. Raises NotANotebook for what is none, and OSError."""
    try:
        notebook = json.loads(path.read_bytes())
        look_at(notebook)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotANotebook(f"{path}: {type(error).__name__}: {error}") from None
    return dict(notebook)


def look_at(notebook: Notebook) -> Look:
    """Look at a notebook's cells and at what it says of itself."""
    own = notebook["metadata"].get("course", {})
    ran = any(
        cell.get("outputs") or cell.get("execution_count") is not None for cell in notebook["cells"]
    )
    edited = own.get("sources") != _sources(notebook)
    return Look(own.get("lesson", ""), _cells(notebook), own.get("edition", ""), ran or edited)


def fresh_copy(notebook: Notebook) -> Notebook:
    """Give a notebook as a learner gets it.

    What JupyterLab may add on saving, in the notebook's own metadata, makes no other edition.
    """
    cells = [_did_not_run(cell) for cell in notebook["cells"]]
    own = {"edition": _cells(notebook), "sources": _sources(notebook)}
    course = {**notebook["metadata"].get("course", {}), **own}
    return {**notebook, "cells": cells, "metadata": {**notebook["metadata"], "course": course}}


def as_bytes(notebook: Notebook) -> bytes:
    """Give what a notebook's file holds, in nbformat's form."""
    return (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _did_not_run(cell: dict[str, Any]) -> dict[str, Any]:
    if cell["cell_type"] != "code":
        return cell
    return {**cell, "outputs": [], "execution_count": None}


def _cells(notebook: Notebook) -> str:
    return _hash(
        [
            [cell["cell_type"], cell.get("id"), cell["metadata"], "".join(cell["source"])]
            for cell in notebook["cells"]
        ]
    )


def _sources(notebook: Notebook) -> str:
    return _hash([[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]])


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]
