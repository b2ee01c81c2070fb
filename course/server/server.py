"""Starting a server for this process: its keeper is asked, and what it says is handed on."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass

from course.contents import ROOT
from course.server.binaries import Binaries
from course.server.cluster import Address, ClusterError


@dataclass(frozen=True)
class Server:
    """A server that runs as long as this process does, or until it is closed."""

    address: Address
    keeper: "subprocess.Popen[str]"

    def close(self) -> None:
        """Stop the server and wait until nothing is left of it."""
        self.keeper.communicate()


def start_server(binaries: Binaries) -> Server:
    """Start a server of the programs and wait until it answers. Raises ClusterError."""
    keeper = subprocess.Popen(
        [sys.executable, "-P", "-m", "course.server.keeper", str(binaries.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        # Ctrl-C in a terminal is for the notebook or the command, and not for the server.
        start_new_session=True,
    )
    assert keeper.stdout is not None
    # A keeper that was killed has said nothing.
    told = json.loads(keeper.stdout.readline() or "{}")
    if "address" in told:
        return Server(Address(**told["address"]), keeper)
    keeper.communicate()
    raise ClusterError(told.get("said") or f"the keeper ended with {keeper.returncode}")
