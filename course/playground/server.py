"""The playground's own page: a small server on this machine alone, behind a random address."""

import asyncio
import json
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

import course.panel
from course.phrases import phrase
from course.playground.playground import Playground
from course.playground.problem import WORDS

HERE = "127.0.0.1"
PAGE = Path(__file__).with_name("page.html")
VIEW = Path(
    course.panel.__path__[0],
    "front/share/jupyter/labextensions/alembic-course/static/view.js",
)

POLICY = (
    "default-src 'none'; base-uri 'none'; connect-src 'self'; img-src data:; "
    "style-src 'unsafe-inline'; script-src 'self'"
)


class _Handler(RequestHandler):
    """What all answers share: no other page may frame, fetch or remember them."""

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("X-Frame-Options", "DENY")

    def prepare(self) -> None:
        # A page elsewhere that has its name point to this machine must not get in.
        if self.request.host.partition(":")[0] not in (HERE, "localhost"):
            self.send_error(403)


class _Page(_Handler):
    def initialize(self, playground: Playground) -> None:
        self.playground = playground

    def get(self) -> None:
        nonce, lang = secrets.token_urlsafe(16), self.playground.lang
        self.set_header("Content-Security-Policy", f"{POLICY} 'nonce-{nonce}'")
        self.render(
            str(PAGE),
            lang=lang,
            nonce=nonce,
            title=phrase(WORDS, "title", lang, name=self.playground.name),
            ended=phrase(WORDS, "page.ended", lang),
            script=phrase(WORDS, "page.script", lang),
        )


class _Script(_Handler):
    def get(self) -> None:
        self.set_header("Content-Type", "text/javascript; charset=utf-8")
        self.finish(VIEW.read_bytes())


class _Act(_Handler):
    def initialize(self, playground: Playground) -> None:
        self.playground = playground

    async def post(self) -> None:
        """Do an act beside the loop, so that the page can still be loaded."""
        try:
            asked = json.loads(self.request.body)
        except ValueError:
            asked = None
        if not isinstance(asked, dict):
            self.send_error(400)
            return
        self.finish(await asyncio.to_thread(self.playground.answer, asked))


def application(playground: Playground, key: str) -> Application:
    """Give the page, its script and its acts, below a key that nobody can guess."""
    return Application(
        [
            (f"/{key}/", _Page, {"playground": playground}),
            (f"/{key}/view.js", _Script),
            (f"/{key}/act", _Act, {"playground": playground}),
        ],
        log_function=lambda _handler: None,
    )


def serve(playground: Playground, port: int, ready: Callable[[str], object]) -> None:
    """Serve the page until an interrupt; `ready` gets its address.

    Port 0 is any that is free. Raises OSError when the port is taken.
    """
    key = secrets.token_urlsafe(24)
    listening = socket.create_server((HERE, port))
    listening.setblocking(False)
    address = f"http://{HERE}:{listening.getsockname()[1]}/{key}/"

    async def run() -> None:
        server = HTTPServer(application(playground, key))
        server.add_socket(listening)
        ready(address)
        try:
            await asyncio.Event().wait()
        finally:
            server.stop()
            await server.close_all_connections()

    asyncio.run(run())
