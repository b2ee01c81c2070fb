"""`course review`: the report, its languages, its exit codes."""

import json
import re
import tomllib

import pytest

from course.command import run as main
from course.contents import ROOT
from course.project.errors import ProjectError
from course.project.project import Project
from course.review import RULES, findings, review
from course.review.report import WORDS
from course.review.run import STEPS
from tests.review.project import SECOND, assert_alike, content, edit


def test_the_report_names_place_rule_reason_and_mend(make, capsys):
    folder = make("empty_downgrade", "breaks")
    before = content(folder)
    assert main.run(["review", str(folder), "--no-migrate"]) == 1
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        "migrations/versions/0002_second.py:14 empty_downgrade",
        "  `downgrade()` does nothing, so what `upgrade` changed stays.",
        f"  Why: {RULES['empty_downgrade'].why('en')}",
        f"  Fix: {RULES['empty_downgrade'].mend('en')}",
        "",
        "Revisions: 2. To fix: 1.",
    ]
    assert said.err == ""
    assert content(folder) == before


@pytest.mark.parametrize("chosen", ["--lang", "COURSE_LANG"])
def test_the_report_is_in_the_language_that_is_chosen(make, monkeypatch, capsys, chosen):
    folder = make("empty_downgrade", "breaks")
    arguments = ["review", str(folder), "--no-migrate"]
    if chosen == "--lang":
        arguments += ["--lang", "ko"]
    else:
        monkeypatch.setenv("COURSE_LANG", "ko")
    assert main.run(arguments) == 1
    assert "고치는 법:" in capsys.readouterr().out


def test_the_report_for_programs(make, capsys):
    folder = make("create_all", "breaks")
    assert main.run(["review", str(folder), "--format", "json", "--no-migrate"]) == 1
    said = json.loads(capsys.readouterr().out)
    [found] = said.pop("findings")
    assert said == {"schema": 1, "revisions": 1, "migrated": False, "notes": []}
    assert sorted(found) == ["file", "line", "mend", "rule", "values", "what", "why"]
    assert (found["rule"], found["file"], found["line"]) == ("create_all", "app.py", 4)
    assert found["values"] == {"call": "Base.metadata.create_all"}


def test_an_ini_of_another_name_is_reviewed(make, capsys):
    folder = make("password_in_settings", "breaks")
    (folder / "alembic.ini").rename(folder / "production.ini")
    assert main.run(["review", str(folder / "production.ini"), "--no-migrate"]) == 1
    assert "production.ini:5 password_in_settings" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("alembic.ini", None, "has no alembic.ini"),
        ("alembic.ini", "[alembic\n", "cannot be read"),
        (SECOND, "def upgrade(:\n", f"`{SECOND}` has a syntax error in line 1"),
        (SECOND, "revision = '0002'\n", "has no `down_revision`"),
        (SECOND, "revision = '0002'\ndown_revision = '0009'\n", "`0009`"),
        ("migrations/env.py", "import (\n", "`migrations/env.py` has a syntax error in line 1"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_exit_code_2(make, capsys, file, text, said):
    folder = make()
    path = folder / file
    path.unlink(missing_ok=True)
    if text is not None:
        path.write_text(text)
    assert main.run(["review", str(folder)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and said in lines[0]


def test_a_revision_that_cannot_be_loaded_is_exit_code_2(make, capsys):
    folder = make("empty_downgrade", "keeps")
    edit(folder / SECOND, "def upgrade", "nonsense\n\n\ndef upgrade")
    before = content(folder)
    assert main.run(["review", str(folder)]) == 2
    assert f"`{SECOND}` stops with an error in line 10" in capsys.readouterr().err
    assert content(folder) == before


def test_a_path_that_is_not_there_is_exit_code_2(capsys):
    assert main.run(["review", "no_such_folder"]) == 2
    assert "There is no `no_such_folder`" in capsys.readouterr().err


def test_a_file_of_no_matter_that_is_no_python_is_a_note(make, capsys):
    folder = make()
    (folder / "old.py").write_text("print 'create_all'\n")
    assert main.run(["review", str(folder), "--no-migrate"]) == 0
    assert "Note: `old.py` is not Python of this version" in capsys.readouterr().out


def test_nothing_of_the_project_runs_while_it_is_read(make):
    folder = make()
    for file in folder.rglob("*.py"):
        file.write_text(f"{file.read_text()}\nraise SystemExit('executed')\n")
    assert findings(Project(folder)) == []


def test_each_step_is_announced(make):
    begun: list[str] = []
    review(Project(make("round_trip", "keeps")), migrate=False, begin=begun.append)
    assert begun == list(STEPS[:-1])


def test_every_phrase_has_a_use_and_the_same_places_in_each_language():
    source = "".join(path.read_text() for path in (ROOT / "course" / "review").glob("*.py"))
    source += (ROOT / "course" / "command" / "review.py").read_text()
    for part, phrases in tomllib.loads(WORDS.read_text(encoding="utf-8")).items():
        for key, texts in phrases.items():
            assert re.search(rf'["._]{key}"', source), f"{part}.{key}"
            assert_alike(f"{part}.{key}", texts)


def test_unreadable_is_what_checks_meet(make):
    folder = make()
    (folder / SECOND).write_text("def upgrade(:\n")
    with pytest.raises(ProjectError) as met:
        findings(Project(folder), "empty_downgrade")
    assert (met.value.key, met.value.values["file"]) == ("syntax", SECOND)
