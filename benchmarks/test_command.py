"""The test command of this checkout against that of another one, in turn.

Prints wall-clock and CPU seconds, and the ratios. Both checkouts have their `.venv` already.

    .venv/bin/python benchmarks/test_command.py OTHER_CHECKOUT
"""

import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def measure(checkout: Path) -> tuple[float, float]:
    """Run the test command; give its wall-clock and its CPU seconds, its children's included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "course", "test", "-q"], cwd=checkout)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{checkout.name}: exit code {done.returncode}, {wall:.0f} s, CPU {cpu:.0f} s", flush=True
    )
    return wall, cpu


def main() -> None:
    """Measure both and print the ratios."""
    ours, theirs = measure(ROOT), measure(Path(sys.argv[1]).resolve())
    print(f"ratio: wall {ours[0] / theirs[0]:.2f}, CPU {ours[1] / theirs[1]:.2f}")


if __name__ == "__main__":
    main()
