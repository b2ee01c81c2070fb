"""The rooms of course/: who may import whom, and that nobody imports in a circle."""

import ast
import graphlib
from pathlib import Path

from course.contents import ROOT

GROUND = "."
"""Modules at the top of course/."""

BELOW = {
    "running": set(),
    "project": {"running", "server"},
    "picture": {"project"},
    "panel": {"picture", "project", "running"},
    "playground": {"panel", "picture", "project", "running"},
    "review": {"project"},
    "desk": set(),
    "server": set(),
    "site": {"desk", "lesson", "panel", "project", "running", "server"},
    "lesson": {"desk", "playground", "panel", "picture", "project", "running", "server"},
    "author": {"lesson", "picture", "project", "review", "running", "server"},
    "command": {"author", "desk", "lesson", "playground", "review", "project", "server", "site"},
    "checks": {"lesson", "project", "review"},
    GROUND: set(),
}
"""What each room may import, beside itself and the ground."""

FRONT = {"start": {"command"}, "__main__": {"start"}, "__init__": {"lesson"}}
"""The front doors, and what they open."""


def modules(root: Path) -> dict[str, Path]:
    found = {}
    for path in (root / "course").rglob("*.py"):
        if "skeleton" in path.parts:
            continue
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        found[name] = path
    return found


def imported(name: str, path: Path, known: dict[str, Path]) -> set[str]:
    """The modules of the course that a module names: by imports, lazy ones too, and as text."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*parts, node.module or ""]) if node.level else node.module or ""
            found |= {f"{base}.{alias.name}" for alias in node.names}
            found |= {base} - {base for alias in node.names if f"{base}.{alias.name}" in known}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value.partition(":")[0])
    return {target for target in found if target in known} - {name, "course"}


def room(name: str) -> str:
    parts = name.split(".")
    if len(parts) == 1:
        return "__init__"
    return parts[1] if parts[1] in {*BELOW, *FRONT} else GROUND


def problems(root: Path) -> list[str]:
    known = modules(root)
    graph = {
        name: {target for target in imported(name, path, known) if (name, target) not in NAMED}
        for name, path in known.items()
    }
    found = []
    for name, targets in graph.items():
        here = room(name)
        allowed = {here, GROUND} | BELOW.get(here, set()) | FRONT.get(here, set())
        found += [f"{name} imports {one}" for one in sorted(targets) if room(one) not in allowed]
    try:
        tuple(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as error:
        found.append(f"a circle: {' -> '.join(error.args[1])}")
    return found


NAMED = {
    ("course.running.ways", "course.panel.look"),
    ("course.running.ways", "course.project.child"),
    ("course.site.kernel.programs", "course.command.bare"),
}
"""Named as text, to be loaded in another process, or as a program in its place."""


def test_arrows_run_downwards_and_in_no_circle():
    assert problems(ROOT) == []


def test_an_upward_arrow_and_a_circle_are_found(tmp_path):
    for name, text in {
        "__init__": "",
        "ground": "def late():\n    from course.project import things\n",
        "project/__init__": "",
        "project/things": "import course.project.others\n",
        "project/others": "from course.project import things\n",
    }.items():
        path = tmp_path / "course" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    said = problems(tmp_path)
    assert "course.ground imports course.project.things" in said
    assert any(line.startswith("a circle: ") for line in said)


def test_no_room_is_more_than_a_third_of_the_house():
    lines: dict[str, int] = {}
    for name, path in modules(ROOT).items():
        count = len(path.read_text(encoding="utf-8").splitlines())
        lines[room(name)] = lines.get(room(name), 0) + count
    assert max(lines.values()) < sum(lines.values()) / 3
