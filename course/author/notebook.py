"""Notebooks as JSON: read, write and hash them without nbformat, which takes a second to import.

A notebook is a dict as nbformat 4.5 has it in memory: a source or an output is one string, and not
a list of lines. What `write` writes is byte for byte what nbformat writes; a test holds it.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Cell = dict[str, Any]
Notebook = dict[str, Any]

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


class NotebookError(ValueError):
    """A file that is no notebook, or a part of one."""


def markdown(key: str, source: str) -> Cell:
    """Make a prose cell."""
    return {"cell_type": "markdown", "id": key, "metadata": {}, "source": source}


def code(key: str, source: str, metadata: dict[str, Any] | None = None) -> Cell:
    """Make a code cell that did not run."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": key,
        "metadata": metadata or {},
        "outputs": [],
        "source": source,
    }


def notebook(cells: list[Cell], course: dict[str, Any] | None = None) -> Notebook:
    """Make a notebook of cells; `course` says which one of the course's it is."""
    metadata: dict[str, Any] = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    if course is not None:
        metadata["course"] = course
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def code_cells(made: Notebook) -> list[Cell]:
    """Give the code cells of a notebook, in order."""
    return [cell for cell in made["cells"] if cell["cell_type"] == "code"]


def read(path: Path) -> Notebook:
    """Read a notebook. Raises NotebookError for what is none, and OSError."""
    try:
        made = json.loads(path.read_text(encoding="utf-8"))
        for holder, key in _texts(made):
            if isinstance(holder[key], list):
                holder[key] = "".join(holder[key])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotebookError(f"{type(error).__name__}: {error}") from None
    if not all("id" in cell and "metadata" in cell for cell in made["cells"]):
        raise NotebookError("a cell has no id or no metadata")
    return dict(made)


def as_text(made: Notebook) -> str:
    """Give what a notebook's file holds."""
    lines = json.loads(json.dumps(made))
    for holder, key in _texts(lines):
        holder[key] = holder[key].splitlines(keepends=True)
    form = json.dumps(lines, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": "))
    return form + "\n"


def _texts(made: Notebook) -> Iterator[tuple[dict[str, Any], str]]:
    """Give each place of a notebook where a long text is, as the dict and the key that hold it."""
    for cell in made["cells"]:
        yield cell, "source"
        for output in cell["outputs"] if cell["cell_type"] == "code" else []:
            if output["output_type"] == "stream":
                yield output, "text"
            for kind in output.get("data", {}):
                if not kind.endswith("json"):
                    yield output["data"], kind


def write(made: Notebook, path: Path) -> None:
    """Write a notebook whole or not at all; a file that says the same stays as it is."""
    write_text(as_text(made), path)


def write_text(text: str, path: Path) -> None:
    """Write a text file whole or not at all; a file that says the same stays as it is."""
    if path.is_file() and file_hash(path) == text_hash(text):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8", newline="\n")
    new.replace(path)


def file_hash(path: Path) -> str:
    """Give a short hash of a text file, whatever its line ends; empty where there is none."""
    return bytes_hash(path.read_bytes()) if path.is_file() else ""


def text_hash(text: str) -> str:
    """Give a short hash of a text, whatever its line ends."""
    return bytes_hash(text.encode())


def bytes_hash(content: bytes) -> str:
    """Give a short hash of a text as bytes, whatever its line ends."""
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()[:12]


def rewrite_outputs(made: Notebook, change: Callable[[str], str]) -> None:
    """Change every text that a notebook's outputs hold."""
    for cell in code_cells(made):
        for output in cell["outputs"]:
            if "text" in output:
                output["text"] = change(output["text"])
            for kind, data in output.get("data", {}).items():
                output["data"][kind] = change(data)
