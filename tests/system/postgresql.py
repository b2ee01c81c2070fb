"""A PostgreSQL server of the tests' own: in a temporary folder, stopped and removed afterwards."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course.command.programs import postgresql
from tests.system.port import free_port

SETTINGS = "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"


class PostgresqlMissing(RuntimeError):
    """No server can be run on this machine; the message is one line that says what is missing."""


@contextmanager
def running_server() -> Iterator[str]:
    """Run a server on a free port of 127.0.0.1 and give the URL of its empty database.

    It asks for no password, and its data is not safe from a power cut (`fsync=off`): it is for
    tests. PostgreSQL refuses to run as root, so then it runs as the user `postgres`. Raises
    PostgresqlMissing, and subprocess.CalledProcessError when the server does not start.
    """
    binaries = postgresql()
    if binaries is None:
        raise PostgresqlMissing("PostgreSQL's server is missing: no initdb and pg_ctl were found.")
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    data, log, port = folder / "data", folder / "log", free_port()
    server_user = {}
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        server_user = {"user": "postgres", "group": "postgres", "extra_groups": []}

    def run(tool: str, *arguments: str) -> None:
        command = [binaries / tool, "-D", data, *arguments]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, **server_user)

    try:
        if server_user:
            own_by_postgres(folder)
        run("initdb", "--auth=trust", "--username=shop", "--encoding=UTF8", "--no-locale")
        run("pg_ctl", "start", "--wait", f"--log={log}", f"--options={SETTINGS} -p {port}")
        try:
            yield f"postgresql+psycopg://shop@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "stop", "--wait", "--mode=immediate")
    finally:
        shutil.rmtree(folder)


def own_by_postgres(folder: Path) -> None:
    """Give the folder to the user `postgres`; raises PostgresqlMissing when there is none."""
    try:
        shutil.chown(folder, "postgres", "postgres")
    except LookupError:
        raise PostgresqlMissing(
            "PostgreSQL refuses to run as root, and there is no user postgres to run it as."
        ) from None
