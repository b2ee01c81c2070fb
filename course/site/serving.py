"""Serve a built site on this machine, as any static web server does: no header is special.

It needs nothing but Python's standard library: a copy of it, `serve.py`, goes with a stick.
"""

import contextlib
import functools
import http.server
import sys
from collections.abc import Callable
from pathlib import Path

HERE = "127.0.0.1"
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".whl": "application/octet-stream",
    ".zip": "application/octet-stream",
}
"""What browsers must be told; a system's own table may say otherwise (Windows' registry)."""


class _Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # A response leaves in two writes; the second would wait for the first to be acknowledged.
    disable_nagle_algorithm = True
    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, **TYPES}  # noqa: RUF012

    def log_message(self, *_: object) -> None:
        """Say nothing: what a page loads is no news."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def server(folder: Path, port: int = 0, host: str = HERE) -> http.server.ThreadingHTTPServer:
    """Give a server of the folder, listening. Raises OSError when the port is taken."""
    handler = functools.partial(_Handler, directory=str(folder))
    return _Server((host, port), handler)


def serve(folder: Path, port: int, ready: Callable[[str], object]) -> None:
    """Serve the folder until an interrupt; `ready` gets the address.

    Port 0 is any that is free. Raises OSError when the port is taken.
    """
    with server(folder, port) as serving:
        ready(f"http://{HERE}:{serving.server_port}/")
        serving.serve_forever()


def main() -> None:
    """Serve what lies beside this file: `python3 serve.py [PORT]`."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    with contextlib.suppress(KeyboardInterrupt):
        serve(Path(__file__).resolve().parent / "site", port, print)


if __name__ == "__main__":
    main()
