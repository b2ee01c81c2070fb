"""Checkouts of the kit in another place, for tests that build, spoil or move them."""

import contextlib
import io
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest

from course.author.build import build
from course.author.new import new
from course.contents import ROOT, Course, load_course
from course.lesson.start import bases

SLUG = "sample"
SAID = "said.txt"
FILES = ("pyproject.toml", "requirements.in", "requirements.txt")
IGNORED = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")


@dataclass(frozen=True)
class Built:
    """A checkout to which a lesson was added, and what the build said of it."""

    root: Path
    said: str

    @classmethod
    def there(cls, root: Path) -> Self:
        """Find the one that another process has built."""
        return cls(root, (root.parent / SAID).read_text(encoding="utf-8"))


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
    for name in ("course", "docs", "lessons", "notebooks", "tests"):
        shutil.copytree(ROOT / name, target / name, ignore=IGNORED)
    for path in (*(ROOT / name for name in FILES), *ROOT.glob("*.md")):
        shutil.copy(path, target)
    return load_course(target)


def skeleton_checkout(target: Path) -> Course:
    """Copy the kit without its lessons, and start one new lesson there."""
    new(copy_checkout(target), SLUG)
    return load_course(target)


def build_sample(root: Path) -> Built:
    """Copy everything, add a lesson as `course new` does, and build it."""
    new(copy_everything(root), SLUG)
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stderr(said):
        patch.setenv("PYTHONPATH", import_path(root))
        assert build(load_course(root), [SLUG]) == 0, said.getvalue()
    (root.parent / SAID).write_text(said.getvalue(), encoding="utf-8")
    return Built.there(root)


def built_files(root: Path) -> dict[str, bytes]:
    """Give what the build writes of lessons: notebooks, and the records beside lessons."""
    paths = [*root.glob("notebooks/**/*.ipynb"), *root.glob("lessons/*/*.json")]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(paths)}


def copy_sample(built: Path, target: Path) -> None:
    """Copy a built checkout with the added lesson and the one before, which has a link to it."""
    shutil.copytree(built / "course", target / "course", ignore=IGNORED)
    for entry in load_course(built).lessons[-2:]:
        for folder in {entry.folder, *bases(entry.folder)}:
            shutil.copytree(folder, target / "lessons" / folder.name)
        for path in built.glob(f"notebooks/**/{entry.stem}.ipynb"):
            place = target / path.relative_to(built)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place)
    shutil.copy(built / "lessons" / "course.toml", target / "lessons")
    for name in FILES:
        shutil.copy(built / name, target)


def import_path(root: Path) -> str:
    """Give a PYTHONPATH on which the checkout's `course` comes before every other."""
    return os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])])
