"""`course play` and `lesson.play()`: a page that only its reader finds, a panel that answers."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port

from course.command.run import run
from course.contents import ROOT
from course.lesson import play as lesson_play
from course.lesson.play import Play
from course.playground.playground import Playground
from course.playground.server import HERE, application
from course.running.task import Json
from tests.small_project import make_history, make_project

KEY = "a-key"


@pytest.fixture
def history(tmp_path: Path) -> Path:
    return make_history(tmp_path / "app")


# --- the page ---


def fetch(playground: Playground, *requests: tuple[str, dict[str, object]]) -> list[HTTPResponse]:
    """Serve the page, and give the answers to requests by their path."""

    async def ask() -> list[HTTPResponse]:
        listening, port = bind_unused_port()
        server = HTTPServer(application(playground, KEY))
        server.add_socket(listening)
        client = AsyncHTTPClient()
        answers = [
            await client.fetch(f"http://{HERE}:{port}{path}", raise_error=False, **options)
            for path, options in requests
        ]
        server.stop()
        await server.close_all_connections()
        return answers

    return asyncio.run(ask())


def posted(message: object) -> tuple[str, dict[str, object]]:
    return f"/{KEY}/act", {"method": "POST", "body": json.dumps(message)}


def test_the_page_brings_its_script_and_answers_acts(history, tmp_path):
    playground = Playground(history, "ko", tmp_path / "room")
    page, script, first, acted = fetch(
        playground,
        (f"/{KEY}/", {}),
        (f"/{KEY}/view.js", {}),
        posted({"type": "hello"}),
        posted({"type": "act", "act": "all_up"}),
    )
    html = page.body.decode()
    assert '<html lang="ko">' in html and "플레이그라운드 · app" in html
    assert "import { View } from './view.js'" in html
    policy = page.headers["Content-Security-Policy"]
    nonces = set(re.findall(r'nonce="([^"]+)"', html))
    assert len(nonces) == 1 and f"'nonce-{nonces.pop()}'" in policy
    assert "default-src 'none'" in policy
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert b"export class View" in script.body
    assert json.loads(first.body)["type"] == "view"
    terminal = next(s for s in json.loads(acted.body)["sections"] if s["name"] == "terminal")
    assert terminal["text"].startswith("$ alembic upgrade head")


def test_nobody_else_gets_in(history, tmp_path):
    playground = Playground(history, "en", tmp_path / "room")
    elsewhere = {"headers": {"Host": "evil.example:80"}}
    without, other, renamed, acted, nonsense, no_object = fetch(
        playground,
        ("/", {}),
        ("/another-key/", {}),
        (f"/{KEY}/", elsewhere),
        (f"/{KEY}/act", {**elsewhere, "method": "POST", "body": '{"type": "hello"}'}),
        (f"/{KEY}/act", {"method": "POST", "body": "{"}),
        posted([]),
    )
    codes = [answer.code for answer in (without, other, renamed, acted, nonsense, no_object)]
    assert codes == [404, 404, 403, 403, 400, 400]


# --- the command ---


def begin(*arguments: str, temporary: Path) -> tuple[subprocess.Popen[str], str]:
    """Start the command without a browser; give it with the address that it names."""
    process = subprocess.Popen(
        [sys.executable, "-m", "course.command", "play", "--no-browser", "--lang=en", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "TMPDIR": str(temporary), "PYTHONIOENCODING": "utf-8"},
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/\S{20,}/", line)
    assert found, line + process.stdout.read()
    return process, found[0]


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to the whole console")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_it_in_one_line_and_leaves_nothing(tmp_path, number):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    process, address = begin(temporary=temporary)

    async def look() -> HTTPResponse:
        return await AsyncHTTPClient().fetch(address)

    try:
        assert b"shop" in asyncio.run(look()).body
        assert list(temporary.glob("course-play-*"))
        process.send_signal(number)
        said, _ = process.communicate(timeout=20)
    finally:
        process.kill()
    assert said == "The playground has ended. Its copy is gone, and the project is as it was.\n"
    assert process.returncode == 0
    assert list(temporary.glob("course-play-*")) == []


def problem(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = run(["play", "--no-browser", *arguments, "--lang=en"])
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return code, said.err


@pytest.fixture
def signals():
    """The command takes signals over; they are given back."""
    numbers = [signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)]
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
def test_what_cannot_be_played_is_one_line(capsys, tmp_path, history):
    code, said = problem(capsys, str(tmp_path / "nowhere"))
    assert code == 2 and "There is no `" in said
    code, said = problem(capsys, str(history / "migrations" / "env.py"))
    assert code == 2 and "is not an `alembic.ini`" in said
    (tmp_path / "empty").mkdir()
    code, said = problem(capsys, str(tmp_path / "empty"))
    assert code == 2 and "There is no `alembic.ini` in `empty`" in said
    fixed = make_project(tmp_path / "fixed", "", repr(f"sqlite:///{tmp_path / 'other.db'}"))
    code, said = problem(capsys, str(fixed))
    assert code == 2 and "can't be made to connect" in said


@pytest.mark.usefixtures("signals")
def test_a_taken_port_is_one_line(capsys, history):
    with socket.socket() as taken:
        taken.bind((HERE, 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, said = problem(capsys, str(history / "alembic.ini"), "--port", port)
    assert code == 1 and f"Port {port} can't be used" in said


# --- lesson.play() ---


class FakeChannel:
    """A channel on whose other end is a front end, or none."""

    has_front_end = True
    made: "list[FakeChannel]"

    def __init__(self, kind: str, receive: Callable[[Json], None]) -> None:
        assert kind == "play"
        self.receive, self.sent, self.news = receive, [], threading.Condition()
        self.closed = False
        FakeChannel.made.append(self)

    def open(self) -> bool:
        return self.has_front_end

    def send(self, message: Json) -> None:
        with self.news:
            self.sent.append(message)
            self.news.notify_all()

    def close(self) -> None:
        self.closed = True

    def wait(self, count: int) -> Json:
        with self.news:
            assert self.news.wait_for(lambda: len(self.sent) >= count, 20)
        return self.sent[count - 1]


@pytest.fixture
def channels(monkeypatch: pytest.MonkeyPatch) -> list[FakeChannel]:
    FakeChannel.made = []
    monkeypatch.setattr(FakeChannel, "has_front_end", True)
    monkeypatch.setattr(lesson_play, "Channel", FakeChannel)
    return FakeChannel.made


def rooms(tmp_path: Path) -> list[Path]:
    return list(tmp_path.glob(".play/*"))


def test_the_panel_gets_the_playground_and_its_answers(channels, history, tmp_path):
    play = Play(history, "en")
    assert not channels, "nothing is said before it is asked for"
    assert play.show()
    [channel] = channels
    assert channel.wait(1)["title"] == "Playground · app"
    channel.receive({"type": "act", "act": "all_up", "id": "front:7"})
    answer = channel.wait(2)
    assert answer["answers"] == "front:7" and answer["more"]
    channel.receive({"type": "more", "id": "front:8"})
    whole = channel.wait(3)
    assert whole["answers"] == "front:8" and not whole["more"]
    assert not (history / "app.db").exists(), "the lesson's own database is left alone"
    channel.receive({"type": "shown"})
    assert channel.wait(4)["type"] == "view", "a page that was loaded anew"
    assert play.show(), "a new copy in the place of the old one"
    assert len(rooms(tmp_path)) == 1
    channel.wait(5)
    play.close()
    assert channel.closed and rooms(tmp_path) == []


def test_what_goes_wrong_is_seen_in_the_panel(channels, history, monkeypatch):
    play = Play(history, "en")
    assert play.show()
    channels[0].wait(1)

    def fail(_playground: Playground, _message: Json) -> Json:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr(Playground, "answer", fail)
    channels[0].receive({"type": "act", "act": "undo", "id": "front:1"})
    assert channels[0].wait(2) == {
        "type": "error",
        "text": "RuntimeError: nobody foresaw this",
        "answers": "front:1",
    }
    play.close()


def test_without_a_front_end_nothing_is_copied(channels, history, tmp_path, monkeypatch):
    monkeypatch.setattr(FakeChannel, "has_front_end", False)
    play = Play(history, "en")
    assert not play.show()
    assert rooms(tmp_path) == [] and channels[0].sent == []
    channels[0].receive({"type": "shown"})
    play.close()
    assert channels[0].sent == []


def test_what_a_killed_kernel_left_is_replaced(channels, history, tmp_path):
    left = tmp_path / ".play" / "app" / "project" / "left.py"
    left.parent.mkdir(parents=True)
    left.touch()
    play = Play(history, "en")
    assert play.show()
    channels[0].wait(1)
    assert not left.exists() and len(rooms(tmp_path)) == 1
    play.close()


def test_in_this_interpreter_there_is_no_panel(channels, history, monkeypatch):
    monkeypatch.setenv("COURSE_RUNNING", "here")
    assert not Play(history, "en").show()
    assert not channels
