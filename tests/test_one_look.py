"""What a check costs: a project is read once, and its database in few connections."""

import configparser
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from course.contents import ROOT
from course.lesson.start import fill


@pytest.fixture
def counted(monkeypatch) -> dict[str, int]:
    """How often SQLite was connected to, and an INI file read, in this process."""
    counts = {"connections": 0, "readings": 0}

    def counting(name: str, function: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            counts[name] += 1
            return function(*arguments, **options)

        return call

    connect = counting("connections", sqlite3.connect)
    monkeypatch.setattr(sqlite3, "connect", connect)
    monkeypatch.setattr(sqlite3.dbapi2, "connect", connect)
    reads = counting("readings", configparser.ConfigParser._read)
    monkeypatch.setattr(configparser.ConfigParser, "_read", reads)
    return counts


def test_a_check_reads_the_project_once(opened, room, counted):
    lesson = opened("autogenerate")
    folder = Path.cwd()
    # The next lesson starts as this one ends: with every exercise solved.
    shutil.rmtree(folder)
    fill(ROOT / "lessons" / "rollback", folder)
    counted.update(connections=0, readings=0)
    assert repr(lesson.check("add_sku")).startswith("✓ Passed")
    # Once as it stands, and once as it was when the exercise began.
    assert 0 < counted["connections"] <= 10
    assert counted["readings"] == 2
