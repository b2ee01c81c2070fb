"""Run several versions of the application at the same time, and send them requests in turn.

python rollout.py "old: rename 2 Junho" "new: show 2" "alembic: upgrade head"

Each version is a process of its own: `old` runs old_app.py, `new` runs new_app.py. All of them
start before the first request and run until the last.
"""

import subprocess
import sys
from subprocess import PIPE

PYTHON = [sys.executable, "-X", "utf8"]

steps = [step.split(": ", 1) for step in sys.argv[1:]]
running = {
    version: subprocess.Popen(
        [*PYTHON, f"{version}_app.py"], stdin=PIPE, stdout=PIPE, encoding="utf-8"
    )
    for version in dict.fromkeys(version for version, _ in steps if version != "alembic")
}
for version, request in steps:
    if version == "alembic":
        command = [*PYTHON, "-m", "alembic", *request.split()]
        answer = "ok" if subprocess.run(command).returncode == 0 else "failed"
    else:
        application = running[version]
        try:
            application.stdin.write(f"{request}\n")
            application.stdin.flush()
        except OSError:
            pass
        answer = application.stdout.readline().strip() or "(not running)"
    print(f"{version:<8} {request:<20} {answer}", flush=True)
for application in running.values():
    application.communicate()
