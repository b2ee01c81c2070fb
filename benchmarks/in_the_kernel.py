"""What a notebook adds: `!alembic current` against a shell, `import course`, `open_lesson`.

Prints medians and ratios; the pairs run in turn in one kernel.

    .venv/bin/python benchmarks/in_the_kernel.py
"""

import ast
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course.author.execute import LessonClient, client
from course.author.notebook import notebook

ROUNDS = 15
IMPORTS = (
    "course.lesson.lesson, course.picture.changes, course.project.project, "
    "course.project.errors, sqlalchemy.dialects.sqlite, alembic.config"
)
TIMED = """
import contextlib, io, subprocess, time
def timed(work):
    started = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        work()
    return time.perf_counter() - started
"""
PAIR = """
shell = get_ipython()
command = "alembic current"
pairs = [
    (timed(lambda: shell.system(command)),
     timed(lambda: subprocess.run(["sh", "-c", command], capture_output=True)))
    for _ in range({rounds})
]
"""


def main() -> None:
    """Measure in fresh kernels and print."""
    first, opened = [], []
    for _ in range(5):
        with kernel() as running:
            running.beside(TIMED)
            running.beside("imported = timed(lambda: __import__('course'))")
            running.beside(f"timed(lambda: exec('import {IMPORTS}'))")
            running.beside("from course import open_lesson")
            running.beside("took = timed(lambda: open_lesson('moving', 'en'))")
            first.append(float(running.beside(value="imported")))
            opened.append(float(running.beside(value="took")))
    with kernel() as running:
        running.beside(TIMED)
        running.beside("from course import open_lesson; lesson = open_lesson('moving', 'en')")
        running.beside(PAIR.format(rounds=ROUNDS))
        pairs = ast.literal_eval(running.beside(value="pairs"))
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"import course: {statistics.median(first) * 1000:.1f} ms (wanted: under 150)")
    print(f"open_lesson beyond its imports: {statistics.median(opened) * 1000:.0f} ms (under 300)")
    print(f"!alembic current: {ours:.3f} s, from a shell: {theirs:.3f} s")
    print(f"ratio: {ratio:.3f} (wanted: at most 1.05)")


@contextmanager
def kernel() -> Iterator[LessonClient]:
    """Start a kernel with an empty workspace, for one `with` block."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve()
        with client(notebook([]), folder, folder / "workspace", way="fork") as running:
            yield running


if __name__ == "__main__":
    main()
