"""What a notebook's outputs depend on, by name, each with a hash.

That is: its code; the lesson's number and title, which the first cell prints; its start; its
checks and messages; the modules of `course` that its kernel reaches, and what they say in the
notebook's language; the packages that it names. Prose is not in it, and neither is another lesson.
A notebook is executed again when one of them changes, and a build can say which.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from course.author.notebook import Notebook, bytes_hash, code_cells, text_hash
from course.author.reach import Sources, reach, table_hash
from course.contents import Course, LessonEntry
from course.lesson.start import start_files

Inputs = dict[str, str]

EVERY = "every"
"""The key of the inputs that notebooks of every language share."""

WRITTEN = (
    *("lesson.md", "answers.md", "messages.toml", "teaching.toml"),
    *("agreed.json", "built.json", "start.toml"),
)
IMPORTED_AS = {"ipython-sql": "sql"}


def inputs(
    course: Course,
    entry: LessonEntry,
    notebooks: Iterable[Notebook],
    sources: Sources | None = None,
) -> dict[str, Inputs]:
    """Give the inputs of a lesson's notebooks, those that all share and those of each language.

    `sources` are the modules of the course, where they were read before.
    """
    sources = sources or Sources(course.root)
    cells = [cell["source"] for made in notebooks for cell in code_cells(made)]
    named = words(cells)
    checks = entry.folder / "checks.py"
    starts = [course.root / "course" / "__init__.py", *plugins(course.root)]
    if ran := commands(course.root, cells):
        starts += ran
        # A command may look for modules that no text names, as `review` does for its rules.
        named |= {path.stem for path in (course.root / "course").rglob("*.py")}
    reached = reach(sources, [*starts, checks], named)
    files = start_files(entry.folder)
    texts = [path.read_text(encoding="utf-8") for path in (*files.values(), checks)]
    shared = {
        "place": text_hash(entry.stem),
        "start": text_hash(repr([(name, bytes_hash(files[name].read_bytes())) for name in files])),
        "checks": text_hash(repr([sources.module(checks).digest, *_others(entry.folder)])),
        **{
            _name(course, path): sources.module(path).digest for path in (*starts, *reached.modules)
        },
        **packages(course.root, named | words(texts)),
    }
    spoken = {
        lang: {
            "title": text_hash(entry.title[lang]),
            "messages": table_hash(entry.folder / "messages.toml", lang),
            **{_name(course, path): table_hash(path, lang) for path in reached.tables},
        }
        for lang in course.languages
    }
    return {EVERY: dict(sorted(shared.items())), **spoken}


def changed(before: dict[str, Inputs], now: dict[str, Inputs], lang: str) -> list[str]:
    """Name the inputs of a language's notebooks that are not what they were, and new and old."""
    names = []
    for kind in (EVERY, lang):
        old, new = before.get(kind, {}), now[kind]
        names += [
            name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)
        ]
    return names


def code_hash(made: Notebook, solved: Notebook, meant_to_fail: Iterable[str]) -> str:
    """Give a hash of a notebook's code, and of which cells are meant to fail.

    `lesson.solution` and `lesson.go_on` print cells of the solved notebook: who calls one of them
    depends on these.
    """
    shown = [(cell["id"], cell["source"]) for cell in code_cells(made)]
    if any(call in source for _, source in shown for call in (".solution(", ".go_on(")):
        shown += [(cell["id"], cell["source"]) for cell in code_cells(solved)]
    return text_hash(repr([shown, sorted(meant_to_fail)]))


def words(texts: Iterable[str]) -> set[str]:
    """Give every name that stands in the texts."""
    return {word for text in texts for word in re.findall(r"[A-Za-z_]\w*", text)}


def commands(root: Path, cells: Iterable[str]) -> list[Path]:
    """Give the modules of the course's own commands that cells run, as `python -m course NAME`."""
    names = {name for source in cells for name in re.findall(r"-m course (\w+)", source)}
    files = [root / "course" / "command" / f"{name}.py" for name in sorted(names)]
    return [file for file in files if file.is_file()]


def _others(folder: Path) -> list[str]:
    """Give the hashes of the files of a lesson's folder that nothing else accounts for."""
    files = [path for path in sorted(folder.iterdir()) if path.is_file()]
    kept = [path for path in files if path.name not in WRITTEN and path.name != "checks.py"]
    return [f"{path.name} {bytes_hash(path.read_bytes())}" for path in kept]


def _name(course: Course, path: Path) -> str:
    return path.relative_to(course.root).as_posix()


def plugins(root: Path) -> tuple[Path, ...]:
    """Give the modules of `course` that other packages load by themselves (entry points)."""
    modules = _entry_points((root / "pyproject.toml").read_text(encoding="utf-8"))
    paths = [root.joinpath(*name.split(".")).with_suffix(".py") for name in sorted(modules)]
    return tuple(path for path in paths if path.is_file())


@cache
def _entry_points(text: str) -> frozenset[str]:
    points = tomllib.loads(text)["project"].get("entry-points", {}).values()
    return frozenset(value.partition(":")[0] for group in points for value in group.values())


def packages(root: Path, named: set[str]) -> Inputs:
    """Give the locked versions of the packages that the names speak of.

    Of what requirements.in chooses, those that are named, and what each of them asks for itself.
    """
    chosen = {name for name in requirements(root) if IMPORTED_AS.get(name, _module(name)) in named}
    return {
        f"package {name}": version
        for name, (version, via) in locked(root).items()
        if name in chosen or via & chosen
    }


def _module(package: str) -> str:
    return package.replace("-", "_")


def requirements(root: Path) -> tuple[str, ...]:
    """Give the names of the packages that requirements.in chooses."""
    lines = (root / "requirements.in").read_text(encoding="utf-8").splitlines()
    found = [re.match(r"[A-Za-z0-9][\w.-]*", line) for line in lines]
    return tuple(name[0].lower() for name in found if name)


def locked(root: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """Give each package of requirements.txt: its version, and the packages that ask for it."""
    return _locked((root / "requirements.txt").read_text(encoding="utf-8"))


@cache
def _locked(text: str) -> dict[str, tuple[str, frozenset[str]]]:
    found: dict[str, tuple[str, set[str]]] = {}
    via: set[str] = set()
    for line in text.splitlines():
        package = re.match(r"([A-Za-z0-9][\w.-]*)(?:\[[^]]*\])?==([^\s;]+)", line)
        if package:
            via = set()
            found[package[1].lower()] = (package[2], via)
        elif line.lstrip().startswith("#"):
            via.update(line.replace("# via", "").strip(" #").split())
    return {name: (version, frozenset(asking)) for name, (version, asking) in found.items()}
