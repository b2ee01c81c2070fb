"""How much longer the first `python3 -m course …` takes than setting up by hand.

Both happen in temporary copies of the checkout: by hand, `python3 -m venv .venv` and
`pip install -r requirements.txt`; by us, `python3 -m course new --help`, which does little else
than set up. Prints the medians and their ratio (wanted: at most 1.1). Needs the network, or pip's
cache:

    python3 benchmarks/first_setup.py [rounds]
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WANTED = 1.1
LEFT_OUT = (".venv", ".git", "workspace", "notebooks", "__pycache__")


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    ways = {"by hand": by_hand, "course": by_us}
    seconds = {name: [] for name in ways}
    for number in range(rounds):
        # Neither way is always the first, which warms the disk's cache for the other.
        for name in list(ways)[:: 1 if number % 2 else -1]:
            seconds[name].append(in_a_copy(ways[name]))
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    for name, median in medians.items():
        print(f"{name}: {median:.1f} s (from {min(seconds[name]):.1f} to {max(seconds[name]):.1f})")
    print(f"ratio: {medians['course'] / medians['by hand']:.2f} (wanted: at most {WANTED})")


def in_a_copy(way: Callable[[Path], None]) -> float:
    """Time one way in a copy of the checkout of its own."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "checkout"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        started = time.perf_counter()
        way(copy)
        return time.perf_counter() - started


def by_hand(checkout: Path) -> None:
    """Set up as a README without our command would say."""
    run(checkout, sys.executable, "-m", "venv", ".venv")
    python = checkout / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run(checkout, str(python), "-m", "pip", "install", "-r", "requirements.txt")


def by_us(checkout: Path) -> None:
    """Set up by a command of the course."""
    run(checkout, sys.executable, "-m", "course", "new", "--help")


def run(folder: Path, *command: str) -> None:
    """Run a command without its output; raises CalledProcessError."""
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
