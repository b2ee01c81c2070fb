"""The modules of `course` that a program really imports, found from their import statements.

Nothing is imported for it: the statements are read. An import inside a function counts where the
function's name stands somewhere in what was reached already, in the code of the lesson's cells
too, so that a lesson without `lesson.schema()` does not depend on the drawing of schemas; and of
a module that hands on what it imports (`__all__`), the imports of names that are used. Besides
import statements, a string that names a module (`"course.project.child"`, or with a function,
`"course.project.child:answer"`) is an import, and of the modules that another one looks for in its
folder (`pkgutil`) those count whose name stands in what was reached, as that of a rule does. What
is shown beside a notebook (`BESIDE`) puts nothing in it, and is not followed. TOML files are
reached by the modules beside them that name them, or that have their name.
"""

import ast
import json
import os
import re
import tomllib
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from course.author.notebook import bytes_hash, text_hash, write_text
from course.phrases import FALLBACK, is_phrase, with_fallback

PACKAGE = "course"
BESIDE = tuple(
    f"{PACKAGE}.{name}" for name in ("desk", "panel", "playground", "lesson.live", "lesson.play")
)
"""Rooms and modules on which no output depends: what they show stands beside a notebook."""
NAMED = re.compile(rf"{PACKAGE}(?:\.\w+)+(?::\w+)?")
FINDERS = ("iter_modules", "walk_packages", "import_module", "entry_points")
Names = tuple[str, ...]

KEPT = Path(__file__).parent / "__pycache__" / "reach.json"


@dataclass(frozen=True)
class Import:
    """One import as it is written: what it names, and the names without which it has no effect."""

    name: str
    needs: Names = ()


@dataclass
class Module:
    """A module as it is written: a hash of what runs, what it imports, the names it uses where.

    `strings` are those that may name a table beside it.
    """

    path: Path
    digest: str = ""
    imports: list[Import] = field(default_factory=list)
    names: dict[Names, set[str]] = field(default_factory=dict)
    strings: set[str] = field(default_factory=set)

    @cached_property
    def tables(self) -> list[Path]:
        """The TOML files that it names and that stand beside it."""
        names = self.strings - {".toml"}
        if ".toml" in self.strings:
            names.add(f"{self.path.stem}.toml")
        files = [self.path.with_name(name) for name in sorted(names) if "/" not in name]
        return [file for file in files if file.is_file()]

    @cached_property
    def looks_for_modules(self) -> bool:
        """Whether it finds modules while it runs, so that no statement names them."""
        return any(not names.isdisjoint(FINDERS) for names in self.names.values())


@dataclass(frozen=True)
class Reach:
    """What a program reaches: modules of the package by path, and their tables."""

    modules: dict[Path, Module]
    tables: tuple[Path, ...]


class Sources:
    """The modules below `root/course` as they stand: each is read and looked for once.

    What was read of a module is kept from run to run beside Python's own caches, by its content;
    where nothing can be kept, modules are read each time.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files = cache(self._files)
        self.module = cache(self._module)
        self._kept = _load(KEPT)
        self._read: dict[str, Any] = {}

    def _module(self, path: Path) -> Module:
        content = path.read_bytes()
        key = f"{path.relative_to(self.root).as_posix()} {bytes_hash(content)}"
        if key in self._kept:
            digest, imports, names, strings = self._kept[key]
            used = {tuple(needs): set(words) for needs, words in names}
            made = [Import(name, tuple(needs)) for name, needs in imports]
            return Module(path, digest, made, used, set(strings))
        module = read_module(path)
        self._read[key] = [
            module.digest,
            [[statement.name, statement.needs] for statement in module.imports],
            [[needs, sorted(words)] for needs, words in module.names.items()],
            sorted(module.strings),
        ]
        return module

    def keep(self) -> None:
        """Write what was read of modules anew; what cannot be written is read again next time."""
        if self._read:
            again = {key.partition(" ")[0] for key in self._read}
            others = {
                key: kept for key, kept in self._kept.items() if key.partition(" ")[0] not in again
            }
            with suppress(OSError):
                write_text(json.dumps([_reader(), others | self._read]), KEPT)

    def _files(self, name: str) -> list[Path]:
        """Give the files that Python runs to import a name, those of the packages above first."""
        place = str(self.root)
        files = []
        for part in name.split("."):
            place = os.path.join(place, part)  # noqa: PTH118 - thousands: pathlib is too slow
            for file in (os.path.join(place, "__init__.py"), f"{place}.py"):  # noqa: PTH118
                if os.path.isfile(file):  # noqa: PTH113
                    files.append(Path(file))
                    break
        return files


def _load(path: Path) -> dict[str, Any]:
    """Give what was kept, if this very module kept it."""
    try:
        reader, kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return {}
    return dict(kept) if reader == _reader() else {}


def _reader() -> str:
    return bytes_hash(Path(__file__).read_bytes())


def read_module(path: Path) -> Module:
    """Read a module's imports, names and strings. Raises SyntaxError."""
    return _read_module(path, path.read_bytes())


@cache
def _read_module(path: Path, content: bytes) -> Module:
    module = Module(path)
    reader = _Reader(module)
    reader.read_module(ast.parse(content, filename=str(path)))
    module.digest = text_hash("".join(reader.shape))
    return module


