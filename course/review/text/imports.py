"""The modules of a project: its files, what they import, and which of them define tables."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from course.review.text.python_files import python_files
from course.review.text.source import Source, Sources, last_name
from course.review.text.table_definitions import table_definitions

DYNAMIC = (
    *("__import__", "import_module", "import_string", "iter_modules", "walk_packages"),
    *("spec_from_file_location", "run_path", "run_module"),
)


@dataclass(frozen=True)
class Import:
    """What one import binds: `name` of the module, None for the module itself, and as what."""

    module: str
    name: str | None
    known_as: str
    line: int

    @property
    def targets(self) -> tuple[str, ...]:
        """The modules that may hold what is imported, the likelier first."""
        return (f"{self.module}.{self.name}", self.module) if self.name else (self.module,)


class Modules:
    """The Python files of a project, and how its imports lead from one to another."""

    def __init__(self, sources: Sources, places: list[Path], scripts: Path) -> None:
        """Take the places on the import path and the folder of env.py."""
        self.sources = sources
        self.folder = sources.folder
        self.env = sources[scripts / "env.py"]
        beside = [self.folder, self.folder / "src", scripts.parent]
        self.places = list(dict.fromkeys([*places, *beside]))
        self._files_of_modules: dict[str, Path | None] = {}

    @cached_property
    def files(self) -> list[Source]:
        """The project's files, sorted; those of tests and of projects below it are left out."""
        return [self.sources[path] for path in python_files(self.folder)]

    def find(self, module: str) -> Path | None:
        """Give the file of a module of the project; None for one that is not the project's."""
        if module not in self._files_of_modules:
            self._files_of_modules[module] = self._find(module)
        return self._files_of_modules[module]

    def _find(self, module: str) -> Path | None:
        if not module:
            return None
        below = Path(*module.split("."))
        for place in self.places:
            for path in (place / below.with_suffix(".py"), place / below / "__init__.py"):
                if path.is_file():
                    return path.resolve()
        return None

    def imports(self, source: Source) -> Iterator[Import]:
        """Give what a file imports when it is imported itself."""
        for node in _imports(source.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    known_as = alias.asname or alias.name.partition(".")[0]
                    yield Import(alias.name, None, known_as, node.lineno)
            else:
                module = self._absolute(source, node)
                for alias in node.names:
                    known_as = alias.asname or alias.name
                    yield Import(module, alias.name, known_as, node.lineno)

    def _absolute(self, source: Source, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = source.path.parents[node.level - 1]
        for place in self.places:
            if package.is_relative_to(place.resolve()):
                parts = package.relative_to(place.resolve()).parts
                return ".".join([*parts, *filter(None, [node.module])])
        return node.module or ""

    def imported_files(self, source: Source) -> Iterator[Path]:
        """Give the project's files that run when the file is imported, its packages included."""
        for imported in self.imports(source):
            parts = imported.module.split(".") if imported.module else []
            names = [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
            if imported.name is not None:
                names.append(".".join([*parts, imported.name]))
            yield from filter(None, map(self.find, names))

    @cached_property
    def reached(self) -> dict[Path, Source]:
        """The files that env.py imports, and what these import, env.py itself included."""
        reached = {self.env.path: self.env}
        waiting = [self.env]
        while waiting:
            for path in self.imported_files(waiting.pop()):
                if path not in reached:
                    reached[path] = self.sources[path]
                    waiting.append(reached[path])
        return reached

    @cached_property
    def reached_packages(self) -> set[str]:
        """The top-level names of whatever these files import."""
        return {
            imported.module.partition(".")[0]
            for source in self.reached.values()
            for imported in self.imports(source)
        }

    @cached_property
    def imports_dynamically(self) -> bool:
        """Tell whether a file that env.py reaches imports by means that its text does not show."""
        return any(
            isinstance(node, ast.Call) and last_name(node.func) in DYNAMIC
            for source in self.reached.values()
            for node in ast.walk(source.tree)
        )

    def origin(self, source: Source, name: str) -> Path | str:
        """Give the file that binds a name which the file uses, or the module that is not ours."""
        seen = set()
        while source.path not in seen:
            seen.add(source.path)
            for imported in self.imports(source):
                if imported.known_as != name:
                    continue
                path = self.find(imported.targets[0]) if imported.name else None
                path = path or self.find(imported.module) or _beside(source, imported.module)
                if path is None:
                    return imported.module
                source, name = self.sources[path], imported.name or name
                break
            else:
                return source.path
        return source.path

    def gives_models(self, module: str, name: str | None) -> bool | None:
        """Tell whether importing the name from the module gives models; None: not a module of ours.

        A package gives those that its `__init__` imports.
        """
        if name is not None and (path := self.find(f"{module}.{name}")):
            return self._has_models(self.sources[path], None)
        path = self.find(module)
        if path is None:
            return None
        return self._has_models(self.sources[path], name)

    def _has_models(self, source: Source, name: str | None) -> bool:
        if table_definitions(source):
            return True
        if not source.parses:
            return False
        return any(
            path != source.path and bool(table_definitions(self.sources[path]))
            for imported in self.imports(source)
            if (name is None and source.path.name == "__init__.py")
            or imported.known_as == name
            or imported.name == "*"
            for path in filter(None, map(self.find, imported.targets))
        )


def _beside(source: Source, module: str) -> Path | None:
    """Give the file of a module that a script in the same folder imports."""
    path = source.path.parent / Path(*module.split(".")).with_suffix(".py")
    return path if module and path.is_file() else None


def _imports(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """Give the imports of a file that run; those for type checkers alone do not."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and last_name(node.test) == "TYPE_CHECKING":
            continue
        elif isinstance(node, ast.stmt | ast.ExceptHandler):
            yield from _imports(node)
