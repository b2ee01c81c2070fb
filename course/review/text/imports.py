"""The modules of a project: its files, what they import, and which of them define tables."""

import ast
import os
import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from course.review.text.source import (
    Function,
    Source,
    Sources,
    keyword,
    last_name,
    root_name,
    string,
)

NOT_OURS = ("__pycache__", "node_modules", "site-packages", "venv")
TESTS = ("test", "tests", "testing")
DYNAMIC = (
    *("__import__", "import_module", "import_string", "iter_modules", "walk_packages"),
    *("spec_from_file_location", "run_path", "run_module"),
)
TABLE_SIGNS = (b"__tablename__", b"__table__", b"Table(", b"table=True", b"db.Model")


class Modules:
    """The Python files of a project, and how its imports lead from one to another."""

    def __init__(self, sources: Sources, places: list[Path], scripts: Path) -> None:
        """Take the places on the import path and the folder of env.py."""
        self.sources = sources
        self.folder = sources.folder
        self.env = sources[scripts / "env.py"]
        beside = [self.folder, self.folder / "src", scripts.parent]
        self._found: dict[str, Path | None] = {}
        self.places = list(dict.fromkeys([*places, *beside]))

    @cached_property
    def files(self) -> list[Source]:
        """The project's files, sorted; those of tests and of projects below it are left out."""
        return [self.sources[path] for path in sorted(_python_files(self.folder))]

    def find(self, module: str) -> Path | None:
        """Give the file of a module of the project; None for one that is not the project's."""
        if module not in self._found:
            self._found[module] = self._find(module)
        return self._found[module]

    def _find(self, module: str) -> Path | None:
        below = Path(*module.split("."))
        for place in self.places:
            for path in (place / below.with_suffix(".py"), place / below / "__init__.py"):
                if path.is_file():
                    return path.resolve()
        return None

    def imports(self, source: Source) -> Iterator[tuple[str, str | None, str, int]]:
        """Give module, imported name (None: the module), the name it is known by, and the line."""
        for node in _imports(source.tree):
            if isinstance(node, ast.Import):
                for one in node.names:
                    yield one.name, None, one.asname or one.name.partition(".")[0], node.lineno
            else:
                module = self._absolute(source, node)
                for one in node.names:
                    yield module, one.name, one.asname or one.name, node.lineno

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
        for module, name, _, _ in self.imports(source):
            parts = module.split(".") if module else []
            names = [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
            if name is not None:
                names.append(".".join([*parts, name]))
            yield from filter(None, map(self.find, names))

    @cached_property
    def reached(self) -> dict[Path, Source]:
        """The files that env.py imports, and what these import, env.py itself included."""
        found = {self.env.path: self.env}
        waiting = [self.env]
        while waiting:
            for path in self.imported_files(waiting.pop()):
                if path not in found:
                    found[path] = self.sources[path]
                    waiting.append(found[path])
        return found

    @cached_property
    def imports_dynamically(self) -> bool:
        """Tell whether a file that env.py reaches imports by means that its text does not show."""
        return any(
            isinstance(node, ast.Call) and last_name(node.func) in DYNAMIC
            for source in self.reached.values()
            for node in ast.walk(source.tree)
        )

    def tables(self, source: Source) -> list[ast.stmt]:
        """Give the statements of a file that define a table: models, and `Table(…)`."""
        if not any(sign in source.content for sign in TABLE_SIGNS) or not source.parses:
            return []
        return [one for one in _statements(source.tree.body) if defines_table(one)]

    def origin(self, source: Source, name: str) -> Path | str:
        """Give the file that binds a name which the file uses, or the module that is not ours."""
        seen = set()
        while source.path not in seen:
            seen.add(source.path)
            for module, imported, known_as, _ in self.imports(source):
                if known_as != name:
                    continue
                path = self.find(f"{module}.{imported}") if imported else None
                path = path or self.find(module) or _beside(source, module)
                if path is None:
                    return module
                source, name = self.sources[path], imported or name
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
        if self.tables(source):
            return True
        if not source.parses:
            return False
        wanted = [
            (module, imported)
            for module, imported, known_as, _ in self.imports(source)
            if (name is None and source.path.name == "__init__.py")
            or known_as == name
            or imported == "*"
        ]
        return any(
            path != source.path and bool(self.tables(self.sources[path]))
            for module, imported in wanted
            for path in filter(None, [self.find(f"{module}.{imported}"), self.find(module)])
        )


def defines_table(node: ast.stmt) -> bool:
    """Tell whether a statement defines a table, as a model or by `Table(…)`."""
    if isinstance(node, ast.ClassDef):
        if any(one.arg == "table" and one.value for one in node.keywords):
            return True
        if any(ast.unparse(base) == "db.Model" for base in node.bases):
            return True
        bound = {
            target.id
            for one in node.body
            if isinstance(one, ast.Assign | ast.AnnAssign) and one.value is not None
            for target in (one.targets if isinstance(one, ast.Assign) else [one.target])
            if isinstance(target, ast.Name)
        }
        return bool(bound & {"__tablename__", "__table__"})
    value = getattr(node, "value", None)
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr) and isinstance(value, ast.Call):
        named = value.args and string(value.args[0]) is not None
        return last_name(value.func) == "Table" and bool(named) and len(value.args) > 1
    return False


def metadata_names(node: ast.stmt) -> list[str]:
    """Give the names that lead from a table to its metadata: the bases, or Table's metadata."""
    if isinstance(node, ast.ClassDef):
        return [name for name in map(root_name, node.bases) if name]
    call = node.value
    metadata = keyword(call, "metadata") or call.args[1]
    return [root_name(metadata)]


def _beside(source: Source, module: str) -> Path | None:
    """Give the file of a module that a script in the same folder imports."""
    path = source.path.parent / Path(*module.split(".")).with_suffix(".py")
    return path if module and path.is_file() else None


def is_test(path: Path) -> bool:
    """Tell whether a file's own name says that it is for tests."""
    return path.name.startswith(("test_", "conftest.")) or path.stem.endswith("_test")


def _python_files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if _is_ours(Path(parent, name))]
        for name in names:
            if name.endswith(".py") and not is_test(Path(name)):
                yield Path(parent, name)


def _is_ours(folder: Path) -> bool:
    name = folder.name
    if name.startswith(".") or name in NOT_OURS or name in TESTS:
        return False
    if (folder / "pyvenv.cfg").is_file() or (folder / "alembic.ini").is_file():
        return False
    return not _has_alembic_table(folder / "pyproject.toml")


def _has_alembic_table(file: Path) -> bool:
    if not file.is_file():
        return False
    try:
        return "alembic" in tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return False


def _imports(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """Give the imports of a file that run; those for type checkers alone do not."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and last_name(node.test) == "TYPE_CHECKING":
            continue
        elif isinstance(node, ast.stmt | ast.ExceptHandler):
            yield from _imports(node)


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for one in body:
        yield one
        if not isinstance(one, Function):
            for below in ("body", "orelse"):
                inner = getattr(one, below, None)
                if isinstance(inner, list) and not isinstance(one, ast.ClassDef):
                    yield from _statements(inner)
