"""The panel: what a view shows, how it follows, and that nothing is drawn when nobody looks."""

import json
import os
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from course.contents import ROOT, load_course
from course.lesson.live import Live
from course.panel import channel
from course.panel.view import View, Viewer
from course.panel.watch import signature
from course.picture.picture import DARK, LIGHT, panel_style
from course.project.effects import Command
from course.running.task import EndedEarly, Json
from tests.opened import alembic

SECONDS = 20


@pytest.fixture
def folder(opened) -> Path:
    opened("autogenerate")
    return Path.cwd()


@pytest.fixture
def viewer(folder) -> Viewer:
    return Viewer(folder, "en", os.environ)


def section(view: View, name: str) -> str:
    [found] = [section.text or section.html for section in view.sections if section.name == name]
    return found


def test_a_view_has_the_parts_first_and_each_picture_with_its_text(viewer):
    view = viewer.view(Command("alembic upgrade head", 0))
    assert [part.name for part in view.sections] == ["parts", "graph", "changes", "schema"]
    assert "alembic upgrade head" in section(view, "parts")
    assert all("<style" not in part.html for part in view.sections)
    assert "Nothing changed." in section(view, "changes")
    message = json.loads(json.dumps(view.message()))
    assert (message["type"], message["lang"]) == ("view", "en")
    assert message["words"]["restarted"]


def test_a_project_without_a_database_yet_says_so_in_each_picture(opened):
    opened("init")
    assert alembic(Path.cwd(), "init", "migrations").returncode == 0
    view = Viewer(Path.cwd(), "en", os.environ).view()
    assert "is the example that" in section(view, "graph")


def test_what_changed_last_stays_until_something_else_changes(folder, viewer):
    viewer.view()
    Path("notes.txt").write_text("a", encoding="utf-8")
    assert "notes.txt" in section(viewer.view(), "changes")
    assert "notes.txt" in section(viewer.view(), "changes")
    assert alembic(folder, "downgrade", "base").returncode == 0
    told = section(viewer.view(), "changes")
    assert "notes.txt" not in told
    assert "→ base" in told


def test_a_broken_file_is_named_again_at_the_next_look(folder, viewer):
    [broken, *_] = sorted(Path("migrations/versions").glob("*.py"))
    broken.write_text("revision = ", encoding="utf-8")
    for _ in range(2):
        assert broken.name in section(viewer.view(), "parts")


@pytest.mark.parametrize("spoil", ["alembic.ini", "shop.db"])
def test_what_cannot_be_read_says_so_and_nothing_seems_to_be_dropped(folder, viewer, spoil):
    viewer.view()
    Path(spoil).write_text("[[[", encoding="utf-8")
    view = viewer.view()
    assert len(view.sections) == 4
    assert spoil.split(".")[0] in "".join(section(view, name) for name in ("parts", "changes"))
    assert "table dropped" not in section(view, "changes")
    assert "before the first revision" not in section(view, "graph")


def test_a_large_database_is_not_counted(folder, viewer):
    viewer.view()
    with Path("shop.db").open("r+b") as file:
        file.truncate(33 * 1024 * 1024)
    assert "so big" in section(viewer.view(), "changes")


def test_what_is_drawn_is_what_is_asked_for(folder, viewer):
    assert "data-act" not in viewer.view().message()["sections"][1]["html"]
    some = Viewer(folder, viewer.lang, viewer.environment, ("schema", "parts")).view()
    assert [section.name for section in some.sections] == ["schema", "parts"]
    assert all(section.html for section in some.sections)


def test_a_style_for_a_panel_stays_in_its_host():
    style = panel_style()
    assert ":root" not in style
    light, dark = style.split(":host([data-scheme=dark])")
    assert light.startswith(":host{")
    assert f"--paper:{LIGHT['paper']}" in light
    assert f"--paper:{DARK['paper']}" in dark


def test_a_signature_changes_with_the_project_alone(tmp_path):
    (tmp_path / "models.py").write_text("a", encoding="utf-8")
    seen = signature(tmp_path)
    for ignored in ("__pycache__/x.py", ".venv/y.py", ".git/index", "shop.db-journal"):
        place = tmp_path / ignored
        place.parent.mkdir(exist_ok=True)
        place.write_text("x", encoding="utf-8")
    assert signature(tmp_path) == seen
    (tmp_path / "shop.db-wal").write_text("x", encoding="utf-8")
    assert signature(tmp_path) != seen
    assert signature(tmp_path / "missing") == ()


# --- the line to the front end ---


class FakeComm:
    """A comm without a kernel: what was sent, and what a front end says."""

    def __init__(self, target_name: str, comm_id: str) -> None:
        self.target, self.id = target_name, comm_id
        self.sent: list[Json] = []
        self.is_closed = False

    def on_msg(self, callback: Callable[[Json], None]) -> None:
        self.hear = callback

    def send(self, message: Json) -> None:
        self.sent.append(message)

    def close(self) -> None:
        self.is_closed = True

    def say(self, **message: object) -> None:
        self.hear({"content": {"data": {"client": "tab", **message}}})

    def views(self) -> list[Json]:
        return [message for message in self.sent if message["type"] == "view"]


