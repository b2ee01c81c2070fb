"""Which exercises the learner has passed: workspace/progress.json."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from filelock import FileLock

NAME = "progress.json"


class Spoiled(ValueError):
    """A progress.json that is not what this module writes."""


def load(workspace: Path) -> dict[str, list[str]]:
    """Give the passed exercises by lesson; a file that cannot be read counts as none."""
    try:
        return _read(workspace)
    except (OSError, Spoiled):
        return {}


def record(workspace: Path, slug: str, exercise: str) -> Path | None:
    """Remember that an exercise was passed; give where a spoiled file was put aside, if one was.

    Raises OSError when nothing can be read or written.
    """
    with _locked(workspace):
        aside = _put_spoiled_aside(workspace)
        passed = _read(workspace)
        if exercise not in passed.setdefault(slug, []):
            passed[slug].append(exercise)
            _save(workspace, passed)
        return aside


def forget(workspace: Path, slug: str) -> Path | None:
    """Forget a lesson's passed exercises; give where a spoiled file was put aside, if one was.

    Raises OSError when nothing can be read or written.
    """
    with _locked(workspace):
        aside = _put_spoiled_aside(workspace)
        passed = _read(workspace)
        if passed.pop(slug, None):
            _save(workspace, passed)
        return aside


def put_spoiled_aside(workspace: Path) -> Path | None:
    """Move a file that cannot be understood aside; give its new place, None where there is none.

    Raises OSError when it cannot be moved.
    """
    if not (workspace / NAME).exists():
        return None
    with _locked(workspace):
        return _put_spoiled_aside(workspace)


def _put_spoiled_aside(workspace: Path) -> Path | None:
    try:
        _read(workspace)
    except Spoiled:
        stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S-%f")
        return (workspace / NAME).rename(workspace / f"{NAME}.spoiled-{stamp}")
    return None


def _read(workspace: Path) -> dict[str, list[str]]:
    """Read the file; one that is not there counts as empty. Raises OSError and Spoiled."""
    try:
        passed: Any = json.loads((workspace / NAME).read_bytes())
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError) as error:
        raise Spoiled(str(error)) from error
    if not isinstance(passed, dict) or not all(map(_is_list_of_names, passed.values())):
        raise Spoiled("not a list of exercises for each lesson")
    return passed


def _is_list_of_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _locked(workspace: Path) -> "FileLock":
    # Late: it takes as long to load as all else that `lab` does before it hands over.
    from filelock import FileLock

    (workspace / ".locks").mkdir(parents=True, exist_ok=True)
    return FileLock(workspace / ".locks" / "progress.lock", timeout=10)


def _save(workspace: Path, passed: dict[str, list[str]]) -> None:
    new = workspace / f"{NAME}.new"
    new.write_text(json.dumps(passed, indent=2) + "\n", encoding="utf-8")
    new.replace(workspace / NAME)
