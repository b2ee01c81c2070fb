"""Programs beside one another that are spoken to in turn, where there are no processes.

A script starts them with `subprocess.Popen`, writes a line to one, and reads its answer. Here each
answer is a run of its own: the program starts when its answer is read, finds what was written to
it, and ends. So it must keep nothing in mind from one request to the next, as those of the lesson
`expand_contract` don't. A program that is to say something before it is spoken to is refused.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from course.site.kernel import programs


class Talk:
    """Both ends of a conversation with a program: what is written, and what it answers."""

    def __init__(self, words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        """Take the program's words; it starts when somebody reads."""
        self._start = (words, folder, dict(environment))
        self._asked: list[str] = []
        self._answers: list[str] = []

    def write(self, text: str) -> int:
        """Take what is said to it."""
        self._asked.append(text)
        return len(text)

    def flush(self) -> None:
        """It is heard when it is to answer."""

    def close(self) -> None:
        """Say no more."""

    def readline(self) -> str:
        """Give its next line; "" when it ended without one. Raises NoProcesses."""
        if not (self._asked or self._answers):
            programs.refuse()
        if self._asked:
            said: list[str] = []
            text, self._asked = "".join(self._asked), []
            with programs.reading(text):
                programs.run_words(*self._start, said.append, sys.stderr.write)
            self._answers += "".join(said).splitlines(keepends=True)
        return self._answers.pop(0) if self._answers else ""


def take_over() -> None:
    """Have `subprocess.Popen` start conversations."""
    Popen: Any = subprocess.Popen  # noqa: N806
    Popen.__init__ = start
    Popen.communicate = lambda *_, **__: ("", "")
    Popen.kill = Popen.terminate = lambda *_: None
    Popen.poll = Popen.wait = lambda *_, **__: 0


def start(
    self: "subprocess.Popen[str]",
    args: str | Sequence[str],
    *,
    stdin: int | IO[Any] | None = None,
    stdout: int | IO[Any] | None = None,
    encoding: str | None = None,
    text: bool | None = None,
    cwd: str | os.PathLike[str] | None = None,
    env: Mapping[str, str] | None = None,
    **_: object,
) -> None:
    """Stand in for `Popen.__init__`. Raises NoProcesses where there is nothing to write or read."""
    is_spoken_to = stdin == stdout == subprocess.PIPE and (encoding or text)
    if isinstance(args, str) or not is_spoken_to:
        programs.refuse()
    talk: Any = Talk(
        [os.fspath(word) for word in args],
        Path(cwd or Path.cwd()),
        os.environ if env is None else env,
    )
    self.stdin = self.stdout = talk
    self.returncode = 0
