"""Which shell lines are a plain `alembic` command, and the words of one."""

import re
import shlex

QUOTED = re.compile(r"\"[^\"$`\\!]*\"|'[^']*'")
PLAIN = re.compile(r"[\w\s./:=,+@^%-]*")
"""What no shell reads in a way of its own, outside of quotes."""


def alembic_words(line: str) -> list[str] | None:
    """Give the words behind `alembic`; None for a line that is not that command and no more."""
    bare = QUOTED.sub("", line)
    if "\n" in line.strip() or not PLAIN.fullmatch(bare):
        return None
    words = shlex.split(line)
    return words[1:] if words[:1] == ["alembic"] else None
