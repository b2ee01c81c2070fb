"""A small checkout of the kit in another place, for tests that build, spoil or move it."""

import os
import shutil
from pathlib import Path

from course.author.new import new
from course.contents import ROOT, Course, load_course
from course.lesson.start import bases

SLUG = "sample"


def copy_checkout(target: Path, *slugs: str) -> Course:
    """Copy the kit to another place: its code, its table of contents, the named lessons."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "course", target / "course", ignore=ignore)
    shutil.copy(ROOT / "requirements.txt", target)
    (target / "lessons").mkdir()
    manifest = (ROOT / "lessons" / "course.toml").read_text(encoding="utf-8")
    head, *tables = manifest.split("[[lesson]]")
    kept = [table for slug in slugs for table in tables if f'slug = "{slug}"' in table]
    text = "[[lesson]]".join([head, *kept])
    (target / "lessons" / "course.toml").write_text(text, encoding="utf-8")
    lessons = [ROOT / "lessons" / slug for slug in slugs]
    for folder in {*lessons, *(base for lesson in lessons for base in bases(lesson))}:
        shutil.copytree(folder, target / "lessons" / folder.name, ignore=ignore)
    return load_course(target)


def import_path(root: Path) -> str:
    """Give a PYTHONPATH on which the checkout's `course` comes before every other."""
    return os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])])


def skeleton_checkout(target: Path) -> Course:
    """Copy the kit without its lessons, and start one new lesson there."""
    new(copy_checkout(target), SLUG)
    return load_course(target)
