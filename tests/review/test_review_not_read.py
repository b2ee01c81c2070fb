"""What cannot be read without running it is not read, is said, and never counts as clean."""

import json
import os
import socket
from pathlib import Path

import pytest

from course.command import run as main
from course.project.errors import ProjectError
from course.project.project import Project
from course.review import findings, review
from tests.review.project import SECOND, edit, write_revision

VERSIONS = Path(SECOND).parent
THIRD = VERSIONS / "0003_third.py"
RAN = """
from pathlib import Path

Path(__file__).with_name("ran.txt").touch()
"""

COMPUTED = (
    f"`{SECOND}`, line 9: only running the file would tell what `revision` is. "
    "Write it as a plain string."
)


unix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")


@pytest.fixture
def computed(make):
    """Make a project whose second revision computes its id and leaves a file when it runs."""
    folder = make()
    write_revision(folder / SECOND, "0002", "0001", "op.x()", "pass", top=RAN)
    edit(folder / SECOND, "revision = '0002'", "revision = str(2).zfill(4)")
    return folder


def identify(folder: Path, lines: str) -> None:
    """Let the second revision state its identifiers by other lines."""
    write_revision(folder / SECOND, "0002", "0001", "op.x()", "op.y()")
    edit(folder / SECOND, "revision = '0002'\ndown_revision = '0001'\n", f"{lines}\n")


# --- what is not read ---


def test_a_computed_id_is_not_read_and_nothing_runs(computed, capsys):
    assert main.run(["review", str(computed), "--no-migrate"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"Note: A revision file was not read. {COMPUTED}",
        "Revisions: 1, with nothing to fix in them. Files that were not read: 1.",
    ]
    assert not list(computed.rglob("ran.txt"))


def test_programs_are_told_what_was_not_read(computed, capsys):
    assert main.run(["review", str(computed), "--no-migrate", "--format", "json"]) == 1
    said = json.loads(capsys.readouterr().out)
    [note] = said["notes"]
    assert (said["schema"], said["revisions"], said["findings"]) == (1, 1, [])
    assert note["note"] == "not_read"
    assert note["values"] == {
        "file": SECOND,
        "line": "9",
        "name": "revision",
        "reason": "computed_identifier",
    }


def test_what_is_found_beside_it_is_reported(computed, capsys):
    (computed / "app.py").write_text("db.create_all()\n")
    assert main.run(["review", str(computed), "--no-migrate"]) == 1
    summary = capsys.readouterr().out.splitlines()[-1]
    assert summary == "Revisions: 1. To fix: 1. Files that were not read: 1."


def test_a_check_meets_an_error(computed):
    with pytest.raises(ProjectError) as met:
        findings(Project(computed), "empty_downgrade")
    assert (met.value.key, met.value.values["file"]) == ("computed_identifier", SECOND)
    assert not list(computed.rglob("ran.txt"))


def test_a_migrated_copy_does_not_make_it_clean(computed, capsys):
    edit(computed / SECOND, "op.x()", "pass")
    made = review(Project(computed), migrate=True)
    assert (made.migrated, made.findings, made.is_clean) == (True, [], False)


def test_a_failure_is_not_blamed_on_a_revision_that_was_read(computed):
    write_revision(computed / THIRD, "0003", "0002", "pass", "pass")
    [found] = review(Project(computed), migrate=True).findings
    assert (found.rule, found.values["revision"]) == ("round_trip", "?")


def test_what_follows_a_file_that_was_not_read_is_neither_a_gap_nor_a_head(computed):
    write_revision(computed / THIRD, "0003", "0002", "op.x()", "op.y()")
    write_revision(computed / VERSIONS / "0004.py", "0004", "0003", "op.x()", "op.y()")
    write_revision(computed / VERSIONS / "0005.py", "0005", "0003", "op.x()", "op.y()")
    made = review(Project(computed), migrate=False)
    assert (made.findings, made.revisions, made.not_read) == ([], 4, 1)


@pytest.mark.parametrize(
    "lines",
    [
        "revision = '00' + '02'\ndown_revision = '0001'",
        "LAST = '0001'\nrevision = '0002'\ndown_revision = LAST",
        "TAG = '02'\nrevision = f'00{TAG}'\ndown_revision = '0001',",
        "revision: str = '0002'\ndown_revision: str | None\ndown_revision = ['0001']",
        "revision = '0002'\ndown_revision = '0001'\ndepends_on = branch_labels = None",
        "if True:\n    revision = '0002'\nelse:\n    revision = '0002'\ndown_revision = '0001'",
    ],
)
def test_what_is_put_together_of_literals_is_read(make, lines):
    folder = make()
    identify(folder, lines)
    made = review(Project(folder), migrate=False)
    assert (made.revisions, made.notes, made.is_clean) == (2, [], True)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("revision = open(__file__).name\ndown_revision = '0001'", "computed_identifier"),
        ("revision = '2'.zfill(4)\ndown_revision = '0001'", "computed_identifier"),
        ("revision = f'{2:04}'\ndown_revision = '0001'", "computed_identifier"),
        ("revision = '0002'\ndown_revision = first('0001')", "computed_identifier"),
        ("revision = '0002'\ndown_revision = '0001'\ndepends_on = [1]", "computed_identifier"),
        ("revision = 2\ndown_revision = '0001'", "computed_identifier"),
        ("revision = '0002'\nrevision += 'b'\ndown_revision = '0001'", "computed_identifier"),
        (
            "if new:\n    revision = '2'\nelse:\n    revision = '3'\ndown_revision = '0001'",
            "computed_identifier",
        ),
        ("revision = also\nalso = revision\ndown_revision = '0001'", "computed_identifier"),
        ("revision, down_revision = '0002', '0001'", "computed_identifier"),
        ("from ids import revision\ndown_revision = '0001'", "computed_identifier"),
        ("down_revision = '0001'", "no_identifier"),
        ("revision = '0002'", "no_identifier"),
        ("revision = '0001'\ndown_revision = None", "same_revision"),
    ],
)
def test_what_the_text_does_not_tell_is_not_read(make, lines, reason):
    folder = make()
    identify(folder, lines)
    made = review(Project(folder), migrate=False)
    [note] = made.notes
    assert (note.key, note.values["reason"], note.values["file"]) == ("not_read", reason, SECOND)
    assert (made.revisions, made.is_clean) == (1, False)


