"""The wheel of the course itself: its code, and of each lesson what an open lesson reads."""

import json
from collections.abc import Iterator
from pathlib import Path

from course.contents import Course

ROOMS = (
    *("checks", "command", "desk", "lesson", "panel", "picture", "playground", "project", "review"),
    *("running", "server", "site"),
)
"""The rooms that a kernel may import from; of the ground it gets everything."""
CODE = (".py", ".toml", ".js", ".css")
ELSEWHERE = ("front", "jupyterlab", "npm")
"""Folders of those rooms that no kernel reads."""
READ = ("checks.py", "messages.toml", "start.toml", "start")
"""What an open lesson reads of its folder."""


def course_files(course: Course) -> dict[str, bytes]:
    """Give the files of the wheel by their places in it: as they stand in the checkout."""
    found = [*_code(course.root), *_lessons(course.root / "lessons")]
    files = {path.relative_to(course.root).as_posix(): path.read_bytes() for path in found}
    for lang in course.languages:
        for solved in (False, True):
            for entry in course.lessons:
                path = entry.notebook(lang, solved)
                place = path.relative_to(course.root).as_posix()
                files[place] = _without_outputs(path)
    return files


def _code(root: Path) -> Iterator[Path]:
    for path in sorted((root / "course").rglob("*")):
        parts = path.relative_to(root / "course").parts
        room = parts[0].removesuffix(".py")
        is_kept = len(parts) == 1 or room in ROOMS
        if path.is_file() and path.suffix in CODE and is_kept and not set(parts) & set(ELSEWHERE):
            yield path


def _lessons(folder: Path) -> Iterator[Path]:
    yield folder / "course.toml"
    for lesson in sorted(folder.iterdir()):
        for name in READ:
            path = lesson / name
            found = [path] if path.is_file() else sorted(path.rglob("*"))
            yield from (one for one in found if one.is_file() and "__pycache__" not in one.parts)


def _without_outputs(notebook: Path) -> bytes:
    """Give a notebook with its cells, and of its outputs only which were errors."""
    content = json.loads(notebook.read_bytes())
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            errors = [one for one in cell["outputs"] if one["output_type"] == "error"]
            cell["outputs"] = [{"output_type": "error"} for _ in errors]
    return json.dumps(content, ensure_ascii=False).encode()
