"""A check writes nowhere but into its copy, whatever a migration asks for by itself."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from course.contents import ROOT
from course.lesson.start import fill
from course.project.errors import ProjectError
from course.project.project import Project
from course.project.trial import trial
from course.running.guard import OutsideError, guarded

ATTACKS = {
    "connect": "import sqlite3\n    sqlite3.connect({path!r}).execute('DROP TABLE users')",
    "connect by URI": (
        "import sqlite3\n"
        "    sqlite3.connect('file:' + {path!r}, uri=True).execute('DROP TABLE users')"
    ),
    "attach": "op.execute(\"ATTACH '{path}' AS o\"); op.execute('DROP TABLE o.users')",
    "attach by a parameter": (
        "import sqlite3\n    c = sqlite3.connect(':memory:')\n"
        "    with closing(c):\n"
        "        c.execute('ATTACH ? AS o', [{path!r}]); c.execute('DROP TABLE o.users')"
    ),
    "vacuum into": (
        "import sqlite3\n    with closing(sqlite3.connect('shop.db')) as c:\n"
        "        c.execute(\"VACUUM INTO '{other}'\")"
    ),
    "open": "open({path!r}, 'w').close()",
    "os.open": "import os\n    os.open({path!r}, os.O_WRONLY | os.O_TRUNC)",
    "pathlib": "from pathlib import Path\n    Path({path!r}).write_bytes(b'')",
    "unlink": "import os\n    os.unlink({path!r})",
    "rename": "import os\n    os.rename('alembic.ini', {other!r})",
    "rmtree": "import shutil\n    shutil.rmtree({folder!r})",
    "swallowed": "try:\n        open({path!r}, 'w')\n    except Exception:\n        pass",
}


def migrating(folder: Path, code: str) -> Project:
    """Put a revision into the project that runs the code when it is applied."""
    fill(ROOT / "lessons" / "moving", folder)
    project = Project(folder)
    head = project.heads()[0]
    (folder / "migrations" / "versions" / "abc_attack.py").write_text(
        "from contextlib import closing\nfrom alembic import op\n\n"
        f"revision = 'abc'\ndown_revision = {head!r}\n\n"
        f"def upgrade():\n    {code}\n\ndef downgrade():\n    pass\n",
        encoding="utf-8",
    )
    return Project(folder)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("way", ["fork", "here"])
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_migration_that_reaches_outside_is_stopped_and_named(attack, way, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RUNNING", way)
    folder = tmp_path / "shop"
    path, other = str(folder / "shop.db"), str(tmp_path / "other.db")
    code = ATTACKS[attack].format(path=path, other=other, folder=str(folder))
    project = migrating(folder, code)
    before = content(tmp_path)
    with pytest.raises(ProjectError) as raised, trial(project, "upgrade head"):
        pass
    assert content(tmp_path) == before
    assert raised.value.key == "outside"
    asked = str(raised.value.values["path"])
    assert asked in (path, other, str(folder), f"file:{path}", "ATTACH ?") or asked.startswith(
        str(folder)
    )
    assert asked in raised.value.words("ko")


FINE = {
    "its own file": "open('notes.txt', 'w').close()",
    "a temporary file": "import tempfile\n    tempfile.NamedTemporaryFile().close()",
    "reading outside": "open({path!r}, 'rb').close()",
    "a database in memory": (
        "import sqlite3\n    with closing(sqlite3.connect(':memory:')) as c:\n"
        "        c.execute('SELECT 1')"
    ),
    "its own database": (
        "import sqlite3\n    with closing(sqlite3.connect('side.db')) as c:\n"
        "        c.execute('CREATE TABLE x (y)')"
    ),
    "the null device": "import os\n    open(os.devnull, 'w').close()",
    "vacuum": (
        "import sqlite3\n    with closing(sqlite3.connect('side.db')) as c:\n"
        "        c.execute('VACUUM')"
    ),
}


@pytest.mark.parametrize("way", ["fork", "here"])
@pytest.mark.parametrize("deed", FINE)
def test_what_stays_inside_is_nobodys_business(deed, way, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RUNNING", way)
    folder = tmp_path / "shop"
    project = migrating(folder, FINE[deed].format(path=str(folder / "shop.db")))
    with trial(project, "upgrade head") as [step]:
        assert step.error is None
    assert not (folder / "notes.txt").exists()


def test_nothing_is_guarded_afterwards(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out.txt"
    inside.mkdir()
    with guarded(inside) as refused:
        (inside / "a").write_text("x")
        with pytest.raises(OutsideError):
            outside.write_text("x")
        with pytest.raises(OutsideError):
            sqlite3.connect(tmp_path / "x.db")
    assert [Path(path).name for path in refused] == ["out.txt", "x.db"]
    outside.write_text("x")
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        connection.execute("CREATE TABLE x (y)")
    outside.unlink()
