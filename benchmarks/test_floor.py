"""How far the test command is from its floor: the processes it cannot do without.

The floor is the time of all kernel starts and all alembic processes of the run, divided by the
cores. What else a lesson or a check starts, such as an application that migrates, or pytest, counts
as one alembic process, which it takes at least. Every Python process of the run notes its command
line, and whether it belongs to a lesson (a `sitecustomize` on PYTHONPATH).
The two unit times are medians, measured right before with as many processes at once as there are
cores.

    .venv/bin/python benchmarks/test_floor.py
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jupyter_client.manager import start_new_kernel

from course.lesson.start import fill

ROOT = Path(__file__).resolve().parent.parent
CORES = os.cpu_count() or 1
ROUNDS = 8
WANTED = 1.3
NOTE = """
import json, os, sys
with open(os.environ["COURSE_NOTES"], "a", encoding="utf-8") as notes:
    notes.write(json.dumps([sys.orig_argv, "COURSE_LESSON" in os.environ]) + "\\n")
"""


def main() -> None:
    """Measure the units, run the test command, and print its floor and its time."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        fill(ROOT / "lessons" / "moving", folder / "shop")
        alembic = unit(lambda: command(folder / "shop"))
        kernel = unit(start_and_stop)
        (folder / "sitecustomize.py").write_text(NOTE, encoding="utf-8")
        notes = folder / "notes"
        environment = {**os.environ, "PYTHONPATH": scratch, "COURSE_NOTES": str(notes)}
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", "course", "test"], cwd=ROOT, env=environment)
        wall = time.perf_counter() - started
        lines = notes.read_text(encoding="utf-8").splitlines()
        count = Counter(kind(*json.loads(line)) for line in lines)
    floor = (count["alembic"] * alembic + count["kernel"] * kernel) / CORES
    print(f"alembic: {count['alembic']} processes of {alembic:.3f} s")
    print(f"kernels: {count['kernel']} of {kernel:.3f} s; cores: {CORES}")
    print(f"floor: {floor:.0f} s; test command: {wall:.0f} s, exit code {done.returncode}")
    print(f"ratio: {wall / floor:.2f} (wanted: at most {WANTED})")


def unit(work: Callable[[], None]) -> float:
    """Give the median seconds of some work, done on all cores at once."""

    def timed(_number: int) -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    with ThreadPoolExecutor(CORES) as threads:
        return statistics.median(threads.map(timed, range(ROUNDS * CORES)))


def command(folder: Path) -> None:
    """Run one alembic process."""
    arguments = [sys.executable, "-m", "alembic", "current"]
    subprocess.run(arguments, cwd=folder, capture_output=True, check=True)


def start_and_stop() -> None:
    """Start a kernel, wait until it answers, and stop it."""
    manager, client = start_new_kernel()
    client.stop_channels()
    manager.shutdown_kernel()


def kind(command_line: list[str], of_lesson: bool) -> str:
    """Tell an alembic process (a command, a trial, a lesson's own) and a kernel from the rest."""
    words = " ".join(command_line)
    if "ipykernel" in words:
        return "kernel"
    parts = [Path(word).stem for word in command_line[:3]]
    if of_lesson or "alembic" in parts or "trial_process" in words:
        return "alembic"
    return "other"


if __name__ == "__main__":
    main()
