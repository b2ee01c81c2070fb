"""What all versions of the application share: GET and PUT /orders/1, and the SQL is theirs."""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

URL = "postgresql:///course_shop"


def serve(read: str, write: str) -> None:
    """Answer requests, each with one SQL statement, until whoever started this ends."""
    engine = create_engine(URL)

    class Orders(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(read)

        def do_PUT(self) -> None:
            length = int(self.headers["Content-Length"])
            self.answer(write, value=self.rfile.read(length).decode())

        def answer(self, sql: str, **values: str) -> None:
            number = int(self.path.rpartition("/")[2])
            try:
                with engine.begin() as connection:
                    found = connection.execute(text(sql), {"id": number, **values})
                    said = found.scalar() if found.returns_rows else "ok"
                status = 200
            except SQLAlchemyError as error:
                status, said = 500, error.orig.diag.message_primary or str(error.orig)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(str(said).encode())

        def log_message(self, *_: object) -> None:
            """Write no line for a request."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Orders)
    Thread(target=end_with_standard_input, daemon=True).start()
    print(server.server_port, flush=True)
    server.serve_forever()


def end_with_standard_input() -> None:
    """End this process when the one that started it closes the pipe, or is gone."""
    sys.stdin.read()
    os._exit(0)
