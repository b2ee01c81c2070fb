"""Run commands at the same moment, as replicas do that start together.

python together.py "alembic upgrade head" "alembic upgrade head" "python ready.py"

Each is a process of its own. All are loaded first, and begin at once. Prints how each ended, the
ones that went well first. What takes longer than SECONDS is ended.
"""

import os
import runpy
import subprocess
import sys
import time
from subprocess import PIPE, STDOUT

SECONDS = float(os.environ.get("TOGETHER_SECONDS", "60"))


def replica(words: list[str]) -> None:
    """Be one of them: load what takes long, wait for the word, and begin."""
    import psycopg  # noqa: F401
    import sqlalchemy.dialects.postgresql  # noqa: F401
    from alembic.config import main

    print("ready", flush=True)
    if not sys.stdin.readline():
        sys.exit("nobody waits for this")
    try:
        if words[0] == "alembic":
            main(words[1:], prog="alembic")
        else:
            sys.argv = words[1:]
            sys.path[0] = os.getcwd()
            runpy.run_path(words[1], run_name="__main__")
    except Exception as error:
        sys.exit(str(error).splitlines()[0])


def ended(process: subprocess.Popen, at_the_latest: float) -> str:
    """Say how one ended."""
    try:
        said, _ = process.communicate(timeout=max(0.1, at_the_latest - time.monotonic()))
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return "failed: it did not end"
    lines = [line for line in said.splitlines() if line.strip()]
    return "ok" if process.returncode == 0 else f"failed: {lines[-1] if lines else 'no word'}"


def main(commands: list[str]) -> int:
    python = [sys.executable, "-X", "utf8", __file__, "--replica"]
    started = [
        subprocess.Popen(
            [*python, *command.split()], stdin=PIPE, stdout=PIPE, stderr=STDOUT, encoding="utf-8"
        )
        for command in commands
    ]
    try:
        for process in started:
            process.stdout.readline()
        for process in started:
            process.stdin.write("go\n")
            process.stdin.flush()
        at_the_latest = time.monotonic() + SECONDS
        endings = [ended(process, at_the_latest) for process in started]
    finally:
        for process in started:
            process.kill()
    print("\n".join(sorted(endings, key=lambda ending: (ending != "ok", ending))))
    return int(any(ending != "ok" for ending in endings))


if __name__ == "__main__":
    if sys.argv[1] == "--replica":
        replica(sys.argv[2:])
    else:
        sys.exit(main(sys.argv[1:]))
