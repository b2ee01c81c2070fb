"""Revision files as they are written: what Alembic would stop at is named, the rest is read."""

import os
from pathlib import Path

import pytest

from course.project.errors import ProjectError
from course.project.project import Project
from course.project.revision_files import FileReader, RevisionFiles
from tests.small_project import add_revision, make_history, make_project

HEAD = 'revision = "e5"\ndown_revision = "b2"\n'


def read(folder: Path) -> RevisionFiles:
    return FileReader().read(Project(folder))


def faults(folder: Path) -> list[tuple[str, dict[str, object]]]:
    return [(fault.key, fault.values) for fault in read(folder).faults]


def test_what_alembic_loads_is_read_alike(tmp_path):
    folder = make_history(tmp_path / "app")
    add_revision(folder, "c3", ("a1", "b2"), message="two lines\n\nand more")
    versions = folder / "migrations" / "versions"
    (versions / "__init__.py").write_text("", encoding="utf-8")
    (versions / "notes.txt").write_text("no revision", encoding="utf-8")
    loaded = Project(folder).revisions()
    files = read(folder)
    assert files.faults == ()
    assert sorted(files.revisions, key=lambda each: each.id) == sorted(
        loaded, key=lambda each: each.id
    )


def test_labels_and_dependencies_are_read(tmp_path):
    folder = make_history(tmp_path / "app")
    file = add_revision(folder, "c3")
    more = 'branch_labels = ("billing",)\ndepends_on: str = "b2"\n'
    file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
    [found] = [each for each in read(folder).revisions if each.id == "c3"]
    assert (found.labels, found.depends_on, found.parents) == (("billing",), ("b2",), ())


@pytest.mark.parametrize(
    ("text", "key", "values"),
    [
        (HEAD + "def upgrade(:\n", "syntax", {"line": 3}),
        ("revision = 'e5'\0\n", "syntax", {}),
        ("down_revision = 'b2'\n", "no_identifier", {"name": "revision"}),
        ("revision = 'e5'\n", "no_identifier", {"name": "down_revision"}),
        ("revision = None\ndown_revision = None\n", "no_identifier", {"name": "revision"}),
        ("revision = 'e' + str(5)\ndown_revision = None\n", "computed_identifier", {"line": 1}),
    ],
)
def test_a_file_that_says_no_revision_is_named_and_the_others_are_read(tmp_path, text, key, values):
    folder = make_history(tmp_path / "app")
    (folder / "migrations" / "versions" / "e5.py").write_text(text, encoding="utf-8")
    files = read(folder)
    assert sorted(each.id for each in files.revisions) == ["a1", "b2"]
    [fault] = files.faults
    assert fault.key == key
    assert fault.values.items() >= {"file": "migrations/versions/e5.py", **values}.items()
    assert all(fault.words(lang) for lang in ("ko", "en"))


def test_a_link_that_leads_nowhere_is_named(tmp_path):
    folder = make_history(tmp_path / "app")
    (folder / "migrations" / "versions" / "e5.py").symlink_to(tmp_path / "gone.py")
    assert faults(folder) == [("no_file", {"file": "migrations/versions/e5.py"})]


def test_twins_gaps_and_circles_are_named(tmp_path):
    folder = make_history(tmp_path / "app")
    twin = (folder / "migrations" / "versions" / "b2.py").read_text(encoding="utf-8")
    (folder / "migrations" / "versions" / "b2_again.py").write_text(twin, encoding="utf-8")
    add_revision(folder, "d4", "gone")
    add_revision(folder, "e5", "f6")
    add_revision(folder, "f6", "e5")
    needing = add_revision(folder, "g7", "b2")
    text = needing.read_text(encoding="utf-8") + "depends_on = ['lost', 'a1']\n"
    needing.write_text(text, encoding="utf-8")
    found = faults(folder)
    place = "migrations/versions"
    twins = {"file": f"{place}/b2.py", "other": f"{place}/b2_again.py", "revision": "b2"}
    assert found[:3] == [
        ("same_revision", twins),
        ("missing_parent", {"revision": "gone"}),
        ("missing_dependency", {"revision": "lost"}),
    ]
    assert [key for key, _ in found[3:]] == ["circle"]
    assert {"e5", "f6"} == set(str(found[3][1]["revisions"]).split(" → "))


def test_a_file_is_read_again_when_it_changed_and_forgotten_when_it_went(tmp_path):
    folder = make_history(tmp_path / "app")
    reader = FileReader()
    first = reader.read(Project(folder)).revisions
    again = reader.read(Project(folder)).revisions
    assert [a is b for a, b in zip(first, again, strict=True)] == [True, True]
    changed = add_revision(folder, "b2", "a1", message="another message")
    os.utime(changed, ns=(1, 1))
    second = {each.id: each for each in reader.read(Project(folder)).revisions}
    assert second["b2"].message == "another message"
    changed.unlink()
    assert [each.id for each in reader.read(Project(folder)).revisions] == ["a1"]


def test_nothing_of_the_files_runs(tmp_path):
    folder = make_project(tmp_path / "app")
    file = add_revision(folder, "a1")
    mark = tmp_path / "ran"
    code = f"open({str(mark)!r}, 'w').close()\n"
    file.write_text(file.read_text(encoding="utf-8") + code, encoding="utf-8")
    assert [each.id for each in read(folder).revisions] == ["a1"]
    assert not mark.exists()


def test_without_a_script_folder_there_is_nothing_to_read(tmp_path):
    folder = make_project(tmp_path / "app")
    (folder / "migrations").rename(tmp_path / "elsewhere")
    with pytest.raises(ProjectError) as raised:
        read(folder)
    assert raised.value.key == "no_scripts"


def test_without_a_script_location_the_project_itself_is_none(tmp_path):
    folder = make_project(tmp_path / "app")
    settings = folder / "alembic.ini"
    text = settings.read_text(encoding="utf-8").replace("script_location", "other_location")
    settings.write_text(text, encoding="utf-8")
    with pytest.raises(ProjectError) as raised:
        Project(folder).revisions()
    said = "CommandError: No 'script_location' key found in configuration."
    assert (raised.value.key, raised.value.values["said"]) == ("alembic", said)
