"""The rules that rewrite stored outputs: dates and paths, on every system, and nothing else."""

from pathlib import Path, PureWindowsPath

import pytest
from nbval.plugin import get_sanitize_patterns

from course.author.steady import rewrite, rules, sanitizing_file

ROOM = Path("/home/me/my course/workspace")


@pytest.mark.parametrize(
    ("printed", "stored"),
    [
        (
            f"Generating {ROOM}/07_sample/alembic.ini ...",
            "Generating /path/to/workspace/07_sample/alembic.ini ...",
        ),
        ("Create Date: 2026-11-20 13:11:53.123456", "Create Date: 2026-01-05 09:00:00.000000"),
        ("one\r\ntwo", "one\ntwo"),
        ("2026-11-20 13:11:53", "2026-11-20 13:11:53"),
        ("da3e790c3662 -> dd4108ca5a41", "da3e790c3662 -> dd4108ca5a41"),
        ("INFO  [alembic.runtime.migration]", "INFO  [alembic.runtime.migration]"),
        ("C:\\other\\place", "C:\\other\\place"),
    ],
)
def test_rules(printed, stored):
    assert rewrite(printed, ROOM) == stored


@pytest.mark.parametrize("slash", ["\\", "\\\\"])
def test_windows_paths(slash):
    room = PureWindowsPath("C:\\Users\\me\\workspace")
    printed = "Generating " + str(room / "07_sample" / "migrations" / "env.py").replace("\\", slash)
    assert rewrite(printed, room) == "Generating /path/to/workspace/07_sample/migrations/env.py"


def test_nbval_reads_the_same_rules():
    assert get_sanitize_patterns(sanitizing_file(ROOM)) == rules(ROOM)
