"""A visitor with WebKitGTK: MiniBrowser on a screen of Xvfb, driven by its own WebDriver."""

import http.client
import json
import os
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from course.command.programs import webkit
from tests.site.lite import SECONDS, Visit
from tests.system.port import free_port

HERE = "127.0.0.1"
WITHOUT_GPU = {"WEBKIT_DISABLE_COMPOSITING_MODE": "1", "WEBKIT_SKIA_ENABLE_CPU_RENDERING": "1"}
"""Where there is no GPU, drawing by OpenGL costs four times what the page itself does."""
CALL = """const [value, done] = arguments;
Promise.resolve().then(() => (PROGRAM)(value)).then(
  (given) => done(JSON.stringify({ given })),
  (error) => done(JSON.stringify({ error: `${error}\\n${error?.stack}` }))
);"""


class Driver:
    """A session of a WebDriver, by its protocol: https://www.w3.org/TR/webdriver2/."""

    def __init__(self, port: int) -> None:
        """Take where the driver listens."""
        self._connection = http.client.HTTPConnection(HERE, port, timeout=2 * SECONDS)
        self._session = ""

    def begin(self, capabilities: dict[str, Any]) -> None:
        """Start the browser, once its driver listens. Raises RuntimeError."""
        until = time.monotonic() + SECONDS
        while True:
            try:
                self.ask("GET", "/status")
                break
            except ConnectionRefusedError:
                self._connection.close()
                assert time.monotonic() < until, "the driver does not listen"
                time.sleep(0.05)
        asked = {"capabilities": {"alwaysMatch": capabilities}}
        self._session = f"/session/{self.ask('POST', '/session', asked)['sessionId']}"

    def ask(self, method: str, path: str, words: dict[str, Any] | None = None) -> Any:
        """Give what the driver answers. Raises RuntimeError with what is wrong."""
        body = None if words is None else json.dumps(words)
        self._connection.request(method, self._session + path, body)
        value = json.loads(self._connection.getresponse().read())["value"]
        if isinstance(value, dict) and "error" in value:
            raise RuntimeError(f"{value['error']}: {value['message']}")
        return value

    def end(self) -> None:
        """End the browser."""
        if self._session:
            self.ask("DELETE", "")
        self._connection.close()


class WebKitPage:
    """A page of MiniBrowser's."""

    def __init__(self, driver: Driver) -> None:
        """Take the driver's session."""
        self._driver = driver

    def goto(self, url: str) -> None:
        """Go to an address, and wait until it is loaded."""
        self._driver.ask("POST", "/url", {"url": url})

    def reload(self) -> None:
        """Load the page again."""
        self._driver.ask("POST", "/refresh", {})

    def evaluate(self, expression: str, arg: Any = None) -> Any:
        """Call a JavaScript function with a value and give what it gives, or what it promises."""
        words = {"script": CALL.replace("PROGRAM", expression), "args": [arg]}
        said = json.loads(self._driver.ask("POST", "/execute/async", words))
        if "error" in said:
            raise RuntimeError(said["error"])
        return said.get("given")


class _Noting(socketserver.ThreadingTCPServer):
    """A proxy that notes what it is asked for and gives nothing."""

    daemon_threads = True
    asked: list[str]


class _Note(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        line = self.rfile.readline().decode("latin-1").strip()
        assert isinstance(self.server, _Noting)
        self.server.asked.append(line)


@contextmanager
def noting_proxy(asked: list[str]) -> Iterator[str]:
    """Give the address of a proxy that adds to the list what is asked of it, and refuses it."""
    with _Noting((HERE, 0), _Note) as proxy:
        proxy.asked = asked
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield f"{HERE}:{proxy.server_address[1]}"
        proxy.shutdown()


@contextmanager
def screen() -> Iterator[str]:
    """Start a screen that nobody sees; give its name. Raises FileNotFoundError without Xvfb."""
    reading, writing = os.pipe()
    words = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1440x1000x24", "-nolisten", "tcp"]
    process = subprocess.Popen(words, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as number:
            yield f":{number.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


@contextmanager
def driver_on(display: str) -> Iterator[Driver]:
    """Start the driver, which starts a browser on a screen. Raises RuntimeError without one."""
    program = webkit()
    if program is None:
        raise RuntimeError("no WebKitWebDriver is on PATH")
    port = free_port()
    words = [str(program), f"--host={HERE}", f"--port={port}"]
    process = subprocess.Popen(words, env={**os.environ, **WITHOUT_GPU, "DISPLAY": display})
    driver = Driver(port)
    try:
        yield driver
    finally:
        driver.end()
        process.terminate()
        process.wait()


@contextmanager
def visit_in_webkit(address: str) -> Iterator["Visit[WebKitPage]"]:
    """Open a window of MiniBrowser with a store of its own. Raises RuntimeError without a driver.

    Everything that it asks of another host goes to a proxy, from workers, too.
    """
    elsewhere: list[str] = []
    with screen() as display, noting_proxy(elsewhere) as proxy, driver_on(display) as driver:
        manual = {"proxyType": "manual", "httpProxy": proxy, "sslProxy": proxy, "noProxy": [HERE]}
        milliseconds = SECONDS * 1000
        driver.begin(
            {"proxy": manual, "timeouts": dict.fromkeys(("script", "pageLoad"), milliseconds)}
        )
        yield Visit(WebKitPage(driver), address, elsewhere)
