"""What lessons start from: files of their own over those of a base, none of them twice."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from course.author.chain import differences, state, write_start
from course.command.lab import OFFERED
from course.contents import load_course
from course.lesson.start import (
    OWN,
    StartError,
    base_of,
    bases,
    files_of,
    fill,
    start_files,
    start_sql,
)
from course.server import kept

LESSONS = load_course().lessons
DUMP = "CREATE TABLE users (id INTEGER);\n"


def write(lesson: Path, **files: str) -> Path:
    for name, text in files.items():
        path = lesson / OWN / name.replace("_in_", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return lesson


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A base with a module, a settings file, a hidden one and a database."""
    return write(
        tmp_path / "_shop",
        models_dot_py="shop",
        versions_in_first_dot_py="first",
        _dot_hidden="kept",
        shop_dot_db_dot_sql=DUMP,
    )


def test_every_lesson_of_part_2_starts_from_the_one_shop():
    shop = LESSONS[0].folder.parent / "_shop"
    based = [entry for entry in LESSONS if shop in bases(entry.folder)]
    assert {entry.part for entry in based} == {"practice", "systems"}
    assert {entry.slug for entry in LESSONS if entry.part == "practice"} <= {
        entry.slug for entry in based
    }


@pytest.mark.parametrize("entry", LESSONS, ids=lambda entry: entry.slug)
def test_the_manifest_says_which_lessons_start_a_server(entry):
    dumps = [name for name in start_files(entry.folder) if name.startswith(f"{kept.FOLDER}/")]
    assert entry.server == ("postgresql" if dumps else "")


def test_what_a_lesson_needs_more_is_what_lab_can_install():
    wanted = {name for entry in LESSONS for name in (entry.server, entry.extra) if name}
    assert wanted == set(OFFERED)


@pytest.mark.parametrize("entry", LESSONS, ids=lambda entry: entry.slug)
def test_no_lesson_has_a_copy_of_what_its_base_has(entry):
    assert copies(entry.folder) == []


def copies(lesson: Path) -> list[str]:
    base = base_of(lesson)
    own = files_of(lesson / OWN)
    return [
        name
        for name, path in (base.files() if base else {}).items()
        if name in own and own[name].read_bytes() == path.read_bytes()
    ]


def test_a_copy_is_found(shop):
    lesson = write(shop.parent / "lesson", models_dot_py="shop", versions_in_first_dot_py="other")
    (lesson / "start.toml").write_text('base = "_shop"\n', encoding="utf-8")
    assert copies(lesson) == ["models.py"]


def test_own_files_lie_over_those_of_the_base(shop):
    lesson = write(shop.parent / "lesson", models_dot_py="own", pushed_in_late_dot_py="late")
    (lesson / "start.toml").write_text(
        'base = "_shop"\nwithout = ["shop.db.sql"]\n', encoding="utf-8"
    )
    assert {
        name: path.read_text(encoding="utf-8") for name, path in start_files(lesson).items()
    } == {
        ".hidden": "kept",
        "models.py": "own",
        "pushed/late.py": "late",
        "versions/first.py": "first",
    }
    with pytest.raises(StartError, match=r"lesson has no shop\.db"):
        start_sql(lesson)


def test_a_base_may_go_into_a_folder_and_stand_on_another(shop):
    middle = write(shop.parent / "middle", models_dot_py="middle")
    (middle / "start.toml").write_text('base = "_shop"\n', encoding="utf-8")
    lesson = write(shop.parent / "lesson", models_dot_py="own")
    (lesson / "start.toml").write_text('base = "middle"\ninto = "old"\n', encoding="utf-8")
    assert bases(lesson) == [middle, shop]
    assert start_sql(lesson, "old/shop.db") == DUMP
    fill(lesson, shop.parent / "filled")
    assert sorted(files_of(shop.parent / "filled")) == [
        "models.py",
        "old/.hidden",
        "old/models.py",
        "old/shop.db",
        "old/versions/first.py",
    ]
    with closing(sqlite3.connect(shop.parent / "filled" / "old" / "shop.db")) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("users",)]


@pytest.mark.parametrize(
    ("described", "reason"),
    [
        ('base = "_none"', "there is no lessons/_none"),
        ('base = "_shop"\nwithin = "old"', "base, into and without"),
        ('into = "old"', "base, into and without"),
        ('base = "_shop"\nwithout = ["gone.py"]', r"_shop has no gone\.py to leave out"),
    ],
)
def test_a_start_that_cannot_be_understood_says_why(shop, described, reason):
    lesson = write(shop.parent / "lesson")
    lesson.mkdir()
    (lesson / "start.toml").write_text(described, encoding="utf-8")
    with pytest.raises(StartError, match=reason):
        start_files(lesson)


def test_caches_are_no_part_of_a_start(shop):
    write(shop, __pycache___in_models_dot_pyc="cache")
    assert not [name for name in start_files(shop) if "cache" in name]


def test_the_end_of_a_lesson_is_written_as_what_differs_from_the_base(shop):
    lesson = write(shop.parent / "lesson", old_dot_py="goes")
    (lesson / "start.toml").write_text('base = "_shop"\n', encoding="utf-8")
    end = shop.parent / "end"
    fill(lesson, end)
    (end / "old.py").unlink()
    (end / ".hidden").unlink()
    (end / "new.py").write_text("new", encoding="utf-8")
    with closing(sqlite3.connect(end / "shop.db")) as database:
        database.execute("CREATE TABLE orders (id INTEGER)")
    assert differences(end, lesson) == [
        ".hidden: is in one of them only",
        "new.py: is in one of them only",
        "old.py: is in one of them only",
        "shop.db: differs",
    ]
    write_start(lesson, state(files_of(end), end))
    assert differences(end, lesson) == []
    assert sorted(files_of(lesson / OWN)) == ["new.py", "shop.db.sql"]
    assert base_of(lesson).without == (".hidden",)
