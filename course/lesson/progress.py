"""Which exercises the learner has passed: workspace/progress.json."""

import json
from pathlib import Path

from filelock import FileLock


def load(workspace: Path) -> dict[str, list[str]]:
    """Give the passed exercises by lesson; a file that cannot be read counts as none."""
    try:
        return json.loads((workspace / "progress.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def record(workspace: Path, slug: str, exercise: str) -> None:
    """Remember that an exercise was passed. Raises OSError when nothing can be written."""
    with _locked(workspace):
        passed = load(workspace)
        if exercise not in passed.setdefault(slug, []):
            passed[slug].append(exercise)
            _save(workspace, passed)


def forget(workspace: Path, slug: str) -> None:
    """Forget a lesson's passed exercises."""
    with _locked(workspace):
        passed = load(workspace)
        if passed.pop(slug, None):
            _save(workspace, passed)


def _locked(workspace: Path) -> FileLock:
    (workspace / ".locks").mkdir(parents=True, exist_ok=True)
    return FileLock(workspace / ".locks" / "progress.lock", timeout=10)


def _save(workspace: Path, passed: dict[str, list[str]]) -> None:
    new = workspace / "progress.json.new"
    new.write_text(json.dumps(passed, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    new.replace(workspace / "progress.json")
