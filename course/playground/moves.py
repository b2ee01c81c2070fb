"""From a click to the command line that a terminal would need."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from course.playground.problem import PlayError
from course.project.revision import BASE, Revision, heads

Message = Mapping[str, object]


@dataclass(frozen=True)
class Place:
    """Where the database stands in the history."""

    revisions: Sequence[Revision]
    versions: tuple[str, ...]

    @cached_property
    def by_id(self) -> dict[str, Revision]:
        """The revisions by their ids."""
        return {revision.id: revision for revision in self.revisions}

    @cached_property
    def heads(self) -> list[str]:
        """The ids of the heads."""
        return [revision.id for revision in heads(self.revisions)]

    @cached_property
    def applied(self) -> set[str]:
        """The ids that the database has passed."""
        owners = {label: each.id for each in self.revisions for label in each.labels}
        passed: set[str] = set()
        waiting = list(self.versions)
        while waiting:
            name = waiting.pop()
            if name not in passed:
                passed.add(name)
                if name in self.by_id:
                    revision = self.by_id[name]
                    waiting += revision.parents
                    waiting += [owners.get(needed, needed) for needed in revision.depends_on]
        return passed

    def is_at(self, revision: str) -> bool:
        """Tell whether the database stands at a revision, or at base."""
        return revision in self.versions or (revision == BASE and not self.versions)

    @cached_property
    def missing(self) -> list[str]:
        """The parents that no file has."""
        named = {parent for revision in self.revisions for parent in revision.parents}
        return sorted(named - self.by_id.keys())

    @cached_property
    def ghosts(self) -> list[str]:
        """The versions that no file has."""
        return [version for version in self.versions if version not in self.by_id]


def command_line(message: Message, place: Place) -> str:
    """Give the command line for a click. Raises PlayError when there is none."""
    act = str(message.get("act", ""))
    if act not in MOVES:
        raise PlayError("no_move", name=act)
    return MOVES[act](message, place)


def _all_up(_message: Message, place: Place) -> str:
    return f"alembic upgrade {'heads' if len(place.heads) > 1 else 'head'}"


def _one_up(_message: Message, _place: Place) -> str:
    return "alembic upgrade +1"


def _one_down(_message: Message, _place: Place) -> str:
    return "alembic downgrade -1"


def _all_down(_message: Message, _place: Place) -> str:
    return "alembic downgrade base"


def _merge(_message: Message, _place: Place) -> str:
    return 'alembic merge heads -m "merge heads"'


def _go(message: Message, place: Place) -> str:
    revision = _revision(message)
    if place.is_at(revision):
        raise PlayError("here_already", revision=revision)
    down = revision == BASE or revision in place.applied
    return f"alembic {'downgrade' if down else 'upgrade'} {shlex.quote(revision)}"


def _stamp(message: Message, place: Place) -> str:
    # Alembic does not find the way from a version without a file; `--purge` does not look for it.
    purge = "--purge " if place.ghosts else ""
    return f"alembic stamp {purge}{shlex.quote(_revision(message))}"


def _new(message: Message, _place: Place) -> str:
    made = "--autogenerate " if message.get("autogenerate") else ""
    return f"alembic revision {made}-m {_words(message)}"


def _branch(message: Message, place: Place) -> str:
    revision = _revision(message)
    splice = "" if revision in place.heads else "--splice "
    return f"alembic revision --head {shlex.quote(revision)} {splice}-m {_words(message)}"


MOVES: dict[str, Callable[[Message, Place], str]] = {
    "all_up": _all_up,
    "one_up": _one_up,
    "one_down": _one_down,
    "all_down": _all_down,
    "merge": _merge,
    "go": _go,
    "stamp": _stamp,
    "new": _new,
    "branch": _branch,
}


def _revision(message: Message) -> str:
    revision = message.get("revision")
    if not isinstance(revision, str) or not revision:
        raise PlayError("no_selection")
    return revision


def _words(message: Message) -> str:
    """Give what was typed as a revision's message, on one line and quoted for a shell."""
    words = " ".join(str(message.get("message", "")).split())
    if not words:
        raise PlayError("no_message")
    return shlex.quote(words) if any(sign in words for sign in '"$`\\!') else f'"{words}"'
