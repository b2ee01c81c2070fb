"""`review` and `explain` without typer print, and end, as the commands do."""

import pytest

from course.command import bare, run
from course.contents import ROOT


@pytest.mark.parametrize(
    "arguments",
    [
        ["review", str(ROOT), "--no-migrate"],
        ["review", str(ROOT), "--no-migrate", "--format", "json", "--lang", "ko"],
        ["review", str(ROOT / "tests/review/projects/common"), "--no-migrate"],
        ["review", str(ROOT / "nowhere")],
        ["explain", "--no-lessons", "sqlite3.OperationalError: no such table: users"],
        ["explain", "--lang", "ko", "KeyError: 'b5ee'"],
        ["explain", "nothing at all"],
    ],
)
def test_it_prints_what_the_command_prints(arguments, capsys):
    mine = bare.run(arguments), *capsys.readouterr()
    real = run.run(arguments), *capsys.readouterr()
    assert mine == real
