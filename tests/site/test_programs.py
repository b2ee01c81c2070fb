"""Programs in this interpreter print, and end, as those of a process do."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from course.running import process
from course.site.kernel import programs, turns

SCRIPTS = {
    "plain.py": "import sys\nprint(sys.argv, __name__)\nprint('error', file=sys.stderr)\n",
    "imports.py": "import helper\nprint(helper.VALUE)\n",
    "helper.py": "VALUE = 1\n",
    "ends.py": "raise SystemExit(3)\n",
    "says.py": "raise SystemExit('no')\n",
    "fails.py": "def act():\n    return 1 / 0\n\n\nact()\n",
    "typo.py": "print(\n",
    "warns.py": "import warnings\nwarnings.warn('old', UserWarning)\nprint('done')\n",
}
LINES = (
    *(f'python {name} one "two three"' for name in SCRIPTS if name != "helper.py"),
    'python -c "import sys; print(sys.argv)" x',
    'python -c "import helper; print(helper.VALUE)"',
    "python -m helper",
    "python -W ignore warns.py",
    "python nowhere.py",
    'python -c "raise ValueError(1)"',
    'python -c "import sys; print(sys.stdin.read())" < helper.py',
    "python -m nowhere",
    "python -m mako",
)


@pytest.fixture
def folder(tmp_path):
    for name, text in SCRIPTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    own = tmp_path / "mako" / "__init__.py"
    own.parent.mkdir()
    own.touch()
    return tmp_path


def environment():
    return {
        **os.environ,
        "PATH": str(Path(sys.executable).parent),
        "PYTHONUNBUFFERED": "1",
        "NO_COLOR": "1",
    }


def said(run, line, folder):
    parts: list[str] = []
    code = run(line, folder, environment(), parts.append)
    text = "".join(parts)
    return code, text.replace(f"{Path(sys.executable).parent}/", "")


@pytest.mark.parametrize("line", LINES)
def test_a_line_prints_what_its_process_prints(line, folder):
    assert said(programs.run_line, line, folder) == said(process.run, line, folder)


def test_a_program_that_is_not_there_is_said_as_a_shell_does(folder):
    code, text = said(programs.run_line, "psql shop", folder)
    assert (code, text) == (127, "sh: 1: psql: not found\n")


def test_an_installed_package_is_there_again_after_one_that_hid_it(folder):
    import mako

    said(programs.run_line, "python -m mako", folder)
    assert sys.modules["mako"] is mako


@pytest.mark.parametrize(("lang", "part"), [("ko", "동시에 실행할 수 없어서"), ("en", "several")])
def test_a_program_that_starts_another_says_that_it_cannot(folder, monkeypatch, lang, part):
    monkeypatch.setattr(subprocess.Popen, "__init__", turns.start)
    (folder / "starts.py").write_text(
        "import subprocess\nsubprocess.Popen(['x'])\n", encoding="utf-8"
    )
    parts: list[str] = []
    given = {**environment(), "COURSE_LANG": lang}
    assert programs.run_line("python starts.py", folder, given, parts.append) == 1
    assert part in "".join(parts) and len("".join(parts).splitlines()) == 1


VERSION = """
import sys

for line in sys.stdin:
    print("{name}:", line.strip(), flush=True)
"""
SPEAKS = """
import sys
from subprocess import PIPE, Popen, run

both = [
    Popen([sys.executable, f"{name}.py"], stdin=PIPE, stdout=PIPE, encoding="utf-8")
    for name in ("old", "new")
]
for number in (1, 2):
    for one in both:
        one.stdin.write(f"{number}\\n")
        one.stdin.flush()
        print(one.stdout.readline().strip())
    print(run([sys.executable, "-c", "print('beside')"]).returncode)
for one in both:
    one.communicate()
print("end", __name__)
"""


def take_turns(monkeypatch):
    for name in ("__init__", "communicate", "kill", "terminate", "poll", "wait"):
        monkeypatch.setattr(subprocess.Popen, name, getattr(subprocess.Popen, name))
    monkeypatch.setattr(subprocess, "run", programs.run)
    turns.take_over()


def test_programs_that_are_spoken_to_in_turn_answer_as_processes_do(folder, monkeypatch):
    for name in ("old", "new"):
        (folder / f"{name}.py").write_text(VERSION.format(name=name), encoding="utf-8")
    (folder / "speaks.py").write_text(SPEAKS, encoding="utf-8")
    real = said(process.run, "python speaks.py", folder)
    take_turns(monkeypatch)
    assert "new: 2" in real[1]
    assert said(programs.run_line, "python speaks.py", folder) == real


def test_a_program_that_speaks_first_is_refused(folder, monkeypatch):
    take_turns(monkeypatch)
    pipe = subprocess.PIPE
    started = subprocess.Popen(
        [sys.executable, "plain.py"], cwd=folder, stdin=pipe, stdout=pipe, encoding="utf-8"
    )
    with pytest.raises(programs.NoProcesses):
        started.stdout.readline()


def test_what_a_command_prints_is_given_as_lines_or_as_one_text(folder, monkeypatch):
    monkeypatch.chdir(folder)
    shell = SimpleNamespace(var_expand=lambda command, depth: command)
    line = 'python -c "print(1); print(2)"'
    assert programs.get_output(shell, line) == ["1", "2"]
    assert programs.get_output(shell, line, split=False) == "1\n2\n"


def test_each_run_loads_the_learners_modules_anew(folder, monkeypatch):
    # As in a lesson's kernel: bytecode stands for a source of the same size and the same second.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert said(programs.run_line, "python imports.py", folder) == (0, "1\n")
    (folder / "helper.py").write_text("VALUE = 2\n", encoding="utf-8")
    assert said(programs.run_line, "python imports.py", folder) == (0, "2\n")


def test_subprocess_run_gives_what_the_program_wrote(folder):
    command = [sys.executable, "plain.py"]
    mine = programs.run(command, cwd=folder, capture_output=True, encoding="utf-8")
    real = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8")
    assert (mine.returncode, mine.stdout, mine.stderr) == (0, real.stdout, real.stderr)
    assert programs.run(command, cwd=folder, capture_output=True).stdout == real.stdout.encode()


def test_a_line_has_its_errors_said_where_the_rest_is(folder):
    asked = {"shell": True, "cwd": folder, "capture_output": True, "text": True}
    ran = programs.run("python typo.py 2>&1", **asked)
    assert "SyntaxError" in ran.stdout and ran.stderr == ""


def test_subprocess_run_checks_and_refuses(folder):
    with pytest.raises(subprocess.CalledProcessError) as error:
        programs.run([sys.executable, "ends.py"], cwd=folder, check=True)
    assert error.value.returncode == 3
    with pytest.raises(FileNotFoundError):
        programs.run(["psql"], cwd=folder)
    assert programs.run("psql", cwd=folder, shell=True, capture_output=True).returncode == 127
