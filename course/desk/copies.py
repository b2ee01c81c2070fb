"""The learner's copies of the notebooks: made, brought up to date, made anew.

They stand in the workspace as the committed ones do in `notebooks`: `ko/01_init.ipynb`, and what
that one links to, `solutions/ko/01_init.ipynb`. A copy in which somebody worked is *touched*: it
is never written over, and where it is moved to is said. Every other follows the course.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from course.contents import Course, LessonEntry
from course.desk import copying, files
from course.desk.record import Record, Update
from course.process import locked
from course.workspace import aside, workspace

NAME = re.compile(r"\d{2,}_(?P<slug>[a-z][a-z0-9_]*)\.ipynb")
"""The name of a notebook of the course, of this edition or of an older one."""


@dataclass
class News:
    """What bringing the copies up to date did.

    `update` is what the course brought, `kept` the touched copies of an older edition, `spoiled`
    what was no notebook any more and where it is now, `problem` the first thing that could not be
    written.
    """

    update: Update
    kept: list[LessonEntry] = field(default_factory=list)
    spoiled: list[tuple[Path, Path]] = field(default_factory=list)
    problem: OSError | None = None


@dataclass(frozen=True)
class Copy:
    """A copy as it stands: `look` is None for one that is not there or cannot be read."""

    entry: LessonEntry
    path: Path
    committed: Path
    look: copying.Look | None
    edition: str

    @property
    def is_old(self) -> bool:
        """Whether it is of another edition than the course's."""
        return self.look is not None and self.edition not in (self.look.edition, self.look.cells)

    @property
    def is_kept(self) -> bool:
        """Whether there is a newer edition, which it does not follow because it is touched."""
        return self.look is not None and self.look.touched and self.is_old


@dataclass(frozen=True)
class Shelf:
    """The copies of one language, unsolved or solved: the course, the folder that they are in."""

    course: Course
    lang: str
    solved: bool

    @property
    def folder(self) -> Path:
        """Where the copies are."""
        place = workspace(self.course.root)
        return (place / "solutions" if self.solved else place) / self.lang

    def files(self, slug: str) -> list[Path]:
        """Give the copies of a lesson, under its number of today and under older ones."""
        return sorted(
            path
            for path in self.folder.glob(f"*_{slug}.ipynb")
            if (name := NAME.fullmatch(path.name)) and name["slug"] == slug
        )

    def path_of_today(self, entry: LessonEntry) -> Path:
        """Give where the lesson's copy is, or will be, under its number of today."""
        return self.folder / f"{entry.stem}.ipynb"

    def path(self, entry: LessonEntry) -> Path:
        """Give where the lesson's copy is: under an older number only where it is not today's."""
        path = self.path_of_today(entry)
        older = [] if path.exists() else self.files(entry.slug)
        return older[-1] if older else path

    def copies(self, record: Record) -> Iterator[Copy]:
        """Look at the copy of each lesson of which the course has the notebook."""
        for entry in self.course.lessons:
            committed = entry.notebook(self.lang, self.solved)
            source = _look(record, committed)
            if source is None:
                continue  # a checkout that is being updated, or a language that is being added
            path = self.path(entry)
            yield Copy(entry, path, committed, _look(record, path), source.cells)

    def left_over(self, record: Record) -> Iterator[Path]:
        """Give the copies of lessons that are gone, or under a number that is, untouched."""
        wanted = {self.path(entry) for entry in self.course.lessons}
        for path in sorted(self.folder.glob("*.ipynb")):
            look = _look(record, path)
            name = NAME.fullmatch(path.name)
            named = name and look and look.lesson == name["slug"]
            if named and look and not look.touched and path not in wanted:
                yield path


def shelves(course: Course, lang: str) -> list[Shelf]:
    """Give both shelves of a language."""
    return [Shelf(course, lang, solved) for solved in (False, True)]


def languages(course: Course) -> list[str]:
    """Give the languages of which there are copies."""
    return [lang for lang in course.languages if Shelf(course, lang, solved=False).folder.is_dir()]