class _Reader:
    """Reads a tree once: what it names, and its shape without comments, docstrings and places.

    The shape is that of `ast.dump`, but the same for every version of Python: versions add fields
    that are empty where a program does not use them, and these are left out.
    """

    def __init__(self, module: Module) -> None:
        self.module = module
        self.shape: list[str] = []
        self.hands_on = False

    def read_module(self, tree: ast.Module) -> None:
        self.hands_on = any(map(_is_export, tree.body))
        self.read(tree.body, ())

    def read(self, node: object, inside: Names) -> None:
        if isinstance(node, ast.AST):
            self.read_node(node, inside)
        elif isinstance(node, list):
            self.shape.append("[")
            for part in node:
                if not _is_text(part):
                    self.read(part, inside)
            self.shape.append("]")
        else:
            self.shape.append(repr(node))

    def read_node(self, node: ast.AST, inside: Names) -> None:
        if isinstance(node, ast.If) and _only_for_types(node):
            self.read(node.orelse, inside)
            return
        if _is_export(node):
            return
        self.note(node, inside)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[-1] != "_":
            # Python itself calls `_repr_html_`.
            inside = (*inside, node.name)
        self.shape.append(type(node).__name__)
        for name in node._fields:
            value = getattr(node, name, None)
            if value is not None and value != [] and name != "ctx":
                self.shape.append(name)
                self.read(value, inside)
        self.shape.append(";")

    def note(self, node: ast.AST, inside: Names) -> None:
        match node:
            case ast.Name():
                self.use(node.id, inside)
            case ast.Attribute():
                self.use(node.attr, inside)
            case ast.Constant(value=str(text)):
                self.note_text(text, inside)
            case ast.Import():
                self.add([alias.name for alias in node.names], inside)
            case ast.ImportFrom():
                self.note_import_from(node, inside)

    def note_import_from(self, node: ast.ImportFrom, inside: Names) -> None:
        base = self.absolute(node)
        for alias in node.names:
            needs = (*inside, alias.name) if self.hands_on else inside
            self.add([base, f"{base}.{alias.name}"], needs)
            if not self.hands_on:
                self.use(alias.name, inside)

    def note_text(self, text: str, inside: Names) -> None:
        if text.endswith(".toml"):
            self.module.strings.add(text)
        if text.isidentifier():
            self.use(text, inside)
        elif NAMED.fullmatch(text):
            name, _, function = text.partition(":")
            self.add([name], inside)
            self.use(function, inside)

    def use(self, name: str, inside: Names) -> None:
        self.module.names.setdefault(inside, set()).add(name)

    def add(self, names: list[str], needs: Names) -> None:
        for name in names:
            if name.partition(".")[0] == PACKAGE:
                self.module.imports.append(Import(name, needs))

    def absolute(self, node: ast.ImportFrom) -> str:
        if node.level == 0:
            return node.module or ""
        above = self.module.path.parts[: -node.level]
        if PACKAGE not in above:
            return ""
        start = len(above) - 1 - above[::-1].index(PACKAGE)
        return ".".join([*above[start:], *([node.module] if node.module else [])])


def _is_export(node: ast.AST) -> bool:
    """Tell whether a statement is `__all__ = …`: its module hands on what it imports."""
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
    )


def _is_text(node: object) -> bool:
    """Tell whether a statement is nothing but a string: a docstring."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _only_for_types(node: ast.If) -> bool:
    test = node.test
    name = test.id if isinstance(test, ast.Name) else getattr(test, "attr", "")
    return name == "TYPE_CHECKING"


def reach(sources: Sources, starts: Collection[Path], words: Collection[str] = ()) -> Reach:
    """Give what the files of `starts` reach in the package, without these files.

    `words` are names that are used beside the files: what a lesson's cells call.
    """
    known = set(words)
    modules: dict[Path, Module] = {}
    names: list[tuple[Names, set[str]]] = []
    imports: list[Import] = []
    new = set(starts)
    while new:
        for path in new:
            modules[path] = sources.module(path)
            names += modules[path].names.items()
            imports += modules[path].imports
        names = _spread(known, names)
        files = _discovered(modules.values(), known)
        for statement in imports:
            if known.issuperset(statement.needs) and not statement.name.startswith(BESIDE):
                files.update(sources.files(statement.name))
        imports = [statement for statement in imports if not known.issuperset(statement.needs)]
        new = files - modules.keys()
    tables = {table for module in modules.values() for table in module.tables}
    tables |= {path.with_suffix(".toml") for path in _discovered(modules.values(), known)}
    found = {path: modules[path] for path in sorted(modules) if path not in starts}
    return Reach(found, tuple(table for table in sorted(tables) if table.is_file()))


def _spread(known: set[str], names: list[tuple[Names, set[str]]]) -> list[tuple[Names, set[str]]]:
    """Add the names that stand in what runs, and in what then runs; give those left waiting."""
    while running := [used for needs, used in names if known.issuperset(needs)]:
        names = [(needs, used) for needs, used in names if not known.issuperset(needs)]
        known.update(*running)
    return names


def _discovered(modules: Collection[Module], known: Collection[str]) -> set[Path]:
    """Give the modules that others look for while they run, so that no statement names them."""
    folders = {module.path.parent for module in modules if module.looks_for_modules}
    return {path for folder in folders for path in folder.glob("*.py") if path.stem in known}


def table_hash(path: Path, lang: str) -> str:
    """Give a hash of what a TOML file says in one language; comments and order do not count."""
    return _table_hash(path.read_text(encoding="utf-8"), lang)


@cache
def _table_hash(text: str, lang: str) -> str:
    return text_hash(repr(in_language(tomllib.loads(text), lang)))


def in_language(table: object, lang: str) -> object:
    """Keep of each phrase what it says in the language, and of other values everything."""
    if not isinstance(table, dict):
        return table
    if is_phrase(table) and not {lang, FALLBACK}.isdisjoint(table):
        return with_fallback(table)[lang]
    return {key: in_language(table[key], lang) for key in sorted(table)}
