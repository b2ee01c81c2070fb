"""How much longer `python3 -m course lab` takes to answer than `jupyter lab` alone.

Runs both in turn, from the start of the process until `/api` answers, and prints the medians and
their ratio (wanted: at most 1.2), and first how long each took when `course lab` had to make the
learner's copies. Run from the top of a checkout whose `.venv` stands:

    python3 benchmarks/lab_start.py [rounds]
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / ("Scripts" if os.name == "nt" else "bin")
WANTED = 1.2
TIMEOUT = 60


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    commands = {
        "jupyter lab": [str(BIN / "jupyter"), "lab"],
        "course lab": [sys.executable, "-m", "course", "lab"],
    }
    seconds = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as home:
        for number in range(rounds + 1):
            for name, command in commands.items():
                took = until_it_answers(command, Path(home))
                if number == 0:
                    # It fills the disk's cache, and makes the copies.
                    print(f"{name}, the first time: {took:.2f} s")
                else:
                    seconds[name].append(took)
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    for name, median in medians.items():
        print(f"{name}: {median:.2f} s (from {min(seconds[name]):.2f} to {max(seconds[name]):.2f})")
    ratio = medians["course lab"] / medians["jupyter lab"]
    print(f"ratio: {ratio:.2f} (wanted: at most {WANTED})")


def until_it_answers(command: list[str], home: Path) -> float:
    """Start a server, wait until it answers, stop it; give the seconds that it took to answer."""
    port = free_port()
    settings = {
        "COURSE_WORKSPACE": str(home / "workspace"),
        "JUPYTER_CONFIG_DIR": str(home),
        "JUPYTER_DATA_DIR": str(home),
        "JUPYTER_RUNTIME_DIR": str(home),
    }
    arguments = ["--no-browser", "--ServerApp.allow_root=True", "--port", str(port)]
    started = time.perf_counter()
    server = subprocess.Popen(
        [*command, *arguments],
        cwd=ROOT,
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not answers(port):
            if server.poll() is not None or time.perf_counter() - started > TIMEOUT:
                sys.exit(f"{' '.join(command)} did not answer")
            time.sleep(0.01)
        return time.perf_counter() - started
    finally:
        server.terminate()
        server.wait()


def answers(port: int) -> bool:
    """Tell whether Jupyter's server answers at the port."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=1) as response:
            return response.status == 200
    except OSError:
        return False


def free_port() -> int:
    """Give a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    main()