def test_two_files_with_one_id_are_both_named(make, capsys):
    folder = make()
    [first] = (folder / VERSIONS).glob("*.py")
    (folder / SECOND).write_bytes(first.read_bytes())
    assert main.run(["review", str(folder), "--no-migrate"]) == 1
    said = capsys.readouterr().out
    assert SECOND in said and first.relative_to(folder).as_posix() in said
    assert "have the same revision id, `0001`" in said


# --- nothing was read ---


def test_no_revision_that_could_be_read_is_exit_code_2(make, capsys):
    folder = make()
    for file in (folder / VERSIONS).glob("*.py"):
        edit(file, "revision = ", "revision = str() + ")
    assert main.run(["review", str(folder)]) == 2
    assert "only running the file would tell" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["migrations/versions/2024", "migrations/more"])
def test_revisions_that_the_settings_do_not_lead_to_are_exit_code_2(make, capsys, place):
    folder = make()
    (folder / place).mkdir()
    for file in (folder / VERSIONS).glob("*.py"):
        file.rename(folder / place / file.name)
    assert main.run(["review", str(folder), "--no-migrate"]) == 2
    said = capsys.readouterr().err
    assert "No revision was read" in said and "version_locations" in said and place in said
    with pytest.raises(ProjectError, match="nothing_read"):
        findings(Project(folder))


def test_an_ini_that_names_no_script_folder_is_exit_code_2(make, capsys):
    folder = make()
    edit(folder / "alembic.ini", "[alembic]", "[one]")
    edit(folder / "alembic.ini", "[one]", "[alembic]\n\n[one]")
    assert main.run(["review", str(folder), "--no-migrate"]) == 2


def test_no_revision_at_all_is_clean(make, capsys):
    folder = make()
    for file in (folder / VERSIONS).glob("*.py"):
        file.unlink()
    assert main.run(["review", str(folder), "--no-migrate"]) == 0
    assert "Revisions: 0." in capsys.readouterr().out


def test_files_beside_the_revisions_are_a_note(make, capsys):
    folder = make()
    (folder / VERSIONS / "old").mkdir()
    write_revision(folder / VERSIONS / "old" / "0009.py", "0009", None, "op.x()", "pass")
    assert main.run(["review", str(folder), "--no-migrate"]) == 0
    said = capsys.readouterr().out
    assert "does not load as revisions: 1, such as `migrations/versions/old/0009.py`" in said


# --- what is no file ---


@unix
def test_a_link_that_leads_nowhere_is_not_read(make):
    folder = make()
    (folder / VERSIONS / "0002_gone.py").symlink_to("nowhere.py")
    (folder / VERSIONS / ".#0002_second.py").symlink_to("someone@host.1234")
    [note] = review(Project(folder), migrate=False).notes
    assert (note.values["reason"], Path(note.values["file"]).name) == ("no_file", "0002_gone.py")


@unix
def test_links_sockets_and_loops_in_the_project_are_passed_by(make, monkeypatch):
    folder = make("create_all", "breaks")
    (folder / "gone.py").symlink_to("nowhere.py")
    (folder / "loop.py").symlink_to("loop.py")
    (folder / "again").symlink_to(folder, target_is_directory=True)
    (folder / "versions_again").symlink_to(folder / VERSIONS, target_is_directory=True)
    os.mkfifo(folder / "waits.py")
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.py")
        made = review(Project(folder), migrate=False)
    assert [(one.rule, one.file) for one in made.findings] == [("create_all", "app.py")]
    assert made.notes == []


@unix
def test_a_pipe_or_a_loop_among_the_revisions_is_not_read(make):
    folder = make()
    os.mkfifo(folder / SECOND)
    (folder / THIRD).symlink_to(THIRD.name)
    made = review(Project(folder), migrate=False)
    assert [note.values["reason"] for note in made.notes] == ["no_file"] * 2
