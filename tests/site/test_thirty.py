"""A room of thirty who open their first lesson at once, before the server that comes with it."""

import gzip
import http.client
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from course.site import serving
from tests.opened import stem

pytestmark = pytest.mark.site

VISITORS = 30
CONNECTIONS = 6
"""What a browser opens to one host."""
TIMES = 2
"""A visitor of thirty waits so many times longer than a thirtieth of the work would let it."""
ASKS = {"Accept-Encoding": "gzip, deflate, br, zstd", "Connection": "keep-alive"}


@contextmanager
def own_server(folder: Path) -> Iterator[tuple[str, int]]:
    """Serve a folder from a process of its own, as a teacher does."""
    program = f"from course.site.serving import serve; serve({folder.as_posix()!r}, 0, print)"
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", program], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        parts = urlsplit(process.stdout.readline().strip())
        assert parts.hostname and parts.port
        yield parts.hostname, parts.port
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


class Visitor:
    """Asks for files by a few connections at once, as a browser does."""

    def __init__(self, host: tuple[str, int], files: dict[str, bytes]) -> None:
        self._host = host
        self._files = files
        self._asked: queue.SimpleQueue[str] = queue.SimpleQueue()
        for path in files:
            self._asked.put(path)
        self.wrong: list[str] = []
        self.whole = 0

    def threads(self) -> list[threading.Thread]:
        return [threading.Thread(target=self._ask) for _ in range(CONNECTIONS)]

    def _ask(self) -> None:
        connection = http.client.HTTPConnection(*self._host, timeout=60)
        while not self._asked.empty():
            try:
                path = self._asked.get_nowait()
            except queue.Empty:
                break
            try:
                connection.request("GET", path, headers=ASKS)
                answer = connection.getresponse()
                body = answer.read()
                if answer.headers["Content-Encoding"] == "gzip":
                    body = gzip.decompress(body)
                if (answer.status, body) == (http.HTTPStatus.OK, self._files[path]):
                    self.whole += 1
                else:
                    self.wrong.append(f"{path}: {answer.status}, {len(body)} bytes")
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(f"{path}: {error!r}")
                connection.close()
        connection.close()


def seconds(visitors: list[Visitor]) -> float:
    """Give how long all of them wait, who begin at once."""
    threads = [thread for visitor in visitors for thread in visitor.threads()]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - start


def first_visit(visitor, folder: Path) -> dict[str, bytes]:
    """Give what Chromium asks for until a lesson's first cell has run, with what the site has."""
    asked: list[str] = []

    def note(request) -> None:
        asked.append(unquote(urlsplit(request.url).path))

    visitor.page.context.on("request", note)
    visitor.page.goto(f"{visitor.address}/index.html?lang=ko")
    visitor.open(f"ko/{stem('init')}.ipynb")
    visitor.run("open")
    places = {path: folder / path.lstrip("/") for path in asked}
    return {path: place.read_bytes() for path, place in places.items() if place.is_file()}


def test_thirty_first_visits_at_once_are_served_whole(visitor, site_folder, record_property):
    files = first_visit(visitor, site_folder)
    names = {Path(path).name for path in files}
    assert {"pyodide.asm.wasm", "python_stdlib.zip", "lab.js", "start.js"} <= names
    with own_server(site_folder) as host:
        seconds([Visitor(host, files)])
        one = min(seconds([Visitor(host, files)]) for _ in range(3))
        room = [Visitor(host, files) for _ in range(VISITORS)]
        all_of_them = seconds(room)
    record_property("bytes", sum(map(len, files.values())))
    record_property("seconds", {"one": one, "thirty": all_of_them})
    assert [line for visitor in room for line in visitor.wrong] == []
    assert {visitor.whole for visitor in room} == {len(files)}
    assert all_of_them < TIMES * VISITORS * one


@pytest.mark.parametrize("sent", [b"who", b"WHOLE"])
def test_a_response_that_is_not_whole_is_seen(tmp_path, monkeypatch, sent):
    def copyfile(handler, _, output) -> None:
        output.write(sent)
        handler.close_connection = True

    (tmp_path / "a.txt").write_bytes(b"whole")
    monkeypatch.setattr(serving._Handler, "copyfile", copyfile)
    with serving.server(tmp_path) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        visitor = Visitor((serving.HERE, server.server_port), {"/a.txt": b"whole"})
        seconds([visitor])
    assert len(visitor.wrong) == 1