def update(course: Course, lang: str) -> News:
    """Make the copies of a language, or bring them up to date; the workspace is there.

    Raises OSError where nothing can be written at all.
    """
    news = News(Update(datetime.now().astimezone().date().isoformat()))
    with _alone(course):
        record = Record.of(workspace(course.root))
        for shelf in shelves(course, lang):
            for copy in shelf.copies(record):
                with _noting(news):
                    _update(shelf, copy, news)
            for path in shelf.left_over(record):
                with _noting(news):
                    path.unlink()
        there = [entry.slug for entry in course.lessons]
        before = record.lessons.get(lang)
        if before is not None:
            news.update.added = [slug for slug in there if slug not in before]
            news.update.removed = [slug for slug in before if slug not in there]
        if news.update.is_news:
            record.updates[lang] = news.update
        record.lessons[lang] = there
        record.save()
    return news


def kept(course: Course, lang: str) -> list[LessonEntry]:
    """Give the lessons of which there is a newer edition than the learner's touched copy."""
    record = Record.of(workspace(course.root))
    old = {
        copy.entry.slug
        for shelf in shelves(course, lang)
        for copy in shelf.copies(record)
        if copy.is_kept
    }
    return [entry for entry in course.lessons if entry.slug in old]


def renew(course: Course, entry: LessonEntry, place: Path) -> list[tuple[Path, Path]]:
    """Write a lesson's copies anew in each language that has copies.

    `place` is the folder to which touched ones go. Gives each of those with where it is now.
    Raises OSError; what could not be replaced then stays where it was.
    """
    moved: list[tuple[Path, Path]] = []
    with _alone(course):
        record = Record.of(workspace(course.root))
        for lang in languages(course):
            for shelf in shelves(course, lang):
                moved += _renew(shelf, entry, record, place)
        record.save()
    return moved


def _update(shelf: Shelf, copy: Copy, news: News) -> None:
    """Make a copy that is not there or is old, unless it is touched; add that to the news.

    Raises NotANotebook when the course's notebook is just being written, and OSError.
    """
    if copy.is_kept:
        if copy.entry not in news.kept:
            news.kept.append(copy.entry)
        return
    if copy.look is None or copy.is_old:
        content = _fresh(copy.committed)
        if copy.look is None and copy.path.exists():
            news.spoiled.append((copy.path, _move_spoiled(copy)))
        files.write(shelf.path_of_today(copy.entry), content)
        if copy.is_old and not shelf.solved:
            news.update.revised.append(copy.entry.slug)


@contextmanager
def _noting(news: News) -> Iterator[None]:
    """Go on after what cannot be written, and keep the first such problem."""
    try:
        yield
    except copying.NotANotebook:
        pass
    except OSError as error:
        news.problem = news.problem or error


def _renew(
    shelf: Shelf, entry: LessonEntry, record: Record, place: Path
) -> Iterator[tuple[Path, Path]]:
    try:
        content = _fresh(entry.notebook(shelf.lang, shelf.solved))
    except (copying.NotANotebook, FileNotFoundError):
        return
    target = shelf.path_of_today(entry)
    new = files.prepare(target, content)
    try:
        for path in shelf.files(entry.slug):
            look = _look(record, path)
            if look is not None and not look.touched:
                continue
            to = place / "notebooks" / path.relative_to(workspace(shelf.course.root))
            files.move(path, to)
            yield path, to
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)
    for path in shelf.files(entry.slug):
        if path != target:
            path.unlink()


def _fresh(committed: Path) -> bytes:
    return copying.as_bytes(copying.fresh_copy(copying.read(committed)))


def _move_spoiled(copy: Copy) -> Path:
    place = workspace(copy.entry.root)
    target = aside(place, copy.entry.stem) / "notebooks" / copy.path.relative_to(place)
    files.move(copy.path, target)
    return target


def _look(record: Record, path: Path) -> copying.Look | None:
    try:
        return record.look(path)
    except (copying.NotANotebook, OSError):
        return None


@contextmanager
def _alone(course: Course) -> Iterator[None]:
    """Let one process at a time change the copies; raises OSError where nothing can be written."""
    locks = workspace(course.root) / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    with locked(locks / "desk.lock", waiting=lambda: None):
        yield
