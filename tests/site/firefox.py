"""A visitor with Firefox: puppeteer drives it by WebDriver BiDi, in a Node.js of its own."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from course.command.programs import firefox
from tests.site.lite import Visit
from tests.site.modules import node_modules

BRIDGE = Path(__file__).with_name("firefox.mjs")
OWN = ("data:", "blob:", "about:", "resource:", "chrome:")
"""Addresses that no network is asked for."""


class FirefoxPage:
    """A page that is driven by lines of JSON."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        """Take the bridge's process."""
        self._process = process
        self.asked: list[str] = []

    def goto(self, url: str) -> None:
        """Go to an address, and wait until it is loaded."""
        self._act(goto=url)

    def reload(self) -> None:
        """Load the page again."""
        self._act(reload=True)

    def evaluate(self, expression: str, arg: Any = None) -> Any:
        """Call a JavaScript function with a value and give what it gives, or what it promises."""
        return self._act(evaluate=expression, arg=arg)

    def _act(self, **words: Any) -> Any:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "Firefox's bridge has ended"
        said = json.loads(line)
        self.asked += said["asked"]
        if "error" in said:
            raise RuntimeError(said["error"])
        return said["value"]


@contextmanager
def visit_in_firefox(address: str) -> Iterator["Visit[FirefoxPage]"]:
    """Open a window of Firefox with a store of its own. Raises RuntimeError when there is none."""
    program = firefox()
    if program is None:
        raise RuntimeError("no Firefox is on PATH")
    words = ["node", str(BRIDGE), str(node_modules() / "puppeteer-core"), str(program)]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        visiting = Visit(FirefoxPage(process), address)
        yield visiting
        asked = visiting.page.asked
        visiting.elsewhere += [url for url in asked if not url.startswith((f"{address}/", *OWN))]
