"""A PostgreSQL cluster in a private folder: made, started, stopped. Standard library only.

A server refuses to run as root, so root's is run by `nobody`, an account that every Unix has: no
account is made for it. Its files then have to be where `nobody` gets to.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.server.binaries import Binaries

if TYPE_CHECKING:
    from sqlalchemy import URL

USER = "course"
"""The server's only account."""
PORT = 5432
"""Names the socket's file; nothing listens on a port where there is a socket."""
LONGEST_SOCKET = 100
"""Bytes in a socket's path that every Unix takes (macOS 104, Linux 108)."""
PATIENCE = {"start": 60.0, "stop": 10.0}
"""Seconds before a start has failed, and before a way to stop it is given up for a harder one."""

SCRAM_SINCE = 16
"""Servers since then can be told how often a password is hashed: nobody guesses a random one, and
each connection takes half the time when it is hashed once."""

THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""What a crash of the machine would lose, the lesson makes anew."""
SMALL = {"shared_buffers": "16MB", "max_connections": "40", "max_wal_size": "128MB", "jit": "off"}
ALIKE = {"timezone": "UTC", "log_timezone": "UTC", "unix_socket_permissions": "0700"}
SETTINGS = THROWAWAY | SMALL | ALIKE


class ClusterError(Exception):
    """The server does not start; `said` is its own last line."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


@dataclass(frozen=True)
class Address:
    """Where the server answers: a folder with a socket, or 127.0.0.1; and its account."""

    host: str
    port: int
    user: str
    password: str

    def environment(self) -> dict[str, str]:
        """Give the variables by which libpq finds the server: `postgresql:///shop` is enough."""
        return {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGPASSWORD": self.password,
        }

    def url(self, database: str) -> "URL":
        """Give the URL of a database for SQLAlchemy and psycopg."""
        from sqlalchemy import URL

        place = {"host": self.host, "port": str(self.port)}
        return URL.create(
            "postgresql+psycopg", self.user, self.password, database=database, query=place
        )


@dataclass
class Cluster:
    """A cluster below `folder`, which is private to this user, with the programs in `binaries`."""

    folder: Path
    binaries: Binaries
    process: "subprocess.Popen[bytes] | None" = None
    password: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    @property
    def data(self) -> Path:
        """The cluster's own files."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "server.log"

    def make(self) -> None:
        """Make the cluster: UTF-8, sorted by code points, whatever the machine's locale is.

        Raises ClusterError.
        """
        secret = self.folder / "password"
        secret.write_text(self.password, encoding="ascii")
        secret.chmod(0o600)
        if account := _account():
            self.binaries = _reachable(self.binaries, self.folder)
            for ours in (self.folder, secret):
                shutil.chown(ours, account["user"], account["group"])
        asked = ["--auth=scram-sha-256", f"--username={USER}", f"--pwfile={secret}"]
        asked += ["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        if self._version() >= SCRAM_SINCE:
            asked.append("--set=scram_iterations=1")
        made = self._run([str(self.binaries.program("initdb")), *asked, "-D", str(self.data)])
        secret.unlink()
        if made.returncode:
            raise ClusterError(_last_line(made.stdout))

    def _version(self) -> int:
        """Give the number before the dot; 0 for programs that don't run, as initdb will say."""
        try:
            return int(self.binaries.version().partition(".")[0])
        except OSError:
            return 0

    def start(self) -> Address:
        """Start the server and wait until it answers. Raises ClusterError."""
        program = str(self.binaries.program("postgres"))
        for _ in range(3):
            address = self._address()
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    [program, "-D", str(self.data), *self._options(address)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    **self._as_whom(),
                )
            if self._is_ready():
                return address
            self.stop()
            said = self.log.read_text(encoding="utf-8", errors="replace")
            # Somebody took the port between our asking for a free one and the server's bind.
            if "Address already in use" not in said:
                break
        raise ClusterError(_last_line(said))

    def stop(self) -> None:
        """End the server: by its own rules, then without them, then by force."""
        process = self.process
        if process is None:
            return
        for ending in _endings():
            if process.poll() is not None:
                break
            process.send_signal(ending)
            try:
                process.wait(PATIENCE["stop"])
            except subprocess.TimeoutExpired:
                continue
        self.process = None

    def _address(self) -> Address:
        place = self.folder / f".s.PGSQL.{PORT}"
        if hasattr(socket, "AF_UNIX") and len(os.fsencode(place)) <= LONGEST_SOCKET:
            return Address(str(self.folder), PORT, USER, self.password)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            return Address("127.0.0.1", free.getsockname()[1], USER, self.password)

    def _options(self, address: Address) -> list[str]:
        by_socket = Path(address.host).is_absolute()
        place = str(self.folder).replace('"', '""')
        settings = {
            **SETTINGS,
            "port": str(address.port),
            "listen_addresses": "" if by_socket else address.host,
            "unix_socket_directories": f'"{place}"' if by_socket else "",
        }
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _is_ready(self) -> bool:
        """Wait for the line of postmaster.pid that says so, which `pg_ctl start` waits for, too."""
        until = time.monotonic() + PATIENCE["start"]
        while self.process is not None and self.process.poll() is None:
            if time.monotonic() > until:
                return False
            try:
                noted = (self.data / "postmaster.pid").read_bytes()
            except OSError:
                noted = b""
            if noted.splitlines()[7:8] == [b"ready   "]:
                return True
            time.sleep(0.01)
        return False

    def _run(self, command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            **self._as_whom(),
        )

    def _as_whom(self) -> dict[str, Any]:
        """Give what Popen is told of account, folder and locale."""
        environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
        for name in [name for name in environment if name.startswith("PG")]:
            del environment[name]
        return {"cwd": self.folder, "env": environment, **_account()}


def _account() -> dict[str, Any]:
    """Give what Popen is told so that root's server runs as `nobody`; nothing for other users."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return {}
    import pwd

    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _reachable(binaries: Binaries, folder: Path) -> Binaries:
    """Give programs that `nobody` can run: the ones that are there, or a copy below `folder`."""
    try:
        command = [str(binaries.program("postgres")), "--version"]
        subprocess.run(command, cwd="/", capture_output=True, **_account())
    except PermissionError:
        whole = binaries.folder.parent
        return Binaries(_copied(whole, folder / "package" / whole.name))
    return binaries


def _copied(programs: Path, place: Path) -> Path:
    """Copy what a server needs of an installation, and give the folder of its programs."""
    for part in ("bin", "lib", "share"):
        shutil.copytree(programs / part, place / part)
    # What auditwheel put beside the package is looked for from the programs' place.
    libraries = f"{programs.parent.name}.libs"
    if (programs.parent.parent / libraries).is_dir():
        shutil.copytree(programs.parent.parent / libraries, place.parent.parent / libraries)
    return place / "bin"


def _endings() -> tuple[signal.Signals, ...]:
    """Give the signals that PostgreSQL takes for a fast and an immediate stop, and the last one."""
    if os.name == "nt":
        return (signal.SIGTERM,)
    return (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)


def _last_line(said: str) -> str:
    return next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "")
