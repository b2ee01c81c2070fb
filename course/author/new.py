"""Start a new lesson: a folder that builds and passes, to be rewritten from there."""

import shutil
from pathlib import Path

from course.contents import Course

FILES = Path(__file__).with_name("skeleton")


def new(course: Course, slug: str) -> Path:
    """Write the lesson's folder and add it to lessons/course.toml as the last one.

    Raises FileExistsError when the folder is there.
    """
    folder = course.root / "lessons" / slug
    shutil.copytree(FILES, folder, ignore=shutil.ignore_patterns("__pycache__"))
    lesson = folder / "lesson.md"
    text = lesson.read_text(encoding="utf-8").replace("SLUG", slug)
    lesson.write_text(text, encoding="utf-8", newline="\n")
    manifest = course.root / "lessons" / "course.toml"
    with manifest.open("a", encoding="utf-8", newline="\n") as file:
        file.write(_entry(course, slug))
    return folder


def _entry(course: Course, slug: str) -> str:
    words = ", ".join(f'{lang} = "{slug}"' for lang in course.languages)
    said = [f"{name} = {{ {words} }}" for name in ("title", "purpose", "doing")]
    part = list(course.parts)[-1]
    lines = ["", "[[lesson]]", f'slug = "{slug}"', f'part = "{part}"', *said, ""]
    return "\n".join(lines)
