"""How much longer the first `python3 -m course …` takes than setting up by hand.

Both happen in temporary copies of the checkout: by hand, `python3 -m venv .venv` and
`pip install -r requirements.txt`; by us, `python3 -m course new --help`, which does little else
than set up. Prints the medians and their ratio (wanted: at most 1.1), and what `.venv` takes
(wanted: at most 330 MB). Names another checkout, such as an older state, to set up that one too
and print the ratio to it. Needs the network, or pip's cache:

    python3 benchmarks/first_setup.py [rounds] [other checkout]
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
WANTED_MB = 330
LEFT_OUT = (".venv", ".git", "workspace", "notebooks", "__pycache__")


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    ways = {"by hand": (ROOT, by_hand), "course": (ROOT, by_us)}
    if len(sys.argv) > 2:
        ways["other"] = (Path(sys.argv[2]), by_us)
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for number in range(rounds):
        # No way is always the first, which warms the disk's cache for the others.
        for name in list(ways)[:: 1 if number % 2 else -1]:
            measured[name].append(in_a_copy(*ways[name]))
    medians = {}
    for name, rows in measured.items():
        seconds, sizes = zip(*rows, strict=True)
        medians[name] = statistics.median(seconds)
        spread = f"from {min(seconds):.1f} to {max(seconds):.1f}"
        print(f"{name}: {medians[name]:.1f} s ({spread}), {max(sizes):.0f} MB")
    print(f"wanted: at most {WANTED_MB} MB")
    print(f"ratio: {medians['course'] / medians['by hand']:.2f} (wanted: at most {WANTED})")
    if "other" in medians:
        print(f"ratio to the other: {medians['course'] / medians['other']:.2f}")


def in_a_copy(checkout: Path, way: Callable[[Path], None]) -> tuple[float, float]:
    """Time one way in a copy of the checkout; give its seconds, and the MB that `.venv` takes."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "checkout"
        shutil.copytree(checkout, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
        started = time.perf_counter()
        way(copy)
        return time.perf_counter() - started, taken_mb(copy / ".venv")


def taken_mb(folder: Path) -> float:
    """Give the MB of disk that a folder takes, in whole blocks, as `du` counts them."""
    seen = {}
    for path in [folder, *folder.rglob("*")]:
        status = path.lstat()
        # Windows counts no blocks.
        blocks = getattr(status, "st_blocks", status.st_size / 512)
        seen[status.st_dev, status.st_ino] = blocks * 512
    return sum(seen.values()) / 2**20


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
