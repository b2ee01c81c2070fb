"""What a notebook costs: commands against bare processes, `lesson.check`, opening, memory.

Prints medians and ratios; pairs run in turn in one kernel. With the folder of another checkout
(with its `.venv`), `lesson.check`, `import course` and `open_lesson` are measured there, too.

    .venv/bin/python benchmarks/in_the_kernel.py [OTHER_CHECKOUT]
"""

import ast
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 9
COMMANDS = (
    ("alembic current", "alembic current"),
    ("alembic history", "alembic history"),
    ("alembic downgrade -1", "alembic upgrade head"),
    ("alembic upgrade head", "alembic downgrade -1"),
)
"""A command that is timed, and the one that makes ready for it."""

TIMED = """
import contextlib, io, subprocess, time
def timed(work):
    started = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        work()
    return time.perf_counter() - started
shell = get_ipython()
def bare(line):
    subprocess.run(line.split(), capture_output=True)
"""
PAIRS = """
pairs = []
for _ in range({rounds}):
    bare({before!r})
    ours = timed(lambda: shell.system({line!r}))
    bare({before!r})
    pairs.append((ours, timed(lambda: bare({line!r}))))
"""
OPEN = "import course; lesson = course.open_lesson('autogenerate', 'en')"
SOLVED = """
import os, shutil, sqlite3
from pathlib import Path
here = Path.cwd()
for path in here.iterdir():
    shutil.rmtree(path) if path.is_dir() else path.unlink()
for name, text in {files!r}.items():
    path = here / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if name.endswith(".db.sql"):
        connection = sqlite3.connect(path.with_suffix(""))
        connection.executescript(text)
        connection.close()
    else:
        path.write_text(text, encoding="utf-8")
said = repr(lesson.check("add_sku"))
assert "Passed" in said, said
checks = [timed(lambda: lesson.check("add_sku")) for _ in range({rounds})]
"""


class Kernel:
    """A kernel of a checkout's own environment, in which code is run and values are asked for."""

    def __init__(self, checkout: Path, folder: Path) -> None:
        python = str(checkout / ".venv" / "bin" / "python")
        command = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec = folder / "kernels" / "measured"
        spec.mkdir(parents=True)
        described = {"argv": command, "display_name": "measured", "language": "python"}
        (spec / "kernel.json").write_text(json.dumps(described), encoding="utf-8")
        specs = KernelSpecManager(kernel_dirs=[str(spec.parent)])
        self.manager = KernelManager(kernel_spec_manager=specs, kernel_name="measured")
        environment = {**os.environ, "COURSE_WORKSPACE": str(folder / "workspace")}
        self.manager.start_kernel(cwd=str(folder), env=environment)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, code: str, value: str = "None") -> object:
        """Run code, then give the value of an expression. Raises RuntimeError when it raises."""
        expressions = {"value": value}
        reply = self.client.execute(code, user_expressions=expressions, reply=True, timeout=300)
        content = reply["content"]
        if content["status"] != "ok":
            raise RuntimeError(f"{content['ename']}: {content['evalue']}")
        return ast.literal_eval(content["user_expressions"]["value"]["data"]["text/plain"])

    def megabytes(self) -> float:
        """Give the memory of the kernel and its children that no other process shares."""
        process = psutil.Process(self.manager.provisioner.pid)
        family = [process, *process.children(recursive=True)]
        return sum(one.memory_full_info().uss for one in family) / 2**20


@contextmanager
def kernel(checkout: Path) -> Iterator[Kernel]:
    """Start a kernel of a checkout with an empty workspace, for one `with` block."""
    with tempfile.TemporaryDirectory() as scratch:
        made = Kernel(checkout, Path(scratch).resolve())
        try:
            yield made
        finally:
            made.client.stop_channels()
            made.manager.shutdown_kernel()


def solved_files() -> dict[str, str]:
    """Give the project with `add_sku` solved: the next lesson starts with it."""
    from course.lesson.start import start_files

    files = start_files(ROOT / "lessons" / "rollback")
    return {name: path.read_text(encoding="utf-8") for name, path in files.items()}


def opening(checkout: Path) -> dict[str, float]:
    """Give the seconds of `import course`, `open_lesson` and a check, and the memory after it."""
    with kernel(checkout) as running:
        running.run(TIMED)
        imported = running.run("took = timed(lambda: __import__('course'))", "took")
        code = f"OPEN = {OPEN!r}\ntook = timed(lambda: exec(OPEN, globals()))"
        opened = running.run(code, "took")
        code = SOLVED.format(files=solved_files(), rounds=ROUNDS)
        checks = running.run(code, "checks")
        return {
            "import course": float(str(imported)),
            "open_lesson": float(str(opened)),
            "lesson.check": statistics.median(checks),  # type: ignore[call-overload]
            "MB of kernel and children": running.megabytes(),
        }


def main() -> None:
    """Measure in fresh kernels and print."""
    with kernel(ROOT) as running:
        running.run(TIMED)
        running.run("import course; lesson = course.open_lesson('moving', 'en')")
        for line, before in COMMANDS:
            pairs = running.run(PAIRS.format(line=line, before=before, rounds=ROUNDS), "pairs")
            ratio = statistics.median(ours / theirs for ours, theirs in pairs)  # type: ignore[attr-defined]
            ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))  # type: ignore[call-overload]
            print(f"!{line}: {ours:.3f} s, a bare process {theirs:.3f} s, ratio {ratio:.3f}")
    checkouts = [ROOT, *map(Path, sys.argv[1:])]
    measured: dict[Path, list[dict[str, float]]] = {checkout: [] for checkout in checkouts}
    for _ in range(5):
        for checkout in checkouts:
            measured[checkout].append(opening(checkout))
    for name in measured[ROOT][0]:
        values = [statistics.median(one[name] for one in rounds) for rounds in measured.values()]
        ratios = "".join(
            f", other {value:.3f}, ratio {values[0] / value:.2f}" for value in values[1:]
        )
        print(f"{name}: {values[0]:.3f}{ratios}")


if __name__ == "__main__":
    main()
