"""The reference project at the top of the checkout, on SQLite and with nothing but Python."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

pytest.register_assert_rewrite("tests.reference_project")

from shop.settings import DEFAULT_DATABASE, SettingsError, database_url  # noqa: E402
from tests.reference_project import (  # noqa: E402
    EARLY_ROWS,
    HISTORY,
    ROOT,
    SCRIPTS,
    HoldsOnEveryDatabase,
    the_shop,
)

pytestmark = pytest.mark.slow

__all__ = ["the_shop"]


@pytest.fixture(name="database_url")
def sqlite_file(tmp_path: Path) -> str:
    """The URL of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'shop.db'}"


class TestOnSqlite(HoldsOnEveryDatabase):
    """What every database must hold, here on SQLite, and what is SQLite's alone."""

    def test_rows_survive_where_an_application_switches_foreign_keys_on(self, the_shop):
        def switch_on(connection, _record):
            connection.execute("PRAGMA foreign_keys=ON")

        sa.event.listen(sa.Engine, "connect", switch_on)
        try:
            the_shop.climb_with_rows("head")
            the_shop.downgrade("f316c5ad44a3")
            assert the_shop.rows() == EARLY_ROWS
        finally:
            sa.event.remove(sa.Engine, "connect", switch_on)

    def test_a_script_for_postgresql_can_be_written_without_a_server(self, the_shop, monkeypatch):
        monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@nowhere.invalid/shop")
        command.upgrade(the_shop.config, "head", sql=True)
        written = the_shop.written.getvalue()
        assert "INSERT INTO profiles (user_id, phone) SELECT" in written
        assert "SET version_num='e042f33d8543'" in written


def test_history_has_one_branch_and_one_merge():
    scripts = list(SCRIPTS.walk_revisions())
    assert [script.revision for script in scripts if script.is_branch_point] == ["f75da1c0cb8f"]
    assert [script.revision for script in scripts if script.is_merge_point] == ["9db005436033"]


@pytest.mark.parametrize("revision", HISTORY)
def test_each_revision_says_what_it_shows(revision):
    script = SCRIPTS.get_revision(revision)
    assert re.fullmatch("[0-9a-f]{12}", revision)
    assert "\n\nPattern: " in script.longdoc
    assert len(script.doc.split()) > 2


def test_settings_of_alembic_are_ascii_and_hold_no_url():
    written = (ROOT / "alembic.ini").read_bytes().decode("ascii")
    assert "://" not in written
    assert "sqlalchemy.url" not in written


def test_database_is_a_file_beside_the_settings_when_nothing_is_said(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert DEFAULT_DATABASE == ROOT / "shop.db"
    assert database_url().database == str(ROOT / "shop.db")


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_postgresql_means_psycopg_3(monkeypatch, scheme):
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://mina:p%40ss@localhost/shop")
    url = database_url()
    assert url.get_dialect().driver == "psycopg"
    assert url.password == "p@ss"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("postgres://localhost/shop", 'write "postgresql://"'),
        ("mysql://localhost/shop", "runs on sqlite and postgresql"),
        ("shop.db", "is not a database URL"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_in_one_line(monkeypatch, written, message):
    monkeypatch.setenv("DATABASE_URL", written)
    with pytest.raises(SettingsError, match=message) as caught:
        database_url()
    assert "\n" not in str(caught.value)


def run_alembic(
    *arguments: str, folder: Path, database: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run alembic as a user does, in a folder; a warning is an error."""
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    if database:
        environment["DATABASE_URL"] = database
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "alembic", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_command_line_just_works_in_a_copy_of_the_checkout(tmp_path):
    top = tmp_path / "내 상점 project"
    top.mkdir()
    shutil.copy(ROOT / "alembic.ini", top)
    for package in ("shop", "migrations"):
        shutil.copytree(ROOT / package, top / package, ignore=shutil.ignore_patterns("*.pyc"))

    upgrade = run_alembic("upgrade", "head", folder=top)
    assert upgrade.returncode == 0, upgrade.stderr
    assert upgrade.stderr.count("Running upgrade") == len(HISTORY)
    with sqlite3.connect(top / "shop.db") as database:
        assert database.execute("SELECT * FROM alembic_version").fetchall() == [("e042f33d8543",)]
    database.close()

    check = run_alembic("-c", str(top / "alembic.ini"), "check", folder=tmp_path)
    assert check.returncode == 0, check.stderr
    assert check.stdout == "No new upgrade operations detected.\n"
    assert "plugin" not in check.stderr


def test_the_command_line_refuses_postgres_in_one_line():
    refused = run_alembic("current", folder=ROOT, database="postgres://localhost/shop")
    assert refused.returncode != 0
    assert refused.stdout.splitlines() == [
        (
            'FAILED: DATABASE_URL begins with "postgres://", which SQLAlchemy does not know: '
            'write "postgresql://".'
        )
    ]
    assert "Traceback" not in refused.stderr
