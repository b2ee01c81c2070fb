"""A PostgreSQL server of the tests' own: in a temporary folder, stopped and removed afterwards."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
    binaries = find_binaries()
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


def find_binaries() -> Path:
    """Give the folder of `initdb` and `pg_ctl`; raises PostgresqlMissing.

    Debian keeps them off PATH, one folder a version.
    """
    folders = []
    if on_path := shutil.which("initdb"):
        folders.append(Path(on_path).resolve().parent)
    versions = [path for path in Path("/usr/lib/postgresql").glob("*") if path.name.isdecimal()]
    folders += [path / "bin" for path in sorted(versions, key=lambda path: -int(path.name))]
    if pg_config := shutil.which("pg_config"):
        asked = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=True)
        folders.append(Path(asked.stdout.strip()))
    for folder in folders:
        if shutil.which("initdb", path=folder) and shutil.which("pg_ctl", path=folder):
            return folder
    raise PostgresqlMissing("PostgreSQL's server is missing: no initdb and pg_ctl were found.")


def own_by_postgres(folder: Path) -> None:
    """Give the folder to the user `postgres`; raises PostgresqlMissing when there is none."""
    try:
        shutil.chown(folder, "postgres", "postgres")
    except LookupError:
        raise PostgresqlMissing(
            "PostgreSQL refuses to run as root, and there is no user postgres to run it as."
        ) from None


def free_port() -> int:
    """Give a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
