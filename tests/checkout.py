"""A small checkout of the kit in another place, for tests that build, spoil or move it."""

import os
import shutil
from pathlib import Path

from course.author.new import new
from course.contents import ROOT, Course, load_course
from course.lesson.start import bases

SLUG = "sample"
FILES = ("pyproject.toml", "requirements.in", "requirements.txt")
IGNORED = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")


def copy_checkout(target: Path, *slugs: str) -> Course:
    """Copy the kit to another place: its code, its table of contents, the named lessons."""
    shutil.copytree(ROOT / "course", target / "course", ignore=IGNORED)
    for name in FILES:
        shutil.copy(ROOT / name, target)
    (target / "lessons").mkdir()
    manifest = (ROOT / "lessons" / "course.toml").read_text(encoding="utf-8")
    head, *tables = manifest.split("[[lesson]]")
    kept = [table for slug in slugs for table in tables if f'slug = "{slug}"' in table]
    text = "[[lesson]]".join([head, *kept])
    (target / "lessons" / "course.toml").write_text(text, encoding="utf-8")
    lessons = [ROOT / "lessons" / slug for slug in slugs]
    for folder in {*lessons, *(base for lesson in lessons for base in bases(lesson))}:
        shutil.copytree(folder, target / "lessons" / folder.name, ignore=IGNORED)
    return load_course(target)


def copy_everything(target: Path) -> Course:
    """Copy the kit with all its lessons, notebooks and tests, as a clone would have it."""
    for name in ("course", "lessons", "notebooks", "tests"):
        shutil.copytree(ROOT / name, target / name, ignore=IGNORED)
    for path in (*(ROOT / name for name in FILES), *ROOT.glob("*.md")):
        shutil.copy(path, target)
    return load_course(target)


def import_path(root: Path) -> str:
    """Give a PYTHONPATH on which the checkout's `course` comes before every other."""
    return os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])])


def skeleton_checkout(target: Path) -> Course:
    """Copy the kit without its lessons, and start one new lesson there."""
    new(copy_checkout(target), SLUG)
    return load_course(target)
