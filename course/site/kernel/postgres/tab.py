"""The servers of a tab: PGlite in this worker, loaded once, for the lessons that need it."""

from pathlib import Path
from typing import Any

from course.site.kernel.postgres import dumping, kit
from course.site.kernel.postgres.servers import Server, servers

PLACE = "../pglite/"
"""Where PGlite is, seen from what a kernel loads."""
HOSTS = ("/browser/1", "/browser/2")
"""The learner's server, and the one of copies; libpq takes such a host for a socket's folder."""


class PGliteBackend:
    """One PGlite: a backend of PostgreSQL's, called and answered at once."""

    def __init__(self, lite: Any) -> None:
        """Take a PGlite that is ready."""
        self._lite = lite

    def exchange(self, sent: bytes) -> bytes:
        """Give the answer to messages."""
        from pyodide.ffi import to_js

        answer: bytes = self._lite.execProtocolRawSync(to_js(sent)).to_bytes()
        return answer


async def load() -> None:
    """Start the servers, unless they are there."""
    if servers:
        return
    from pyodide.code import run_js
    from pyodide_js import _api

    script = Path(__file__).with_name("pglite.js").read_text(encoding="utf-8")
    base = f"{_api.config.packageBaseUrl}{PLACE}"
    kit.take_over()
    for host, lite in zip(HOSTS, await run_js(script)(base, len(HOSTS)), strict=True):
        servers[host] = Server(PGliteBackend(lite), dumping)
