"""The process that keeps a server for another one, and ends it with that one, however that ends.

`python -m course.server.keeper BINARIES` makes a cluster in a private folder, starts it, and writes
one line of JSON: where the server answers, or why it does not. It then waits for the end of its
standard input, which comes when its parent ends, killed or not; it stops the server and deletes the
folder. A keeper that is killed itself leaves both to the next one. Standard library only.
"""

import json
import os
import select
import shutil
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from course.server import leftovers
from course.server.binaries import Binaries
from course.server.cluster import Cluster, ClusterError

BEAT = 1.0
"""Seconds after which the parent is looked for, should its end of the pipe be held by another."""


class _Ended(Exception):
    """Somebody asks the keeper to end."""


def keep(binaries: Binaries) -> int:
    """Keep a server until the parent ends; give the exit code."""
    parent = os.getppid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    leftovers.sweep()
    folder = leftovers.new_folder()
    cluster = Cluster(folder, binaries)
    try:
        cluster.make()
        address = cluster.start()
        _say({"address": asdict(address)})
        _wait_for_end_of(parent)
    except ClusterError as error:
        _say({"said": error.said})
        return 1
    except (_Ended, BrokenPipeError):
        pass
    except Exception as error:
        # Whatever it is: who waits for the server is told.
        _say({"said": f"{type(error).__name__}: {error}"})
        return 1
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _wait_for_end_of(parent: int) -> None:
    while os.getppid() == parent:
        if os.name == "nt":
            sys.stdin.buffer.read()
            return
        ready, _, _ = select.select([sys.stdin], [], [], BEAT)
        if ready and not os.read(sys.stdin.fileno(), 1):
            return


def _end(*_: object) -> None:
    raise _Ended


def _say(what: dict[str, object]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    sys.exit(keep(Binaries(Path(sys.argv[1]))))