@pytest.fixture
def comms(monkeypatch) -> list[FakeComm]:
    """What a panel speaks through: a fake for each that is made."""
    made: list[FakeComm] = []

    def create(**arguments: str) -> FakeComm:
        made.append(FakeComm(**arguments))
        return made[-1]

    monkeypatch.setattr(channel, "create_comm", create)
    monkeypatch.setattr(channel, "front_end", threading.Event())
    return made


@pytest.fixture
def live(folder, comms) -> Iterator[tuple[Live, FakeComm]]:
    made = Live(folder, load_course().lesson("autogenerate"), "en")
    yield made, comms[0]
    made.close()
    wait(lambda: not is_following())


def test_the_conditions_of_an_exercise_are_ticked_as_they_come_true(opened, comms):
    opened("clinic")
    following = Live(Path.cwd(), load_course().lesson("clinic"), "en")
    [comm] = comms
    comm.say(type="hello", shown=True)
    wait(lambda: len(comm.views()) == 1)
    following.cell_ran(None, "heal-look")
    wait(lambda: names(comm)[0] == "conditions")
    first = comm.views()[-1]["sections"][0]
    assert first["label"] == "Conditions of heal"
    assert first["text"] == "☐ models\n☐ history\n☐ empty\n☐ stays\n☐ version"
    models = Path("sick", "models.py")
    text = models.read_text(encoding="utf-8")
    models.write_text(text.replace("Key, String", "Key, String, Text"), encoding="utf-8")
    wait(lambda: comm.views()[-1]["sections"][0]["text"].startswith("☑ models\n☐ history"))
    following.cell_ran(None, "edited-run")
    wait(lambda: "conditions" not in names(comm))
    following.close()
    wait(lambda: not is_following())


def names(comm: FakeComm) -> list[str]:
    return [section["name"] for section in comm.views()[-1]["sections"]]


def is_following() -> bool:
    return any(thread.name == "course-live" for thread in threading.enumerate())


def wait(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_nothing_is_drawn_where_nobody_looks(live):
    following, comm = live
    following.cell_ran(Command("alembic current", 0))
    comm.say(type="hello", shown=False)
    following.cell_ran(Command("alembic current", 0))
    assert not is_following()
    assert comm.sent == []
    assert not following.is_shown


def test_it_draws_for_a_hello_after_a_command_and_after_a_change_from_outside(live):
    following, comm = live
    assert (comm.target, comm.id.partition(":")[0]) == (channel.TARGET, "live")
    comm.say(type="hello", shown=True)
    wait(lambda: len(comm.views()) == 1)
    following.cell_ran(Command("alembic current", 0))
    wait(lambda: len(comm.views()) == 2)
    assert "alembic current" in comm.views()[-1]["sections"][0]["text"]
    Path("notes.txt").write_text("a", encoding="utf-8")
    wait(lambda: len(comm.views()) == 3)
    assert "notes.txt" in comm.views()[-1]["sections"][2]["text"]


def test_a_cell_that_changed_nothing_draws_nothing_and_never_waits(live):
    following, comm = live
    comm.say(type="hello", shown=True)
    wait(lambda: len(comm.views()) == 1)
    began = time.perf_counter()
    for _ in range(100):
        following.cell_ran(None)
    assert time.perf_counter() - began < 0.2
    time.sleep(1)
    assert len(comm.views()) == 1


def test_a_closed_panel_ends_the_thread_and_live_brings_it_back(live):
    following, comm = live
    comm.say(type="hello", shown=True)
    wait(lambda: len(comm.views()) == 1)
    comm.say(type="closed")
    wait(lambda: not is_following())
    assert following.show()
    assert comm.sent[-1] == {"type": "open"}
    comm.say(type="hello", shown=True)
    wait(lambda: len(comm.views()) == 2)


def test_without_a_front_end_live_says_so(live):
    following, _ = live
    assert not following.show()


def test_a_look_that_fails_is_said_and_the_next_one_draws(live, monkeypatch):
    following, comm = live
    looks = iter([EndedEarly("Killed")])
    view = Viewer.view

    def fail_once(viewer: Viewer, *given: object) -> View:
        for error in looks:
            raise error
        return view(viewer, *given)

    monkeypatch.setattr(Viewer, "view", fail_once)
    comm.say(type="hello", shown=True)
    wait(lambda: bool(comm.sent))
    assert comm.sent[-1]["type"] == "error"
    assert "Killed" in comm.sent[-1]["text"]
    following.cell_ran(Command("alembic current", 0))
    wait(lambda: len(comm.views()) == 1)


def test_a_pass_is_told_whether_the_panel_is_shown_or_not(live):
    following, comm = live
    following.passed()
    assert comm.sent == [{"type": "passed"}]


# --- the front end's files ---


def test_the_extension_is_found_by_its_folder_and_listens_to_the_kernels_target():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    data = ROOT / settings["tool"]["flit"]["external-data"]["directory"]
    [package] = data.glob("share/jupyter/labextensions/*/package.json")
    described = json.loads(package.read_text(encoding="utf-8"))
    assert described["name"] == package.parent.name
    script = package.parent / described["jupyterlab"]["_build"]["load"]
    source = script.read_text(encoding="utf-8")
    assert f"const TARGET = '{channel.TARGET}';" in source
    assert f"const NAME = '{described['name']}';" in source
    assert (script.parent / "view.js").is_file()
