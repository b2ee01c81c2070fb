"""Roll out new versions of the application, step by step, while three users go on using it.

python rollout.py release.txt

A step is a line: `start v2` starts app_v2.py beside the versions that run, `stop v1` takes
version 1 out, `migrate REVISION` is `alembic upgrade REVISION`, `run FILE` is `python FILE`. The
rollout stops at a step that fails. All that was started ends with this program. What the users
saw is printed at the end, and is in report.txt.
"""

import subprocess
import sys
import time
from pathlib import Path
from subprocess import DEVNULL, PIPE
from threading import Condition, Thread

import httpx

ROUNDS = 3
PAUSE = 0.04
PYTHON = [sys.executable, "-X", "utf8"]


class Shop:
    """The versions that run now, and what the users saw."""

    def __init__(self) -> None:
        self.changed = Condition()
        self.running: dict[str, tuple[subprocess.Popen, str]] = {}
        self.step = 0
        self.rounds = {1: 0, 2: 0, 3: 0}
        self.failed: set[str] = set()
        self.lost: set[str] = set()
        self.open = True

    def start(self, version: str) -> bool:
        process = subprocess.Popen(
            [*PYTHON, f"app_{version}.py"], stdin=PIPE, stdout=PIPE, encoding="utf-8"
        )
        port = process.stdout.readline().strip()
        if port:
            with self.changed:
                self.running[version] = (process, f"http://127.0.0.1:{port}/orders")
                self.step += 1
        return bool(port)

    def stop(self, version: str) -> bool:
        with self.changed:
            process, _ = self.running.pop(version, (None, ""))
        self.wait_for_rounds()
        if process:
            end(process)
        return process is not None

    def migrate(self, revision: str) -> bool:
        return self.run("-m", "alembic", "upgrade", revision)

    def run(self, *words: str) -> bool:
        succeeded = subprocess.run([*PYTHON, *words], stdin=DEVNULL).returncode == 0
        with self.changed:
            self.step += 1
        return succeeded

    def wait_for_rounds(self) -> None:
        """Wait until every user has used the shop some times from now on."""
        if self.step == 0:
            return
        with self.changed:
            goals = {user: done + ROUNDS + 1 for user, done in self.rounds.items()}
            self.changed.wait_for(lambda: all(self.rounds[user] >= goals[user] for user in goals))


class User:
    """One who changes an order through one version after another, and looks at it in each."""

    def __init__(self, shop: Shop, number: int) -> None:
        self.shop = shop
        self.number = number
        self.client = httpx.Client(timeout=60, trust_env=False)
        self.expected: str | None = None
        self.first: str | None = None
        self.wrote_at = 0

    def use(self) -> None:
        done = 0
        while self.shop.open:
            time.sleep(PAUSE)
            with self.shop.changed:
                step, running = self.shop.step, dict(self.shop.running)
            if running:
                self.round(done, step, running)
            elif step:
                self.shop.failed.add("nobody answers")
            done += 1 if step else 0
            with self.shop.changed:
                self.shop.rounds[self.number] = done
                self.shop.changed.notify_all()
        if self.first and running:
            self.ask("PUT", *list(running.items())[-1], self.first)

    def round(self, done: int, step: int, running: dict) -> None:
        """Look, write, and look again; user 3 writes seldom, and through the oldest version."""
        self.look(running)
        seldom = self.number == 3
        if seldom and step == self.wrote_at:
            return
        self.wrote_at = step
        version = list(running)[0 if seldom else done % len(running)]
        value = f"changed {done}"
        answer = self.ask("PUT", version, running[version], value)
        self.expected = value if answer is not None else None
        self.look(running)

    def look(self, running: dict) -> None:
        for version, instance in running.items():
            seen = self.ask("GET", version, instance)
            self.first = self.first or seen
            if None not in (seen, self.expected) and seen != self.expected:
                self.shop.lost.add(f"{version} does not show what was written")

    def ask(self, method: str, version: str, instance: tuple, value: str | None = None):
        try:
            answer = self.client.request(method, f"{instance[1]}/{self.number}", content=value)
        except httpx.HTTPError as error:
            self.shop.failed.add(f"{version}: {type(error).__name__}")
            return None
        if answer.status_code == 200:
            return answer.text
        self.shop.failed.add(f"{version}: {answer.status_code} {answer.text}")
        return None


def end(process: subprocess.Popen) -> None:
    process.kill()
    process.communicate()


def roll_out(shop: Shop, lines: list[str]) -> bool:
    for line in lines:
        kind, _, name = line.partition(" ")
        steps = {"start": shop.start, "stop": shop.stop, "migrate": shop.migrate, "run": shop.run}
        went_well = kind in steps and steps[kind](name.strip())
        print(f"{line:<24} {'ok' if went_well else 'failed'}", flush=True)
        shop.wait_for_rounds()
        if not went_well:
            print("the rollout stops here", flush=True)
            return False
    return True


def told(words: str, reasons: set[str]) -> list[str]:
    return [f"{words}: {'some' if reasons else 0}", *(f"  {reason}" for reason in sorted(reasons))]


def main(file: str) -> int:
    steps = [line.strip() for line in Path(file).read_text(encoding="utf-8").splitlines()]
    lines = [line for line in steps if line and not line.startswith("#")]
    shop = Shop()
    users = [Thread(target=User(shop, number).use, daemon=True) for number in shop.rounds]
    try:
        for user in users:
            user.start()
        went_well = roll_out(shop, lines)
        shop.open = False
        for user in users:
            user.join()
    finally:
        for process, _ in shop.running.values():
            end(process)
    report = [
        f"running: {', '.join(shop.running) or 'nothing'}",
        *told("failed requests", shop.failed),
        *told("lost updates", shop.lost),
    ]
    print("\n".join(report))
    Path("report.txt").write_text("\n".join(report) + "\n", encoding="utf-8")
    return 0 if went_well else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
